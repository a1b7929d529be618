import { get, textOf } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const procMountUnmasked = defineRule({
  id: 'proc-mount-unmasked',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} sees the parts of /proc that the runtime hides.',
  because: 'The masked files tell and change settings of the node’s kernel.',
  fix: 'Remove procMount: Default is what nearly every program needs.',
  fails: 'proc-mount-unmasked/unmasked.yaml',
  passes: 'proc-mount-unmasked/default.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (textOf(get(placed.container.node, 'securityContext', 'procMount')) === 'Unmasked') {
        yield { at: inContainer(placed, 'securityContext', 'procMount'), args: namesOf(placed) };
      }
    }
  },
});
