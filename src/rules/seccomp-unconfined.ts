import { get, textOf } from '../manifest/yaml.ts';
import { inContainer, inPod, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const seccompUnconfined = defineRule({
  id: 'seccomp-unconfined',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} switches the filter for system calls off.',
  because: 'Unconfined undoes even what the cluster sets by default, so a break-out has the whole kernel to try.',
  fix: 'Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile that allows what is needed.',
  fails: 'seccomp-unconfined/unconfined.yaml',
  passes: 'seccomp-unconfined/localhost.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (textOf(securityOf(placed, 'seccompProfile', 'type')) !== 'Unconfined') continue;
      const path = ['securityContext', 'seccompProfile', 'type'];
      yield { at: get(placed.container.node, ...path) ? inContainer(placed, ...path) : inPod(placed.workload, ...path), args: namesOf(placed) };
    }
  },
});
