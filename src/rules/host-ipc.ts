import { booleanOf, get } from '../manifest/yaml.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const hostIpc = defineRule({
  id: 'host-ipc',
  severity: 'high',
  security: true,
  says: '{workload} shares memory with every process of its node.',
  because: 'Through host IPC a container reads and changes the shared memory of other pods and of the node.',
  fix: 'Remove hostIPC; containers of one pod share memory through an emptyDir with medium: Memory.',
  fails: 'host-ipc/host.yaml',
  passes: 'host-ipc/memory-volume.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (booleanOf(get(workload.pod, 'hostIPC')) === true) yield { at: inPod(workload, 'hostIPC'), args: { workload: titleOf(workload) } };
    }
  },
});
