import { booleanOf, get } from '../manifest/yaml.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const hostPid = defineRule({
  id: 'host-pid',
  severity: 'high',
  security: true,
  says: '{workload} sees every process of its node.',
  because: 'Command lines and environments of other pods hold secrets, and a root process can signal or enter any of them.',
  fix: 'Remove hostPID.',
  fails: 'host-pid/host.yaml',
  passes: 'host-pid/own.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (booleanOf(get(workload.pod, 'hostPID')) === true) yield { at: inPod(workload, 'hostPID'), args: { workload: titleOf(workload) } };
    }
  },
});
