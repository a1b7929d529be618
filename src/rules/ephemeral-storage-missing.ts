import { inContainer, mainContainers, namesOf } from './objects.ts';
import { needs } from './resource-needs.ts';
import { defineRule } from './rule.ts';

export const ephemeralStorageMissing = defineRule({
  id: 'ephemeral-storage-missing',
  severity: 'low',
  optIn: true,
  says: 'Container {container} of {workload} has no ephemeral-storage in its {list}.',
  because: 'Logs, emptyDir volumes and the writable layer share the disk of the node; when it fills up, pods are evicted.',
  fix: 'Set ephemeral-storage in resources.requests and resources.limits.',
  fails: 'ephemeral-storage-missing/none.yaml',
  passes: 'ephemeral-storage-missing/both.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      const missing = (['requests', 'limits'] as const).filter((list) => needs(inventory, placed, list, 'ephemeral-storage'));
      if (missing.length > 0) yield { at: inContainer(placed, 'resources', missing[0]!), args: { ...namesOf(placed), list: missing.join(' and ') } };
    }
  },
});
