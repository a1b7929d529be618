import { numberOf } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const runAsLowGid = defineRule({
  id: 'run-as-low-gid',
  severity: 'low',
  security: true,
  optIn: true,
  says: 'Container {container} of {workload} runs as group {group}, which may be a group of the node too.',
  because: 'A process that breaks out keeps its number, and low numbers belong to groups of the host.',
  fix: 'Set runAsGroup to a number above 10000.',
  fails: 'run-as-low-gid/thousand.yaml',
  passes: 'run-as-low-gid/ten-thousand.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      const group = numberOf(securityOf(placed, 'runAsGroup'));
      if (group !== undefined && group > 10_000) continue;
      yield {
        at: inContainer(placed, 'securityContext', 'runAsGroup'),
        args: { ...namesOf(placed), group: group === undefined ? 'of its image' : String(group) },
      };
    }
  },
});
