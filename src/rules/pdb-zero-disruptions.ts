import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const pdbZeroDisruptions = defineRule({
  id: 'pdb-zero-disruptions',
  severity: 'high',
  says: '{budget} forbids every eviction: {field} is {value}.',
  because: 'Draining a node waits for ever, and with it every upgrade of the cluster.',
  fix: 'Use maxUnavailable: 1.',
  fails: 'pdb-zero-disruptions/zero.yaml',
  passes: 'pdb-zero-disruptions/one.yaml',
  *find(inventory) {
    for (const budget of objects(inventory, 'PodDisruptionBudget')) {
      for (const [field, forbidding] of [
        ['maxUnavailable', /^0+%?$/],
        ['minAvailable', /^100%$/],
      ] as const) {
        const value = textOf(get(budget.node, 'spec', field));
        if (value !== undefined && forbidding.test(value)) yield { at: placeAt(budget.node, 'spec', field), args: { budget: titleOf(budget), field, value } };
      }
    }
  },
});
