import { get, numberOf, placeAt } from '../manifest/yaml.ts';
import { autoscalersOf } from './autoscalers.ts';
import { amountOf, guardedBy } from './disruption-budgets.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const pdbHpaConflict = defineRule({
  id: 'pdb-hpa-conflict',
  severity: 'high',
  says: '{budget} keeps {min} pods of {workload}, while {autoscaler} may leave only {replicas}.',
  because: 'In quiet hours the autoscaler goes below what the budget keeps, and from then on no node with such a pod can be drained.',
  fix: 'Use maxUnavailable: 1, or keep minAvailable below the autoscaler’s minReplicas.',
  fails: 'pdb-hpa-conflict/above.yaml',
  passes: 'pdb-hpa-conflict/below.yaml',
  *find(inventory) {
    for (const budget of objects(inventory, 'PodDisruptionBudget')) {
      const [workload, ...others] = guardedBy(inventory, budget);
      const autoscaler = workload && others.length === 0 ? autoscalersOf(inventory, workload)[0] : undefined;
      if (!workload || !autoscaler || numberOf(get(autoscaler.resource.node, 'spec', 'minReplicas')) === undefined) continue;
      const min = amountOf(budget, 'minAvailable', autoscaler.min);
      if (min === undefined || min <= autoscaler.min) continue;
      const args = {
        budget: titleOf(budget),
        min: String(min),
        workload: titleOf(workload),
        autoscaler: titleOf(autoscaler.resource),
        replicas: String(autoscaler.min),
      };
      yield { at: placeAt(budget.node, 'spec', 'minAvailable'), args };
    }
  },
});
