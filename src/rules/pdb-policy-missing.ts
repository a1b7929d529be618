import { get, placeAt } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const pdbPolicyMissing = defineRule({
  id: 'pdb-policy-missing',
  severity: 'medium',
  says: '{budget} says neither how many pods must stay nor how many may go.',
  because: 'Kubernetes then keeps one pod, which is hardly what was meant, and blocks the drain of a single replica.',
  fix: 'Set maxUnavailable: 1.',
  fails: 'pdb-policy-missing/none.yaml',
  passes: 'pdb-policy-missing/max-unavailable.yaml',
  *find(inventory) {
    for (const budget of objects(inventory, 'PodDisruptionBudget')) {
      if (get(budget.node, 'spec', 'minAvailable') || get(budget.node, 'spec', 'maxUnavailable')) continue;
      yield { at: placeAt(budget.node, 'spec'), args: { budget: titleOf(budget) } };
    }
  },
});
