import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import type { Resource, Workload } from '../manifest/resource.ts';
import { get, textOf } from '../manifest/yaml.ts';
import { nearest, selected } from './neighbours.ts';
import { objects } from './objects.ts';

const GUARDED = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Rollout']);

const budgets = once((inventory: Inventory) => {
  const guarded = new Map<Resource, readonly Workload[]>();
  const covered = new Set<Workload>();
  for (const budget of objects(inventory, 'PodDisruptionBudget')) {
    const selector = get(budget.node, 'spec', 'selector'); // none selects nothing, an empty one everything
    const found = selector ? selected(inventory, selector, budget).filter(({ kind }) => GUARDED.has(kind)) : [];
    guarded.set(budget, nearest(found, budget));
    for (const workload of found) covered.add(workload);
  }
  return { guarded, covered };
});

/** The workloads that a PodDisruptionBudget was written for. */
export const guardedBy = (inventory: Inventory, budget: Resource): readonly Workload[] => budgets(inventory).guarded.get(budget) ?? [];

/** Whether some PodDisruptionBudget may select the workload's pods. */
export const isGuarded = (inventory: Inventory, workload: Workload): boolean => budgets(inventory).covered.has(workload);

/**
 * How many of `replicas` pods a budget's field speaks of; percentages round up, as the eviction API does.
 * @returns undefined when the field is absent or neither a number nor a percentage
 */
export function amountOf(budget: Resource, field: 'minAvailable' | 'maxUnavailable', replicas: number): number | undefined {
  const text = textOf(get(budget.node, 'spec', field));
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  return /^\d+%$/.test(text) ? Math.ceil((replicas * Number.parseInt(text, 10)) / 100) : undefined;
}
