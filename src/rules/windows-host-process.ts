import { booleanOf, get } from '../manifest/yaml.ts';
import { allContainers, inContainer, inPod, namesOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

const PATH = ['securityContext', 'windowsOptions', 'hostProcess'];

export const windowsHostProcess = defineRule({
  id: 'windows-host-process',
  severity: 'high',
  security: true,
  says: '{who} runs on the Windows node itself, not in a container.',
  because: 'A host process container has the rights of its user on the node, most often those of the system.',
  fix: 'Remove hostProcess.',
  fails: 'windows-host-process/host.yaml',
  passes: 'windows-host-process/container.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (booleanOf(get(workload.pod, ...PATH)) === true) yield { at: inPod(workload, ...PATH), args: { who: `The pod of ${workload.kind}/${workload.name}` } };
    }
    for (const placed of allContainers(inventory)) {
      if (booleanOf(get(placed.container.node, ...PATH)) !== true) continue;
      const { container, workload } = namesOf(placed);
      yield { at: inContainer(placed, ...PATH), args: { who: `Container ${container} of ${workload}` } };
    }
  },
});
