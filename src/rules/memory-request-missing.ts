import { inContainer, mainContainers, namesOf } from './objects.ts';
import { needs } from './resource-needs.ts';
import { defineRule } from './rule.ts';

export const memoryRequestMissing = defineRule({
  id: 'memory-request-missing',
  severity: 'medium',
  says: 'Container {container} of {workload} asks for no memory.',
  because: 'The scheduler packs it onto a node that may have none left, and its pod is among the first to be evicted when memory runs short.',
  fix: 'Set resources.requests.memory to what it needs to run.',
  fails: 'memory-request-missing/cpu-only.yaml',
  passes: 'memory-request-missing/both.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      if (needs(inventory, placed, 'requests', 'memory')) yield { at: inContainer(placed, 'resources', 'requests'), args: namesOf(placed) };
    }
  },
});
