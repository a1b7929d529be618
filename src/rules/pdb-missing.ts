import { placeOf } from '../manifest/resource.ts';
import { isGuarded } from './disruption-budgets.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const pdbMissing = defineRule({
  id: 'pdb-missing',
  severity: 'medium',
  optIn: true,
  says: 'A drained node may take all pods of {workload} at once.',
  because: 'Without a PodDisruptionBudget the eviction of one replica does not wait for the others to be back.',
  fix: 'Add a PodDisruptionBudget with maxUnavailable: 1 that selects its pods.',
  fails: 'pdb-missing/none.yaml',
  passes: 'pdb-missing/budget.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'StatefulSet')) {
      // Without spec.replicas an autoscaler, or a hand, will set them.
      if (workload.replicas === 1 || workload.replicas === 0 || isGuarded(inventory, workload)) continue;
      yield { at: placeOf(workload), args: { workload: titleOf(workload) } };
    }
  },
});
