import { isPatched } from '../manifest/kustomization.ts';
import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { autoscalersOf } from './autoscalers.ts';
import { amountOf, guardedBy } from './disruption-budgets.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const pdbBlocksDrain = defineRule({
  id: 'pdb-blocks-drain',
  severity: 'high',
  says: '{budget} keeps {min} pods of {workload}, which has {replicas}: none of them can ever be evicted.',
  because: 'Draining a node waits for ever, and with it every upgrade of the cluster.',
  fix: 'Use maxUnavailable: 1, or run more replicas; for a single replica leave the budget out.',
  fails: 'pdb-blocks-drain/one-of-one.yaml',
  passes: 'pdb-blocks-drain/one-of-two.yaml',
  *find(inventory) {
    for (const budget of objects(inventory, 'PodDisruptionBudget')) {
      const guarded = guardedBy(inventory, budget);
      if (guarded.length === 0 || isAll(textOf(get(budget.node, 'spec', 'minAvailable')))) continue; // pdb-zero-disruptions
      if (guarded.some((workload) => isPatched(inventory, workload, 'replicas'))) continue;
      const scaled = guarded.flatMap((workload) => autoscalersOf(inventory, workload));
      const replicas = guarded.reduce((sum, workload) => sum + (autoscalersOf(inventory, workload)[0]?.min ?? workload.replicas ?? 1), 0);
      const min = amountOf(budget, 'minAvailable', replicas);
      // Below an autoscaler's minimum it is another finding, pdb-hpa-conflict.
      if (min === undefined || min < replicas || replicas === 0 || (scaled.length > 0 && min > replicas)) continue;
      const args = { budget: titleOf(budget), min: String(min), workload: guarded.map(titleOf).join(' and '), replicas: String(replicas) };
      yield { at: placeAt(budget.node, 'spec', 'minAvailable'), args };
    }
  },
});

const isAll = (text: string | undefined): boolean => text === '100%';
