import type { Inventory } from '../manifest/inventory.ts';
import { isPatched } from '../manifest/kustomization.ts';
import { get, itemsOf, textOf } from '../manifest/yaml.ts';
import { mayShareNamespace } from './neighbours.ts';
import { lacks, objects, type Placed, podLacks } from './objects.ts';

/** Whether a container has no request (or limit) of a resource, and neither its pod, a LimitRange nor a patch gives it one. */
export function needs(inventory: Inventory, placed: Placed, list: 'requests' | 'limits', resource: 'cpu' | 'memory' | 'ephemeral-storage'): boolean {
  return (
    lacks(inventory, placed, 'resources', list, resource) &&
    !isPatched(inventory, placed.workload, list) &&
    podLacks(inventory, placed.workload, 'resources', list, resource) &&
    !hasDefault(inventory, placed, list, resource)
  );
}

/** A LimitRange gives every container of its namespace what it does not state; a default limit is a default request too. */
function hasDefault(inventory: Inventory, { workload }: Placed, list: 'requests' | 'limits', resource: string): boolean {
  return objects(inventory, 'LimitRange').some(
    (range) =>
      mayShareNamespace(range, workload) &&
      itemsOf(get(range.node, 'spec', 'limits')).some(
        (limit) =>
          textOf(get(limit, 'type')) === 'Container' &&
          (get(limit, 'default', resource) !== undefined || (list === 'requests' && get(limit, 'defaultRequest', resource) !== undefined)),
      ),
  );
}
