import { isPatched } from '../manifest/kustomization.ts';
import { booleanOf, get } from '../manifest/yaml.ts';
import { capabilitiesOf } from './capabilities.ts';
import { inContainer, linuxContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const capabilitiesNotDropped = defineRule({
  id: 'capabilities-not-dropped',
  severity: 'medium',
  security: true,
  says: 'Container {container} of {workload} keeps the default capabilities of root.',
  because: 'Every runtime gives a dozen capabilities to each container, such as raw sockets and changing owners; nearly no program needs them.',
  fix: 'Set securityContext.capabilities.drop to [ALL], and add back what is needed.',
  fails: 'capabilities-not-dropped/kept.yaml',
  passes: 'capabilities-not-dropped/dropped.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (capabilitiesOf(placed, 'drop').some(({ name }) => name === 'ALL')) continue;
      if (isPatched(inventory, placed.workload, 'drop')) continue;
      if (booleanOf(get(placed.container.node, 'securityContext', 'privileged')) === true) continue; // dropping means nothing there
      yield { at: inContainer(placed, 'securityContext', 'capabilities', 'drop'), args: namesOf(placed) };
    }
  },
});
