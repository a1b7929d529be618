import { entriesOf, get, itemsOf, placeAt } from '../manifest/yaml.ts';
import { hasForeignMaker } from './elsewhere.ts';
import { inNamespace, selected } from './neighbours.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const networkpolicyDangling = defineRule({
  id: 'networkpolicy-dangling',
  severity: 'medium',
  security: true,
  says: '{policy} selects no pod of its namespace.',
  because: 'It protects nothing, and the pods it was written for stay open.',
  fix: 'Let spec.podSelector repeat the labels of the pod template.',
  fails: 'networkpolicy-dangling/typing-error.yaml',
  passes: 'networkpolicy-dangling/matching.yaml',
  *find(inventory) {
    for (const policy of objects(inventory, 'NetworkPolicy')) {
      const selector = get(policy.node, 'spec', 'podSelector');
      const isEmpty = entriesOf(get(selector, 'matchLabels')).size === 0 && itemsOf(get(selector, 'matchExpressions')).length === 0;
      if (isEmpty || selected(inventory, selector, policy).length > 0) continue;
      // Where no workload stands at all, its pods are somebody else's.
      if (inNamespace(inventory, policy).length === 0 || hasForeignMaker(inventory, policy)) continue;
      yield { at: placeAt(policy.node, 'spec', 'podSelector'), args: { policy: titleOf(policy) } };
    }
  },
});
