import { numberOf } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const runAsLowUid = defineRule({
  id: 'run-as-low-uid',
  severity: 'low',
  security: true,
  optIn: true,
  says: 'Container {container} of {workload} runs as user {user}, which may be a user of the node too.',
  because: 'A process that breaks out keeps its number, and low numbers belong to accounts of the host.',
  fix: 'Set runAsUser to a number above 10000.',
  fails: 'run-as-low-uid/thousand.yaml',
  passes: 'run-as-low-uid/ten-thousand.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      const user = numberOf(securityOf(placed, 'runAsUser'));
      if (user !== undefined && user > 10_000) continue;
      yield { at: inContainer(placed, 'securityContext', 'runAsUser'), args: { ...namesOf(placed), user: user === undefined ? 'of its image' : String(user) } };
    }
  },
});
