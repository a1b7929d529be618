import { namespaceBusy, namespaceForeign, namespaceTerminating } from '../errors.ts';
import type { Resource } from '../manifest/resource.ts';
import { APPLY_PATCH, type Api, ApiError } from './api.ts';
import { KIND, pathOf } from './discovery.ts';
import { FIELD_MANAGER, GUARD_NAME, guardObjects, namespaceObject, PROOF_LABEL } from './guard.ts';
import type { LiveObject } from './object.ts';

/** The namespaces of one proof, held until it ends. */
export interface Hold {
  readonly proof: string;
  readonly names: readonly string[];
  /** stops renewing; the namespaces stay */
  release(): void;
}

/** A lease that is not renewed for this long belongs to nobody: its process was killed. */
export const LEASE_SECONDS = 15;

/**
 * Makes the proof's namespaces, anew where one that carries our label is there.
 * @param named true when the user named the first one: only then may it exist
 * @param remove takes one away and returns when it is gone
 * @throws Problem NAMESPACE_FOREIGN, NAMESPACE_BUSY, NAMESPACE_TERMINATING
 */
export async function holdNamespaces(
  api: Api,
  proof: string,
  namespaces: readonly { name: string; own: Resource | undefined; resources: readonly Resource[] }[],
  { named, allowEgress }: { named: boolean; allowEgress: boolean },
  remove: (name: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Hold> {
  const timers: NodeJS.Timeout[] = [];
  const held = new AbortController();
  const release = () => {
    timers.forEach(clearInterval);
    held.abort();
  };
  try {
    for (const { name, own, resources } of namespaces) {
      const wanted = namespaceObject(name, proof, own);
      const existed = await createNamespace(api, wanted, named, signal);
      await takeLease(api, name, proof, signal);
      if (existed) {
        // What an earlier proof left in it would be taken for a part of this one.
        await remove(name);
        if (await createNamespace(api, wanted, named, signal)) throw namespaceBusy(name, 'one that started at the same moment');
        await takeLease(api, name, proof, signal);
      }
      timers.push(setInterval(() => void renewLease(api, name, proof, held.signal).catch(() => {}), (LEASE_SECONDS / 3) * 1000).unref()); // the next one may succeed
      await Promise.all(guardObjects(name, proof, resources, allowEgress).map((object) => applyOurs(api, object, signal)));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { proof, names: namespaces.map(({ name }) => name), release };
}

/** @returns whether it was there already, from an earlier proof */
async function createNamespace(api: Api, object: LiveObject, named: boolean, signal: AbortSignal): Promise<boolean> {
  const { name } = object.metadata;
  try {
    await api.ask(pathOf(KIND.namespace, undefined), { method: 'POST', body: object, signal });
    return false;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
  }
  const existing = await api.json(pathOf(KIND.namespace, undefined, name), { signal });
  if (existing.metadata.deletionTimestamp) throw namespaceTerminating(name);
  const proof = existing.metadata.labels?.[PROOF_LABEL];
  const ours = object.metadata.labels?.[PROOF_LABEL];
  if (proof === ours) return false; // the answer to our own request was lost
  if (proof === undefined || !named) throw namespaceForeign(name);
  return true;
}

interface Lease extends LiveObject {
  spec?: { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number };
}

const leaseObject = (namespace: string, proof: string): LiveObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: GUARD_NAME, namespace },
  spec: { holderIdentity: proof, leaseDurationSeconds: LEASE_SECONDS, renewTime: new Date().toISOString().replace('Z', '000Z') },
});

/** The lease of a namespace as the API server has it. */
export interface HeldLease {
  readonly holder: string;
  /** as its holder's clock says, RFC 3339: another one means that it was renewed */
  readonly renewed: string;
  /** whether it was renewed so lately that its holder may still be there; by the API server's clock, since that of the holder may be wrong */
  readonly isFresh: boolean;
  readonly version: string | undefined;
}

/** The lease of a namespace; undefined when there is none. */
export async function leaseOf(api: Api, namespace: string, signal?: AbortSignal): Promise<HeldLease | undefined> {
  const answer = await api.send(pathOf(KIND.lease, namespace, GUARD_NAME), { signal });
  if (answer.status === 404) return undefined;
  if (answer.status >= 400) throw new ApiError(answer.status, answer.text);
  const { metadata, spec } = JSON.parse(answer.text) as Lease;
  const written = Math.max(0, ...(metadata.managedFields ?? []).map(({ time }) => Date.parse(time ?? '') || 0)) || Date.parse(spec?.renewTime ?? '');
  return {
    holder: spec?.holderIdentity ?? '',
    renewed: spec?.renewTime ?? '',
    isFresh: isRecent(written, answer.at),
    version: metadata.resourceVersion,
  };
}

/** Whether something happened less than a lease ago. Kubernetes and HTTP write whole seconds. */
export const isRecent = (then: number, now: number): boolean => now - then < (LEASE_SECONDS + 1) * 1_000;

async function takeLease(api: Api, namespace: string, proof: string, signal: AbortSignal): Promise<void> {
  const path = pathOf(KIND.lease, namespace);
  const wanted = leaseObject(namespace, proof);
  try {
    await api.ask(path, { method: 'POST', body: wanted, signal });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const existing = await leaseOf(api, namespace, signal);
    if (!existing) throw namespaceBusy(namespace, 'one that has just ended');
    if (existing.holder !== proof && existing.isFresh) throw namespaceBusy(namespace, existing.holder);
    // The resource version lets the API server decide between two that take over at once.
    const taken = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: existing.version } };
    const answer = await api.send(`${path}/${GUARD_NAME}`, { method: 'PUT', body: taken, signal });
    if (answer.status === 409) throw namespaceBusy(namespace, 'one that started at the same moment');
    if (answer.status >= 400) throw new ApiError(answer.status, answer.text);
  }
}

const renewLease = (api: Api, namespace: string, proof: string, signal: AbortSignal): Promise<unknown> =>
  api.ask(`${pathOf(KIND.lease, namespace)}/${GUARD_NAME}`, {
    method: 'PATCH',
    contentType: APPLY_PATCH,
    body: leaseObject(namespace, proof),
    query: APPLY_QUERY,
    signal,
  });

const APPLY_QUERY = { fieldManager: FIELD_MANAGER, force: true };

const OUR_KINDS = [KIND.namespace, KIND.quota, KIND.serviceAccount, KIND.policy, KIND.configMap, KIND.secret, KIND.pod];

/** Server-side apply of an object of our own. */
export async function applyOurs(api: Api, object: LiveObject, signal: AbortSignal): Promise<void> {
  const served = OUR_KINDS.find(({ kind }) => kind === object.kind);
  if (!served) throw new Error(`${object.kind} is none of the kinds that a proof makes for itself`);
  await api.ask(pathOf(served, object.metadata.namespace, object.metadata.name), {
    method: 'PATCH',
    contentType: APPLY_PATCH,
    query: APPLY_QUERY,
    body: object,
    signal,
  });
}
