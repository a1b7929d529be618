import { accessMissing } from '../errors.ts';
import type { Cluster } from './connect.ts';
import { KIND, pathOf, type ServedKind } from './discovery.ts';
import type { Preparation } from './prepare.ts';

/** What is watched in every proof, whatever the manifests hold: what becomes of their objects. */
export const WATCHED = [KIND.pod, KIND.event, KIND.replicaSet, KIND.job, KIND.endpointSlice, KIND.claim];

/** One thing that a proof must be allowed to do. */
export interface Need {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** undefined for what is cluster-scoped */
  readonly namespace: string | undefined;
}

export const needTo = (verb: string, { group, plural }: Pick<ServedKind, 'group' | 'plural'>, namespace: string | undefined, subresource?: string): Need => ({
  verb,
  group,
  resource: plural,
  namespace,
  ...(subresource ? { subresource } : {}),
});

/** What a proof of these objects will do, in the namespaces that it makes and, where allowed, outside of them. */
export function accessNeeded(preparation: Pick<Preparation, 'objects' | 'namespaces' | 'brought'>): readonly Need[] {
  const needs = ['create', 'get', 'list', 'patch', 'delete', 'watch'].map((verb) => needTo(verb, KIND.namespace, undefined));
  for (const namespace of preparation.namespaces.values()) {
    needs.push(needTo('get', KIND.quota, namespace));
    for (const kind of [KIND.quota, KIND.serviceAccount, KIND.policy]) needs.push(needTo('create', kind, namespace), needTo('patch', kind, namespace));
    for (const verb of ['create', 'get', 'update', 'patch']) needs.push(needTo(verb, KIND.lease, namespace));
    for (const kind of WATCHED) needs.push(needTo('list', kind, namespace), needTo('watch', kind, namespace));
    needs.push(needTo('get', KIND.pod, namespace, 'log'), needTo('create', KIND.pod, namespace), needTo('deletecollection', KIND.pod, namespace));
    for (const verb of ['create', 'get', 'patch']) needs.push(needTo(verb, KIND.configMap, namespace)); // the owner of probe pods
  }
  for (const { metadata } of preparation.brought)
    needs.push(needTo('create', KIND.secret, metadata.namespace), needTo('patch', KIND.secret, metadata.namespace));
  for (const { served, namespace } of preparation.objects) {
    if (!served) continue;
    for (const verb of ['create', 'patch', 'list', 'watch']) needs.push(needTo(verb, served, namespace));
    if (namespace === undefined) needs.push(needTo('get', served, undefined), needTo('delete', served, undefined));
  }
  return needs;
}

/**
 * Asks for everything before anything is created. One question is enough for an administrator: whether all verbs on all resources are allowed.
 * @throws Problem ACCESS_MISSING that names each missing permission
 */
export async function checkAccess({ api, context }: Cluster, needs: readonly Need[], signal: AbortSignal): Promise<void> {
  if (await mayI({ api }, { verb: '*', group: '*', resource: '*', namespace: undefined }, signal)) return;
  const unique = Array.from(new Map(needs.map((need) => [JSON.stringify(need), need])).values());
  const allowed = await Promise.all(unique.map((need) => mayI({ api }, need, signal)));
  const missing = unique.filter((_, index) => !allowed[index]).map(say);
  if (missing.length > 0) throw accessMissing(context, missing);
}

/** Whether these credentials may do one thing (SelfSubjectAccessReview, which asks the API server's own authorizer). */
export async function mayI({ api }: Pick<Cluster, 'api'>, need: Need, signal: AbortSignal): Promise<boolean> {
  const { verb, group, resource, subresource, namespace } = need;
  const review = await api.json<{ status?: { allowed?: boolean } }>(pathOf(KIND.accessReview, undefined), {
    method: 'POST',
    signal,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
    },
  });
  return review.status?.allowed === true;
}

function say({ verb, group, resource, subresource, namespace }: Need): string {
  const what = `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${what}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}
