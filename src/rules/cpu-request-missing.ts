import { inContainer, mainContainers, namesOf } from './objects.ts';
import { needs } from './resource-needs.ts';
import { defineRule } from './rule.ts';

export const cpuRequestMissing = defineRule({
  id: 'cpu-request-missing',
  severity: 'medium',
  says: 'Container {container} of {workload} asks for no CPU.',
  because: 'The scheduler counts it as nothing, so it is starved as soon as its node is busy, and an autoscaler cannot compute its utilisation.',
  fix: 'Set resources.requests.cpu to what it uses under normal load.',
  fails: 'cpu-request-missing/memory-only.yaml',
  passes: 'cpu-request-missing/both.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      if (needs(inventory, placed, 'requests', 'cpu')) yield { at: inContainer(placed, 'resources', 'requests'), args: namesOf(placed) };
    }
  },
});
