import { booleanOf, get } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const privilegedContainer = defineRule({
  id: 'privileged-container',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} is privileged.',
  because: 'A privileged container has every capability and all devices of its node: whoever takes it over has the node.',
  fix: 'Remove privileged, and add only the capability or the device that is needed.',
  fails: 'privileged-container/privileged.yaml',
  passes: 'privileged-container/one-capability.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (booleanOf(get(placed.container.node, 'securityContext', 'privileged')) === true) {
        yield { at: inContainer(placed, 'securityContext', 'privileged'), args: namesOf(placed) };
      }
    }
  },
});
