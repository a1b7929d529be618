import type { Inventory } from '../manifest/inventory.ts';
import { isClusterScoped, type Resource, selects, type Workload } from '../manifest/resource.ts';
import { entriesOf, get, type Node, stringsOf, textOf } from '../manifest/yaml.ts';
import { append } from './append.ts';
import { isBuiltIn, objects } from './objects.ts';
import { once } from './once.ts';

/*
 * Who belongs to whom. Files say less than a cluster knows: an object without a namespace lands wherever it is applied, and a repository may
 * hold the same names several times, one set for each environment or example. So an unstated namespace goes with every other one, and of
 * several candidates those count that stand nearest in the tree. Patches and templates count as neighbours.
 */

/** Whether two objects can be in one namespace: both say the same, or one says nothing. */
export const mayShareNamespace = (a: Pick<Resource, 'namespace'>, b: Pick<Resource, 'namespace'>): boolean =>
  a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace;

/** Objects by a key, and below it by the namespace that they state. */
type ByNamespace<T extends Resource> = Map<string, Map<string | undefined, T[]>>;

function add<T extends Resource>(index: ByNamespace<T>, key: string, resource: T): void {
  let namespaces = index.get(key);
  if (!namespaces) index.set(key, (namespaces = new Map()));
  append(namespaces, resource.namespace, resource);
}

function under<T extends Resource>(index: ByNamespace<T>, key: string, namespace: string | undefined): readonly T[] {
  const namespaces = index.get(key);
  if (!namespaces) return [];
  if (namespace === undefined) return Array.from(namespaces.values()).flat();
  return [...(namespaces.get(namespace) ?? []), ...(namespaces.get(undefined) ?? [])];
}

const byName = once((inventory: Inventory) => {
  const index: ByNamespace<Resource> = new Map();
  for (const resource of inventory.resources) if (isBuiltIn(resource)) add(index, `${resource.kind}/${resource.name}`, resource);
  return index;
});

/** Every object of that kind and name that `near` can mean. */
export const named = (inventory: Inventory, kind: string, name: string, near: Pick<Resource, 'namespace'>): readonly Resource[] =>
  under(byName(inventory), `${kind}/${name}`, isClusterScoped(kind) ? undefined : near.namespace);

/** Of several candidates those that share the most of their path with `near`: the same file, else the same folder, else the next folder above. */
export function nearest<T extends Resource>(candidates: readonly T[], near: Resource): readonly T[] {
  if (candidates.length < 2) return candidates;
  const depths = candidates.map((candidate) => sharedDepth(candidate.source.path, near.source.path));
  const most = depths.reduce((a, b) => Math.max(a, b));
  return candidates.filter((_candidate, index) => depths[index] === most);
}

/** Folders that two paths have in common; one more when they are the same file. */
function sharedDepth(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  let depth = 0;
  while (depth < left.length && left[depth] === right[depth]) depth++;
  return depth;
}

const byPodLabel = once((inventory: Inventory) => {
  const index: ByNamespace<Workload> = new Map();
  for (const workload of inventory.workloads) {
    for (const [name, value] of workload.podLabels) add(index, `${name}=${value}`, workload);
  }
  return index;
});

/** Workloads whose pods carry all these labels and can be in the namespace of `near`, wherever they stand in the repository. */
export function labelled(inventory: Inventory, labels: ReadonlyMap<string, string>, near: Pick<Resource, 'namespace'>): readonly Workload[] {
  let fewest: readonly Workload[] | undefined;
  for (const [name, value] of labels) {
    const found = under(byPodLabel(inventory), `${name}=${value}`, near.namespace);
    if (found.length === 0) return [];
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  return (fewest ?? []).filter(({ podLabels }) => Array.from(labels).every(([name, value]) => podLabels.get(name) === value));
}

/** The labels by which a Service finds its pods; empty when it has no selector. */
export const serviceSelector = (service: Resource): ReadonlyMap<string, string> => stringsOf(get(service.node, 'spec', 'selector'));

const links = once((inventory: Inventory) => {
  const behind = new Map<Resource, readonly Workload[]>();
  const before = new Map<Workload, Resource[]>();
  for (const service of objects(inventory, 'Service')) {
    if (textOf(get(service.node, 'spec', 'type')) === 'ExternalName') continue;
    const found = nearest(labelled(inventory, serviceSelector(service), service), service);
    behind.set(service, found);
    for (const workload of found) append(before, workload, service);
  }
  return { behind, before };
});

/** The workloads that a Service sends traffic to. */
export const podsBehind = (inventory: Inventory, service: Resource): readonly Workload[] => links(inventory).behind.get(service) ?? [];

/** The Services that send traffic to a workload. */
export const servicesBefore = (inventory: Inventory, workload: Workload): readonly Resource[] => links(inventory).before.get(workload) ?? [];

/** Whether a selector is one that the API server accepts: words beside `matchLabels` and `matchExpressions` are refused. */
export const isSelector = (selector: Node | undefined): boolean =>
  Array.from(entriesOf(selector).keys()).every((field) => field === 'matchLabels' || field === 'matchExpressions');

/** Workloads that a label selector (`matchLabels`, `matchExpressions`) matches in the namespace of `near`; an empty one matches all of them. */
export function selected(inventory: Inventory, selector: Node | undefined, near: Resource): readonly Workload[] {
  if (!isSelector(selector)) return [];
  const labels = stringsOf(get(selector, 'matchLabels'));
  const candidates = labels.size > 0 ? labelled(inventory, labels, near) : inNamespace(inventory, near);
  return candidates.filter(({ podLabels }) => selects(selector, podLabels));
}

const byNamespace = once((inventory: Inventory) => {
  const index: ByNamespace<Workload> = new Map();
  for (const workload of inventory.workloads) add(index, '', workload);
  return index;
});

/** Every workload that can be in the namespace of `near`. */
export const inNamespace = (inventory: Inventory, near: Pick<Resource, 'namespace'>): readonly Workload[] => under(byNamespace(inventory), '', near.namespace);
