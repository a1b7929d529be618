import { setTimeout as sleep } from 'node:timers/promises';
import { checkAccess, needTo } from './access.ts';
import { type Api, ApiError, MERGE_PATCH, problemOf } from './api.ts';
import { type Cluster, type ClusterChoice, connect } from './connect.ts';
import { apiVersionOf, KIND, pathOf, type ServedKind } from './discovery.ts';
import { FIELD_MANAGER, PROOF_LABEL } from './guard.ts';
import { isRecent, LEASE_SECONDS, leaseOf } from './namespace.ts';
import { conditionsOf, type LiveObject, refOf } from './object.ts';
import { TimeLimit } from './time-limit.ts';

/** Something of a proof that is still in the cluster. */
export interface Left {
  readonly object: string;
  readonly because: string;
  /** the command that removes it */
  readonly remove: string;
}

/** Of a namespaced object that holds its namespace: what is deleted, and by whom it waits to be released. */
const GRACE = { propagationPolicy: 'Background', gracePeriodSeconds: 1 };

/**
 * Removes namespaces and cluster-scoped objects of a proof and waits until they are gone.
 * @param within milliseconds to wait
 * @returns what is still there
 */
export async function clean(
  { api, kinds }: Pick<Cluster, 'api' | 'kinds'>,
  namespaces: readonly string[],
  clusterScoped: readonly { served: ServedKind; name: string }[],
  within: number,
  signal: AbortSignal,
): Promise<readonly Left[]> {
  const until = Date.now() + within;
  await Promise.all(namespaces.map((name) => removeNamespace(api, name, signal)));
  for (const { served, name } of clusterScoped.toReversed()) await removeOne(api, served, name, signal);
  const left = await Promise.all([
    ...namespaces.map((name) => goneNamespace(api, kinds.all, name, until, signal)),
    ...clusterScoped.map((each) => goneObject(api, each, until, signal)),
  ]);
  return left.flat();
}

async function removeNamespace(api: Api, name: string, signal: AbortSignal): Promise<void> {
  await ignoreMissing(api.ask(pathOf(KIND.namespace, undefined, name), { method: 'DELETE', body: { propagationPolicy: 'Background' }, signal }));
  // The namespace's own deletion gives pods their full grace period; nobody needs what these would save.
  await ignoreMissing(api.ask(pathOf(KIND.pod, name), { method: 'DELETE', body: GRACE, signal }));
}

const removeOne = (api: Api, served: ServedKind, name: string, signal: AbortSignal) =>
  ignoreMissing(api.ask(pathOf(served, undefined, name), { method: 'DELETE', body: { propagationPolicy: 'Background' }, signal }));

async function ignoreMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
  }
}

async function goneNamespace(api: Api, kinds: readonly ServedKind[], name: string, until: number, signal: AbortSignal): Promise<readonly Left[]> {
  const path = pathOf(KIND.namespace, undefined, name);
  const object = await waitGone(api, path, until, signal);
  if (!object) return [];
  const said = conditionsOf(object).filter(({ status, type }) => status === 'True' && /Remaining|Failure/.test(type));
  const held = await heldBy(api, kinds, name, signal);
  const namespace: Left = {
    object: `Namespace/${name}`,
    because: said.map(({ message }) => message).join(' ') || 'its deletion has not finished',
    remove: `ai-agents verify --clean --context ${api.context}`,
  };
  return [namespace, ...held];
}

/** The objects whose finalizers keep a namespace from going away. */
async function heldBy(api: Api, kinds: readonly ServedKind[], namespace: string, signal: AbortSignal): Promise<Left[]> {
  const left: Left[] = [];
  for (const { served, object } of await remainingIn(api, kinds, namespace, signal)) {
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.length === 0) continue;
    left.push({
      object: refOf({ ...object, kind: served.kind }),
      because: `its finalizer ${finalizers.join(', ')} was not released by whoever serves it`,
      remove: `kubectl -n ${namespace} patch ${served.plural} ${object.metadata.name} --type merge -p '{"metadata":{"finalizers":null}}'`,
    });
  }
  return left;
}

async function remainingIn(
  api: Api,
  kinds: readonly ServedKind[],
  namespace: string,
  signal: AbortSignal,
): Promise<{ served: ServedKind; object: LiveObject }[]> {
  const found: { served: ServedKind; object: LiveObject }[] = [];
  for (const served of kinds) {
    if (!served.namespaced || !served.verbs.includes('list') || !served.verbs.includes('delete') || served.plural === 'events') continue;
    const answer = await api.send(pathOf(served, namespace), { signal });
    if (answer.status >= 400) continue; // a kind that we may not list cannot be ours
    for (const object of (JSON.parse(answer.text) as { items?: LiveObject[] }).items ?? []) found.push({ served, object });
  }
  return found;
}

async function goneObject(api: Api, { served, name }: { served: ServedKind; name: string }, until: number, signal: AbortSignal): Promise<readonly Left[]> {
  const object = await waitGone(api, pathOf(served, undefined, name), until, signal);
  if (!object) return [];
  const finalizers = object.metadata.finalizers ?? [];
  return [
    {
      object: `${served.kind}/${name}`,
      because: finalizers.length > 0 ? `its finalizer ${finalizers.join(', ')} was not released` : 'its deletion has not finished',
      remove: `kubectl delete ${served.plural} ${name}`,
    },
  ];
}

/** Waits for the deletion of one object, by watching it. */
async function waitGone(api: Api, path: string, until: number, signal: AbortSignal): Promise<LiveObject | undefined> {
  const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  for (;;) {
    const object = await api.find(path, signal);
    const left = until - Date.now();
    if (!object || left <= 0) return object;
    using watching = new TimeLimit(signal, left);
    const query = { watch: true, fieldSelector: `metadata.name=${decodeURIComponent(name)}`, resourceVersion: object.metadata.resourceVersion ?? '' };
    try {
      for await (const line of api.lines(folder, query, watching.signal)) {
        if ((JSON.parse(line) as { type: string }).type === 'DELETED') return undefined;
      }
    } catch {
      if (signal.aborted) return object;
      await sleep(Math.min(500, Math.max(0, until - Date.now()))); // the connection broke, or the time is over: the next look tells
    }
  }
}

/** What `verify --clean` found and did. */
export interface Cleaned {
  readonly removed: readonly string[];
  readonly inUse: readonly string[];
  readonly left: readonly Left[];
}

const ACCESS = [
  needTo('list', KIND.namespace, undefined),
  needTo('get', KIND.namespace, undefined),
  needTo('delete', KIND.namespace, undefined),
  needTo('get', KIND.lease, undefined),
  needTo('deletecollection', KIND.pod, undefined),
];

/** What happens meanwhile: it may take minutes. */
export type CleanProgress = { readonly is: 'looking-twice'; readonly seconds: number } | { readonly is: 'removing'; readonly objects: readonly string[] };

/**
 * Removes what earlier proofs left in a cluster, whoever they were started by: namespaces and cluster-scoped objects with our label.
 * A proof that still runs renews its lease, so what is its own is left alone. Finalizers that our own apply put there are taken off again.
 * @param within milliseconds to wait for deletions
 * @throws Problem when the cluster cannot be reached or refuses, and INTERRUPTED
 */
export async function cleanLeftovers(
  choice: ClusterChoice,
  within: number,
  signal: AbortSignal,
  tell: (event: CleanProgress) => void = () => {},
): Promise<Cleaned> {
  try {
    using cluster = await connect(choice, signal);
    return await cleanOn(cluster, within, signal, tell);
  } catch (error) {
    throw problemOf(error, signal);
  }
}

async function cleanOn(cluster: Cluster, within: number, signal: AbortSignal, tell: (event: CleanProgress) => void): Promise<Cleaned> {
  const { api, kinds } = cluster;
  await checkAccess(cluster, ACCESS, signal);
  const outside = await labelledOutside(cluster, signal); // before the namespaces: whose object is seen here, its namespace is seen there
  const answer = await api.ask(pathOf(KIND.namespace, undefined), { query: { labelSelector: PROOF_LABEL }, signal });
  const namespaces = (JSON.parse(answer.text) as { items: LiveObject[] }).items;
  const leases = () => Promise.all(namespaces.map(({ metadata }) => leaseOf(api, metadata.name, signal)));
  const before = await leases();
  // One without a lease may have been made a moment ago.
  const mayRun = (namespace: LiveObject, index: number) =>
    before[index]?.isFresh ?? isRecent(Date.parse(namespace.metadata.creationTimestamp ?? ''), answer.at);
  const isUncertain = namespaces.some(mayRun);
  if (isUncertain) {
    tell({ is: 'looking-twice', seconds: LEASE_SECONDS });
    await sleep(LEASE_SECONDS * 1_000, undefined, { signal });
  }
  const after = isUncertain ? await leases() : before;
  const running = new Set(
    namespaces.flatMap((namespace, index) => (after[index]?.renewed !== before[index]?.renewed && after[index] ? [proofOf(namespace)] : [])),
  );
  const isRunning = (object: LiveObject) => running.has(proofOf(object)); // its canary's namespace has no lease of its own
  const inUse = namespaces.filter(isRunning).map(({ metadata }) => metadata.name);
  const ours = namespaces.filter((namespace) => !isRunning(namespace)).map(({ metadata }) => metadata.name);
  const clusterScoped = outside.filter(({ object }) => !isRunning(object)).map(({ served, object }) => ({ served, name: object.metadata.name }));
  const all = [...ours.map((name) => `Namespace/${name}`), ...clusterScoped.map(({ served, name }) => `${served.kind}/${name}`)];
  if (all.length > 0) tell({ is: 'removing', objects: all });
  await Promise.all(ours.map((name) => removeNamespace(api, name, signal)));
  for (const name of ours) await releaseOurFinalizers(api, kinds.all, name, signal);
  const left = (await clean(cluster, ours, clusterScoped, within, signal)).map((each) =>
    each.object.startsWith('Namespace/') ? { ...each, remove: `kubectl delete namespace ${each.object.slice('Namespace/'.length)}` } : each,
  );
  const stays = new Set(left.map(({ object }) => object));
  return { removed: all.filter((each) => !stays.has(each)), inUse, left };
}

/** Cluster-scoped objects with our label. */
async function labelledOutside({ api, kinds }: Pick<Cluster, 'api' | 'kinds'>, signal: AbortSignal): Promise<{ served: ServedKind; object: LiveObject }[]> {
  const found: { served: ServedKind; object: LiveObject }[] = [];
  for (const served of kinds.all) {
    if (served.namespaced || served.kind === 'Namespace' || !served.verbs.includes('list') || !served.verbs.includes('delete')) continue;
    const answer = await api.send(pathOf(served, undefined), { query: { labelSelector: PROOF_LABEL }, signal });
    if (answer.status >= 400) continue;
    for (const object of (JSON.parse(answer.text) as { items?: LiveObject[] }).items ?? []) found.push({ served, object });
  }
  return found;
}

const proofOf = ({ metadata }: LiveObject): string => metadata.labels?.[PROOF_LABEL] ?? '';

/** A finalizer that the manifests brought and nobody serves would hold the namespace for ever: whoever applied it takes it off. */
async function releaseOurFinalizers(api: Api, kinds: readonly ServedKind[], namespace: string, signal: AbortSignal): Promise<void> {
  for (const { served, object } of await remainingIn(api, kinds, namespace, signal)) {
    const finalizers = object.metadata.finalizers ?? [];
    const ours = object.metadata.managedFields?.find(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply');
    const applied = (ours?.fieldsV1?.['f:metadata'] as Record<string, Record<string, unknown>> | undefined)?.['f:finalizers'] ?? {};
    const keep = finalizers.filter((finalizer) => !(`v:"${finalizer}"` in applied));
    if (keep.length === finalizers.length) continue;
    await ignoreMissing(
      api.ask(pathOf(served, namespace, object.metadata.name), {
        method: 'PATCH',
        contentType: MERGE_PATCH,
        body: { apiVersion: apiVersionOf(served), kind: served.kind, metadata: { finalizers: keep } },
        signal,
      }),
    );
  }
}
