import { inContainer, mainContainers, namesOf } from './objects.ts';
import { needs } from './resource-needs.ts';
import { defineRule } from './rule.ts';

export const memoryLimitMissing = defineRule({
  id: 'memory-limit-missing',
  severity: 'high',
  says: 'Container {container} of {workload} may take all the memory of its node.',
  because: 'Without a limit a leak ends only when the node runs out, and then the kernel kills whatever it finds, on other tenants’ pods too.',
  fix: 'Set resources.limits.memory.',
  fails: 'memory-limit-missing/requests-only.yaml',
  passes: 'memory-limit-missing/limited.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      if (needs(inventory, placed, 'limits', 'memory')) yield { at: inContainer(placed, 'resources', 'limits'), args: namesOf(placed) };
    }
  },
});
