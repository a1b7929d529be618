import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import type { Resource, Workload } from '../manifest/resource.ts';
import { get, itemsOf, textOf } from '../manifest/yaml.ts';
import { append } from './append.ts';
import { mayShareNamespace, nearest, selected } from './neighbours.ts';
import { groupOf, objects } from './objects.ts';

export type Direction = 'Ingress' | 'Egress';

/** The directions a NetworkPolicy governs: what `policyTypes` says, else Ingress, and Egress when there are egress rules. */
export const directionsOf = (policy: Resource): readonly Direction[] => {
  const types = get(policy.node, 'spec', 'policyTypes');
  if (types) return itemsOf(types).flatMap((type) => [textOf(type)].filter((text) => text === 'Ingress' || text === 'Egress') as Direction[]);
  return get(policy.node, 'spec', 'egress') ? ['Ingress', 'Egress'] : ['Ingress'];
};

/** More policies over one pod than this say nothing new; only a repository made to be slow has them. */
const MOST_POLICIES = 100;

const policies = once((inventory: Inventory) => {
  const covering = new Map<Workload, Resource[]>();
  const pods = new Map<Resource, readonly Workload[]>();
  for (const policy of objects(inventory, 'NetworkPolicy')) {
    const found = selected(inventory, get(policy.node, 'spec', 'podSelector'), policy);
    pods.set(policy, nearest(found, policy));
    for (const workload of found) if ((covering.get(workload)?.length ?? 0) < MOST_POLICIES) append(covering, workload, policy);
  }
  return { covering, pods };
});

/** Every NetworkPolicy that may select a workload's pods, wherever it stands. */
export const policiesOver = (inventory: Inventory, workload: Workload): readonly Resource[] => policies(inventory).covering.get(workload) ?? [];

/** The workloads that a NetworkPolicy was written for. */
export const podsUnder = (inventory: Inventory, policy: Resource): readonly Workload[] => policies(inventory).pods.get(policy) ?? [];

/** Whether policies of another maker (Cilium, Calico, the cluster's administrator) may apply there too, which nobody here can weigh. */
export const hasOtherPolicies = (inventory: Inventory, near: Pick<Resource, 'namespace'>): boolean =>
  otherPolicies(inventory).some((policy) => mayShareNamespace(policy, near));

const otherPolicies = once((inventory: Inventory): readonly Resource[] =>
  inventory.resources.filter((resource) => /NetworkPolicy$/.test(resource.kind) && !['networking.k8s.io', 'extensions'].includes(groupOf(resource))),
);
