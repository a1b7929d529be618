import { inContainer, mainContainers, namesOf } from './objects.ts';
import { needs } from './resource-needs.ts';
import { defineRule } from './rule.ts';

export const cpuLimitMissing = defineRule({
  id: 'cpu-limit-missing',
  severity: 'low',
  optIn: true,
  says: 'Container {container} of {workload} may take all the spare CPU of its node.',
  because: 'A limit makes a workload behave the same on an idle node and on a busy one; many teams set none, so that spare CPU is used.',
  fix: 'Set resources.limits.cpu.',
  fails: 'cpu-limit-missing/requests-only.yaml',
  passes: 'cpu-limit-missing/limited.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      if (needs(inventory, placed, 'limits', 'cpu')) yield { at: inContainer(placed, 'resources', 'limits'), args: namesOf(placed) };
    }
  },
});
