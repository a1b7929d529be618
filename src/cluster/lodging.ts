import { namespaceTerminating } from '../errors.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { isClusterScoped, namespaceOf } from '../manifest/resource.ts';
import { clean, type Left } from './clean.ts';
import type { Cluster } from './connect.ts';
import { KIND, pathOf, type ServedKind } from './discovery.ts';
import { PROOF_LABEL } from './guard.ts';
import { holdNamespaces } from './namespace.ts';
import type { Preparation } from './prepare.ts';

export interface Lodged<T> {
  readonly result: T;
  readonly left: readonly Left[];
  /** milliseconds that the clean-up took */
  readonly cleaned: number;
}

/** How long a deletion may take; shorter where the manifests bring finalizers that likely nobody serves. */
const CLEAN_WITHIN = 120_000;
const FINALIZED_WITHIN = 15_000;

/**
 * Does `work` in namespaces made for it, and takes them away again whatever happens: at the end, on errors, on Ctrl-C.
 * @param onLeft told when the clean-up could not finish, also when `work` threw
 */
export async function lodge<T>(
  cluster: Cluster,
  proof: string,
  { objects, namespaces }: Preparation,
  inventory: Inventory,
  { named, allowEgress, keep }: { named: boolean; allowEgress: boolean; keep: boolean },
  onLeft: (left: readonly Left[]) => void,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<Lodged<T>> {
  const wanted = Array.from(namespaces, ([from, name]) => ({
    name,
    own: inventory.ofKind('Namespace').find((each) => each.name === from),
    resources: inventory.resources.filter((each) => namespaceOf(each) === from && !isClusterScoped(each.kind)),
  }));
  /** @param held namespaces that are ours beside those that carry the proof's label */
  const takeAway = async (held: readonly string[]): Promise<readonly Left[]> => {
    // Its own signal: an interrupted proof cleans up as well.
    const { signal: unhurried } = new AbortController();
    const finalized = objects.some(({ object }) => (object.metadata.finalizers ?? []).length > 0);
    let left: readonly Left[];
    try {
      const made = await namespacesOf(cluster, proof, unhurried); // the canary's too
      const names = Array.from(new Set([...held, ...made]));
      const outside = await ownOutside(cluster, proof, objects, unhurried);
      left = await clean(cluster, names, outside, finalized ? FINALIZED_WITHIN : CLEAN_WITHIN, unhurried);
    } catch (error) {
      // The cluster is away: what was found out must not be lost with it.
      const because = error instanceof Error ? error.message : String(error);
      left = wanted.map(({ name }) => ({ object: `Namespace/${name}`, because, remove: `ai-agents verify --clean --context ${cluster.context}` }));
    }
    if (left.length > 0) onLeft(left);
    return left;
  };
  const cleanUp = async () => (keep ? [] : takeAway(wanted.map(({ name }) => name)));
  const remove = async (name: string) => {
    const left = await clean(cluster, [name], [], CLEAN_WITHIN, signal);
    if (left.length > 0) throw namespaceTerminating(name);
  };
  const hold = await holdNamespaces(cluster.api, proof, wanted, { named, allowEgress }, remove, signal).catch(async (error: unknown) => {
    // A namespace that somebody else holds is not ours to remove; what we made before meeting it is.
    await takeAway([]);
    throw error;
  });
  let result: T;
  try {
    result = await work();
  } catch (error) {
    hold.release();
    await cleanUp();
    throw error;
  }
  hold.release();
  const start = Date.now();
  const left = await cleanUp();
  return { result, left, cleaned: Date.now() - start };
}

/** The cluster-scoped objects that this proof made: by its label, since one that it met there is somebody else's. */
async function ownOutside(
  { api }: Cluster,
  proof: string,
  objects: Preparation['objects'],
  signal: AbortSignal,
): Promise<{ served: ServedKind; name: string }[]> {
  const kinds = new Map(objects.flatMap(({ namespace, served }) => (namespace === undefined && served ? [[pathOf(served, undefined), served] as const] : [])));
  const query = { labelSelector: `${PROOF_LABEL}=${proof}` };
  const found: { served: ServedKind; name: string }[] = [];
  for (const [path, served] of kinds) {
    const { items } = await api.json<{ items: { metadata: { name: string } }[] }>(path, { query, signal });
    found.push(...items.map(({ metadata }) => ({ served, name: metadata.name })));
  }
  return found;
}

async function namespacesOf({ api }: Pick<Cluster, 'api'>, proof: string, signal: AbortSignal): Promise<string[]> {
  const query = { labelSelector: `${PROOF_LABEL}=${proof}` };
  const { items } = await api.json<{ items: { metadata: { name: string } }[] }>(pathOf(KIND.namespace, undefined), { query, signal });
  return items.map(({ metadata }) => metadata.name);
}
