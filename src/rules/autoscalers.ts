import type { Inventory } from '../manifest/inventory.ts';
import { isFragment } from '../manifest/kustomization.ts';
import { once } from '../manifest/once.ts';
import { isWorkload, type Resource, type Workload } from '../manifest/resource.ts';
import { get, type Node, numberOf, textOf } from '../manifest/yaml.ts';
import { append } from './append.ts';
import { named, nearest } from './neighbours.ts';
import { groupOf, objects } from './objects.ts';

/** A HorizontalPodAutoscaler, or the ScaledObject from which KEDA makes one. */
export interface Autoscaler {
  readonly resource: Resource;
  readonly target: { readonly kind: string; readonly name: string; readonly apiVersion: string; readonly node: Node | undefined };
  /** 1 where the file says nothing */
  readonly min: number;
  /** the workloads it means; none when they are not in the files */
  readonly workloads: readonly Workload[];
}

export const autoscalers = once((inventory: Inventory): readonly Autoscaler[] => {
  const scaled = inventory.resources.filter((resource) => resource.kind === 'ScaledObject' && groupOf(resource) === 'keda.sh');
  return [...objects(inventory, 'HorizontalPodAutoscaler'), ...scaled].map((resource) => {
    const node = get(resource.node, 'spec', 'scaleTargetRef');
    const kind = textOf(get(node, 'kind')) ?? 'Deployment';
    const name = textOf(get(node, 'name')) ?? '';
    const whole = named(inventory, kind, name, resource).filter((each) => !isFragment(inventory, each));
    return {
      resource,
      target: { kind, name, apiVersion: textOf(get(node, 'apiVersion')) ?? 'apps/v1', node },
      min: numberOf(get(resource.node, 'spec', resource.kind === 'ScaledObject' ? 'minReplicaCount' : 'minReplicas')) ?? 1,
      workloads: nearest(whole, resource).filter(isWorkload),
    };
  });
});

/** The autoscalers that set the replicas of a workload. */
export const autoscalersOf = (inventory: Inventory, workload: Workload): readonly Autoscaler[] => byWorkload(inventory).get(workload) ?? [];

const byWorkload = once((inventory: Inventory) => {
  const index = new Map<Workload, Autoscaler[]>();
  for (const autoscaler of autoscalers(inventory)) {
    for (const workload of autoscaler.workloads) append(index, workload, autoscaler);
  }
  return index;
});
