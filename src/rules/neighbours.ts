import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import { isClusterScoped, type Resource, selects, type Workload } from '../manifest/resource.ts';
import { entriesOf, get, type Node, stringsOf, textOf } from '../manifest/yaml.ts';
import { append } from './append.ts';
import { isBuiltIn, objects } from './objects.ts';

/*
 * Who belongs to whom. Files say less than a cluster knows: an object without a namespace lands wherever it is applied, and a repository may
 * hold the same names several times, one set for each environment or example. So an unstated namespace goes with every other one, and of
 * several candidates those count that stand nearest in the tree. Patches and templates count as neighbours.
 */

/** Whether two objects can be in one namespace: both say the same, or one says nothing. */
export const mayShareNamespace = (a: Pick<Resource, 'namespace'>, b: Pick<Resource, 'namespace'>): boolean =>
  a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace;

/** Objects by a key, and below it by the namespace that they state; what was asked once is kept, so that `nearest` can keep its own index. */
class ByNamespace<T extends Resource> {
  readonly #stated = new Map<string, Map<string | undefined, T[]>>();
  readonly #asked = new Map<string, readonly T[]>();

  add(key: string, resource: T): void {
    let namespaces = this.#stated.get(key);
    if (!namespaces) this.#stated.set(key, (namespaces = new Map()));
    append(namespaces, resource.namespace, resource);
  }

  /** Those that can be in this namespace; all of them when it is not stated. */
  under(key: string, namespace: string | undefined): readonly T[] {
    const namespaces = this.#stated.get(key);
    if (!namespaces) return [];
    const question = `${namespace === undefined ? '*' : `=${namespace}`} ${key}`;
    let found = this.#asked.get(question);
    if (!found) {
      found = namespace === undefined ? Array.from(namespaces.values()).flat() : [...(namespaces.get(namespace) ?? []), ...(namespaces.get(undefined) ?? [])];
      this.#asked.set(question, found);
    }
    return found;
  }
}

const byName = once((inventory: Inventory) => {
  const index = new ByNamespace<Resource>();
  for (const resource of inventory.resources) if (isBuiltIn(resource)) index.add(`${resource.kind}/${resource.name}`, resource);
  return index;
});

/** Every object of that kind and name that `near` can mean. */
export const named = (inventory: Inventory, kind: string, name: string, near: Pick<Resource, 'namespace'>): readonly Resource[] =>
  byName(inventory).under(`${kind}/${name}`, isClusterScoped(kind) ? undefined : near.namespace);

/** Of several candidates those that share the most of their path with `near`: the same file, else the same folder, else the next folder above. */
export function nearest<T extends Resource>(candidates: readonly T[], near: Resource): readonly T[] {
  if (candidates.length < 2) return candidates;
  let index = prefixes.get(candidates);
  if (!index) {
    index = new Map();
    for (const candidate of candidates) for (const prefix of prefixesOf(candidate.source.path)) append(index, prefix, candidate);
    prefixes.set(candidates, index);
  }
  for (const prefix of prefixesOf(near.source.path)) {
    const found = index.get(prefix);
    if (found) return found as T[];
  }
  return candidates;
}

/** Candidates by every folder above them and by their file. */
const prefixes = new WeakMap<readonly Resource[], Map<string, Resource[]>>();

/** A path and the folders above it, the deepest first. */
function* prefixesOf(path: string): Iterable<string> {
  yield path;
  for (let slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
    yield path.slice(0, slash + 1);
    if (slash === 0) break;
  }
  yield '';
}

const byPodLabel = once((inventory: Inventory) => {
  const index = new ByNamespace<Workload>();
  for (const workload of inventory.workloads) {
    for (const [name, value] of workload.podLabels) index.add(`${name}=${value}`, workload);
  }
  return index;
});

/** Workloads whose pods carry all these labels and can be in the namespace of `near`, wherever they stand in the repository. */
export function labelled(inventory: Inventory, labels: ReadonlyMap<string, string>, near: Pick<Resource, 'namespace'>): readonly Workload[] {
  const question = JSON.stringify([near.namespace, ...labels]);
  let found = labelledBefore(inventory).get(question);
  if (!found) labelledBefore(inventory).set(question, (found = findLabelled(inventory, labels, near)));
  return found;
}

const labelledBefore = once((_inventory): Map<string, readonly Workload[]> => new Map());

function findLabelled(inventory: Inventory, labels: ReadonlyMap<string, string>, near: Pick<Resource, 'namespace'>): readonly Workload[] {
  let fewest: readonly Workload[] | undefined;
  for (const [name, value] of labels) {
    const found = byPodLabel(inventory).under(`${name}=${value}`, near.namespace);
    if (found.length === 0) return [];
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  return (fewest ?? []).filter(({ podLabels }) => Array.from(labels).every(([name, value]) => podLabels.get(name) === value));
}

/** The labels by which a Service finds its pods; empty when it has no selector. */
export const serviceSelector = (service: Resource): ReadonlyMap<string, string> => stringsOf(get(service.node, 'spec', 'selector'));

/** No Service is written for more workloads than this; a repository made to be slow may say otherwise. */
const MOST_PODS = 200;

const links = once((inventory: Inventory) => {
  const behind = new Map<Resource, readonly Workload[]>();
  const before = new Map<Workload, Resource[]>();
  for (const service of objects(inventory, 'Service')) {
    if (textOf(get(service.node, 'spec', 'type')) === 'ExternalName') continue;
    const found = nearest(labelled(inventory, serviceSelector(service), service), service).slice(0, MOST_PODS);
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
  const index = new ByNamespace<Workload>();
  for (const workload of inventory.workloads) index.add('', workload);
  return index;
});

/** Every workload that can be in the namespace of `near`. */
export const inNamespace = (inventory: Inventory, near: Pick<Resource, 'namespace'>): readonly Workload[] => byNamespace(inventory).under('', near.namespace);
