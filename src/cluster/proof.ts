import { type FileEvidence, quote, type RuntimeEvidence, type Verdict } from '../checks/verdict.ts';
import { isWorkload, placeOf } from '../manifest/resource.ts';
import { inTurns } from './apply.ts';
import type { LiveCheck } from './check.ts';
import type { Left } from './clean.ts';
import type { Diagnosis } from './diagnose.ts';
import { type Facts, factsOf } from './evidence.ts';
import type { LiveObject } from './object.ts';
import type { Observed } from './observe.ts';
import type { LeftOut } from './prepare.ts';
import type { Member, Scene } from './scene.ts';
import { endpointsOf } from './status.ts';
import { lastSeen, type Service } from './watch.ts';

/** A verdict as it is stored: without the error object of `failed`, which is said in `because`. */
export interface ProvenVerdict {
  readonly is: Verdict['is'];
  readonly because: string;
  readonly evidence: readonly (FileEvidence | RuntimeEvidence)[];
}

export interface ProvenObject {
  /** `Deployment/api` */
  readonly object: string;
  readonly at: FileEvidence;
  readonly verdict: ProvenVerdict;
  /** how what was applied differs from the manifest */
  readonly changes: readonly string[];
}

export interface ProvenCause {
  readonly id: string;
  readonly object: string;
  readonly says: string;
  readonly fix: string;
  /** the manifest line to change */
  readonly at: FileEvidence;
  readonly evidence: readonly RuntimeEvidence[];
  /** other objects with the same fault */
  readonly also: readonly string[];
  /** objects that are not ready because of it */
  readonly breaks: readonly string[];
  /** when Kubernetes first showed it, null when only logs, time or our own questions did; and when it was named here; RFC 3339 */
  readonly shown: string | null;
  readonly named: string;
}

/** What kept a stranger's code in its place: whether it held, or null where nobody could tell. */
export interface Guard {
  readonly guard: 'namespace' | 'pod-security' | 'quota' | 'service-account' | 'egress';
  readonly held: boolean | null;
  readonly because: string;
}

/** One finished proof: what was applied where, what became of it, and what shows it. Stored as JSON and read again by `review --proof`. */
export interface Proof {
  readonly format: 'ai-agents proof 1';
  readonly id: string;
  /** `proven`: every object became and stayed what it should; `refuted`: one did not; `unproven`: none was refuted, but not all could be looked at */
  readonly outcome: 'proven' | 'refuted' | 'unproven';
  readonly startedAt: string;
  readonly endedAt: string;
  /** the commit that the manifests are from, null before the first; `dirty` when the work tree differs from it */
  readonly commit: string | null;
  readonly dirty: boolean;
  /** SHA-256 of each manifest file, by path: a proof is stale when these have moved on */
  readonly files: Readonly<Record<string, string>>;
  readonly cluster: { readonly context: string; readonly version: string };
  /** from the manifests' namespaces to those that the proof made */
  readonly namespaces: Readonly<Record<string, string>>;
  /** the images that really ran, with the digests that the node resolved them to */
  readonly images: readonly { readonly image: string; readonly digest: string; readonly containers: readonly string[] }[];
  readonly objects: readonly ProvenObject[];
  readonly causes: readonly ProvenCause[];
  readonly checks: readonly { readonly check: LiveCheck; readonly verdict: ProvenVerdict }[];
  readonly guards: readonly Guard[];
  readonly facts: readonly RuntimeEvidence[];
  /** the live objects as they were last seen, Secrets without their values: what later questions are asked of */
  readonly live: readonly LiveObject[];
  readonly leftBehind: readonly Left[];
  /** milliseconds; `ready` is absent when it never was */
  readonly took: { readonly apply: number; readonly ready?: number; readonly stable: number; readonly clean: number; readonly whole: number };
  /** requests sent to the API server */
  readonly requests: number;
}

/** What a review says of the proof that it asked: which one, of what, on what cluster, with which images. */
export type RunOfReview = Pick<Proof, 'id' | 'outcome' | 'startedAt' | 'endedAt' | 'commit' | 'dirty' | 'files' | 'cluster' | 'images'>;

/** The verdict on one object: ready and still so, at fault, held up by another, or not looked at. */
export function verdictOf(
  member: Member,
  diagnosis: Diagnosis,
  settled: Pick<Observed, 'outcome' | 'calmFor'>,
  { timeout, stable }: { timeout: number; stable: number },
  facts: Facts,
): ProvenVerdict {
  const { ref } = member.prepared;
  const seen = facts.fact(ref, member.status.field, `${member.status.is}: ${member.status.because}`);
  const own = diagnosis.roots
    .filter(({ cause, also }) => cause.member === member || also.includes(member))
    .sort((a, b) => Number(a.cause.blames !== undefined) - Number(b.cause.blames !== undefined))[0];
  if (own) {
    const { cause } = own;
    return { is: cause.blames ? 'unproven' : 'unmet', because: cause.says, evidence: [seen, ...cause.evidence] };
  }
  const behind = diagnosis.roots.find(({ breaks }) => breaks.includes(member));
  if (behind) {
    const { cause } = behind;
    return { is: cause.blames ? 'unproven' : 'unmet', because: `${ref} is not ready, which follows from: ${cause.says}`, evidence: [seen, ...cause.evidence] };
  }
  if (member.status.is !== 'ready') {
    const seconds = Math.round(timeout / 1_000);
    const when = settled.outcome === 'hopeless' ? 'when the proof stopped' : `after ${seconds} seconds`;
    return { is: 'unmet', because: `${ref} was not ready ${when}: ${member.status.because}.`, evidence: [seen] };
  }
  if (settled.outcome === 'settled') return { is: 'met', because: `${ref} became ready and stayed so: ${member.status.because}.`, evidence: [seen] };
  // The whole did not settle, and a pod that has just become ready may crash a second later.
  if (!restsOnPods(member) || settled.calmFor(member) >= stable)
    return { is: 'met', because: `${ref} became ready and was so when the proof stopped: ${member.status.because}.`, evidence: [seen] };
  const so = `${ref} was ready when the proof stopped, but not for long enough to count`;
  const because = diagnosis.stranded.includes(member) ? `${so}, and it needs what is at fault` : so;
  return { is: 'unproven', because: `${because}: ${member.status.because}.`, evidence: [seen] };
}

const ON_PODS = new Set(['Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']);
/** Whether an object that is ready may cease to be so when a pod does: not a ConfigMap, and not a Job, which is ready when it has ended. */
export const restsOnPods = ({ prepared: { resource } }: Member): boolean => (isWorkload(resource) && resource.kind !== 'Job') || ON_PODS.has(resource.kind);

export const provenLeftOut = ({ ref, resource, because }: LeftOut): ProvenObject => ({
  object: ref,
  at: quote(placeOf(resource)),
  verdict: { is: 'not-run', because: `${because}.`, evidence: [] },
  changes: [],
});

export const provenCauses = (diagnosis: Diagnosis, namedAt: ReadonlyMap<string, string>): ProvenCause[] =>
  diagnosis.roots.map(({ cause, also, breaks }) => ({
    id: cause.id,
    object: cause.member.prepared.ref,
    says: cause.says,
    fix: cause.fix,
    at: quote(cause.at),
    evidence: cause.evidence,
    also: also.map(({ prepared }) => prepared.ref),
    breaks: breaks.map(({ prepared }) => prepared.ref),
    shown: cause.shown ?? null,
    named: namedAt.get(nameOf(cause)) ?? new Date().toISOString(),
  }));

/** What makes a cause the same one when the scene is looked at again. */
export const nameOf = ({ id, member }: { id: string; member: Member }): string => `${id} ${member.prepared.ref}`;

/** Everything that was seen, as facts: conditions and counts of each object, states of containers, warnings; and the logs of those given. */
export function collectFacts(scene: Scene, logs: ReadonlyMap<string, string>): RuntimeEvidence[] {
  const { facts } = scene;
  const found = scene.members.flatMap(({ live, prepared }) => {
    if (!live) return [];
    if (live.kind !== 'Service') return factsOf(live, facts);
    const { filled } = endpointsOf(live as unknown as Service, scene.world.all('EndpointSlice'));
    return [...factsOf(live, facts), facts.fact(prepared.ref, 'endpoints', String(filled))];
  });
  for (const { pod } of scene.pods) {
    const ref = `Pod/${pod.metadata.name}`;
    found.push(facts.fact(ref, 'status.phase', pod.status?.phase ?? ''));
    for (const container of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
      found.push(
        facts.fact(`${ref} container ${container.name}`, 'state', {
          ready: container.ready,
          restartCount: container.restartCount,
          state: container.state,
          lastState: container.lastState,
        }),
      );
      found.push(facts.fact(`${ref} container ${container.name}`, 'imageID', container.imageID));
    }
    for (const event of scene.eventsOn(pod))
      if (event.type === 'Warning') found.push(facts.fact(ref, `event ${event.reason}`, event.message ?? '', lastSeen(event)));
  }
  for (const [ref, text] of logs) found.push(facts.fact(ref, 'log', text.slice(-2_000)));
  return found;
}

/** More pods than these are asked for their logs only where something is wrong. */
const MANY_PODS = 20;

/** The last lines of each container, by the workload and pod that wrote them. */
export async function collectLogs(scene: Scene): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const wanted = scene.pods.flatMap(({ pod, member, containers }) =>
    containers
      .filter(({ status }) => (status?.state?.running ?? status?.state?.terminated) && (scene.pods.length <= MANY_PODS || !status?.ready))
      .map((container) => ({ pod, container, ref: `${member.prepared.ref} container ${container.name} of Pod/${pod.metadata.name}` })),
  );
  await inTurns(wanted, 6, async ({ pod, container, ref }) => {
    try {
      found.set(ref, scene.facts.redact(await scene.questions.logs(pod, container.name, false)));
    } catch {
      // its pod is gone, or its container was never started: then there is no log to keep
    }
  });
  return new Map(Array.from(found).sort(([a], [b]) => a.localeCompare(b)));
}

/** The images that ran, by reference and digest. */
export function imagesThatRan(scene: Scene): Proof['images'] {
  const found = new Map<string, { image: string; digest: string; containers: Set<string> }>();
  for (const { pod, member, containers } of scene.pods) {
    for (const { name, spec, status } of containers) {
      if (!status?.imageID) continue;
      const key = `${spec.image} ${status.imageID}`;
      const entry = found.get(key) ?? { image: spec.image ?? '', digest: status.imageID, containers: new Set<string>() };
      entry.containers.add(`${member.prepared.ref ?? pod.metadata.name} ${name}`);
      found.set(key, entry);
    }
  }
  return Array.from(found.values(), ({ image, digest, containers }) => ({ image, digest, containers: Array.from(containers).sort() }));
}

/** A live object as it is kept: no bookkeeping, no values of Secrets. */
export function kept(object: LiveObject, facts: Facts): LiveObject {
  const { managedFields: _, ...metadata } = object.metadata;
  const copy: LiveObject = { ...object, metadata };
  if (object.kind === 'Secret') {
    for (const field of ['data', 'stringData']) {
      if (object[field]) copy[field] = Object.fromEntries(Object.keys(object[field] as object).map((key) => [key, '[redacted]']));
    }
    if (metadata.annotations) copy.metadata = { ...metadata, annotations: {} }; // kubectl repeats the values there
  }
  return redacted(copy, facts) as LiveObject;
}

function redacted(value: unknown, facts: Facts): unknown {
  if (typeof value === 'string') return facts.redact(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, facts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, redacted(item, facts)]));
}

/** One outcome of all verdicts. */
export function outcomeOf(verdicts: readonly ProvenVerdict[], causes: readonly ProvenCause[]): Proof['outcome'] {
  if (verdicts.some(({ is }) => is === 'unmet' || is === 'partial')) return 'refuted';
  if (verdicts.some(({ is }) => is !== 'met') || causes.length > 0 || verdicts.length === 0) return 'unproven';
  return 'proven';
}
