import type { Inventory } from '../manifest/inventory.ts';
import { isPatched, kustomized } from '../manifest/kustomization.ts';
import { dataOf, type Resource } from '../manifest/resource.ts';
import { isSecretExpected, madeElsewhere } from './elsewhere.ts';
import { named, nearest } from './neighbours.ts';

/** A place that reads a ConfigMap or a Secret, the whole of it when no key is named. */
export interface ConfigReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string | undefined;
}

/**
 * Why what a workload reads is not there, or undefined when it is, or when somebody else may make it.
 * Templates to be filled in count as present.
 */
export function problemOfReference(inventory: Inventory, near: Resource, { kind, name, key }: ConfigReference): string | undefined {
  if (name === '') return `its ${kind} has no name`;
  const candidates = named(inventory, kind, name, near);
  if (candidates.length === 0) {
    if (madeElsewhere(inventory, kind, name, near) || (kind === 'Secret' && !isSecretExpected(inventory, name, near))) return undefined;
    return `there is no ${kind} ${name} in its namespace`;
  }
  if (key === undefined || kustomized(inventory).generated.has(`${kind}/${name}`)) return undefined;
  const closest = nearest(candidates, near);
  if (candidates.some((each) => dataOf(each).has(key)) || closest.some((each) => isFilledElsewhere(inventory, each))) return undefined;
  const keys = Array.from(dataOf(closest[0]!).keys());
  return `${kind} ${name} has no key ${key}, only ${keys.join(', ')}`;
}

/** An object without data, or of a type that a controller fills, or one that a patch adds to. */
const isFilledElsewhere = (inventory: Inventory, resource: Resource): boolean =>
  dataOf(resource).size === 0 ||
  resource.annotations.has('kubernetes.io/service-account.name') ||
  Array.from(resource.annotations.keys()).some((name) => /replicat|reflector|inject/.test(name)) ||
  Array.from(resource.labels.keys()).some((name) => /inject/.test(name)) ||
  isPatched(inventory, resource, 'data') ||
  isPatched(inventory, resource, 'stringData');
