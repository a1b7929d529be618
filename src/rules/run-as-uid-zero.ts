import { get, numberOf } from '../manifest/yaml.ts';
import { inContainer, inPod, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const runAsUidZero = defineRule({
  id: 'run-as-uid-zero',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} is told to run as root: runAsUser is 0.',
  because: 'Root in a container is one kernel bug or one mounted folder away from root on the node.',
  fix: 'Set runAsUser to a user above 0 that the image can run as.',
  fails: 'run-as-uid-zero/zero.yaml',
  passes: 'run-as-uid-zero/ten-thousand.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (numberOf(securityOf(placed, 'runAsUser')) !== 0) continue;
      const own = get(placed.container.node, 'securityContext', 'runAsUser');
      const at = own ? inContainer(placed, 'securityContext', 'runAsUser') : inPod(placed.workload, 'securityContext', 'runAsUser');
      yield { at, args: namesOf(placed) };
    }
  },
});
