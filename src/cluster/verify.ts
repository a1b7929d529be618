import { randomBytes } from 'node:crypto';
import type { Checkout } from '../checkout/checkout.ts';
import { quote } from '../checks/verdict.ts';
import { interrupted, nothingToApply } from '../errors.ts';
import { LinkedAbort } from '../linked-abort.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { placeOf } from '../manifest/resource.ts';
import { accessNeeded, checkAccess, WATCHED } from './access.ts';
import { problemOf } from './api.ts';
import { applyEverything } from './apply.ts';
import { withFinalizers } from './causes/finalizer.ts';
import type { LiveCheck } from './check.ts';
import { benchFor } from './checks/bench.ts';
import { runChecks } from './checks/run.ts';
import type { Left } from './clean.ts';
import { type ClusterChoice, connect } from './connect.ts';
import { defaultChecks } from './default-checks.ts';
import { Facts, Redactor } from './evidence.ts';
import { guardsThatHeld } from './guards-held.ts';
import { Inquiry } from './inquiry.ts';
import { lodge } from './lodging.ts';
import { applyOurs } from './namespace.ts';
import type { LiveObject } from './object.ts';
import { observe } from './observe.ts';
import { prepare } from './prepare.ts';
import { ProbePods } from './probe-pods.ts';
import { collectFacts, collectLogs, type Guard, imagesThatRan, kept, outcomeOf, type Proof, provenCauses, provenLeftOut, verdictOf } from './proof.ts';
import { questionsTo } from './questions.ts';
import { Scene } from './scene.ts';
import type { Clock } from './settle.ts';
import type { Status } from './status.ts';
import { World } from './watch.ts';

export interface VerifyRequest {
  readonly cluster: ClusterChoice;
  /** undefined for a fresh one */
  readonly namespace: string | undefined;
  /** the user's own Secrets, by name */
  readonly secrets: ReadonlyMap<string, LiveObject>;
  /** replacements for images, by reference or repository */
  readonly images: ReadonlyMap<string, string>;
  /** the share of the requested CPU and memory that is asked for; 1 for all of it */
  readonly requests: number;
  /** milliseconds until everything has to be ready */
  readonly timeout: number;
  /** milliseconds that it has to stay so */
  readonly stable: number;
  readonly keep: boolean;
  readonly allowEgress: boolean;
  readonly allowClusterScoped: boolean;
  /** also replace the pods of each Deployment behind a Service under load */
  readonly rollout: boolean;
  /** for probe pods: an image with sh, nc, wget and nslookup */
  readonly probeImage: string;
  readonly checks: readonly LiveCheck[];
}

/** What happens while a proof runs. */
export type VerifyProgress =
  | { readonly is: 'stage'; readonly stage: 'connecting' | 'applying' | 'watching' | 'checking' | 'cleaning'; readonly namespace?: string }
  | { readonly is: 'object'; readonly object: string; readonly status: Status }
  | { readonly is: 'cause'; readonly object: string; readonly says: string }
  | { readonly is: 'left'; readonly left: readonly Left[] };

export interface VerifyDeps {
  readonly clock: Clock;
  readonly progress: (event: VerifyProgress) => void;
}

/**
 * Applies the manifests of an inventory to a namespace of their own on a cluster, watches what becomes of them, and cleans up.
 * @throws Problem when no proof is possible: no cluster, no access, nothing to apply, an interruption
 */
export async function verify(
  request: VerifyRequest,
  inventory: Inventory,
  checkout: Pick<Checkout, 'commit' | 'dirty'>,
  deps: VerifyDeps,
  signal: AbortSignal,
): Promise<Proof> {
  try {
    return await run(request, inventory, checkout, deps, signal);
  } catch (error) {
    throw problemOf(error, signal);
  }
}

async function run(
  request: VerifyRequest,
  inventory: Inventory,
  { commit, dirty }: Pick<Checkout, 'commit' | 'dirty'>,
  { clock, progress }: VerifyDeps,
  signal: AbortSignal,
): Promise<Proof> {
  const start = clock.now();
  const id = randomBytes(4).toString('hex');
  progress({ is: 'stage', stage: 'connecting' });
  using cluster = await connect(request.cluster, signal);
  const { api } = cluster;
  const namespace = request.namespace ?? `proof-${id}`;
  const preparation = prepare(inventory, { ...request, namespace, proof: id, kinds: cluster.kinds });
  if (preparation.objects.length === 0) throw nothingToApply();
  await checkAccess(cluster, accessNeeded(preparation), signal);

  const facts = new Facts(new Redactor(preparation.secrets));
  const onLeft = (left: readonly Left[]) => progress({ is: 'left', left });
  const lodging = { named: request.namespace !== undefined, allowEgress: request.allowEgress, keep: request.keep };
  const { result, left, cleaned } = await lodge(cluster, id, preparation, inventory, lodging, onLeft, signal, async () => {
    progress({ is: 'stage', stage: 'applying', namespace });
    const world = new World(api, id);
    using work = new LinkedAbort(signal);
    try {
      const applyStart = clock.now();
      const namespaces = Array.from(preparation.namespaces.values());
      await world.watch(WATCHED, namespaces);
      await Promise.all(preparation.brought.map((secret) => applyOurs(api, secret, signal)));
      const applied = await applyEverything(cluster, preparation.objects, signal);
      await world.watch(
        applied.accepted.flatMap(({ served }) => served ?? []),
        namespaces,
      );
      const applyTook = clock.now() - applyStart;

      progress({ is: 'stage', stage: 'watching', namespace });
      const inquiry = new Inquiry(() => world.wake());
      const shared = {
        ...preparation,
        ...applied,
        prepared: preparation.objects,
        guarded: !request.allowEgress,
        world,
        inventory,
        facts,
        inquiry,
        questions: questionsTo(api, work.signal),
      };
      const look = () => new Scene({ ...shared, now: clock.now() });
      const bench = benchFor(
        { cluster, world, facts, probes: new ProbePods(api, world, request.probeImage, work.signal), signal: work.signal, namespace, look },
        id,
        request.probeImage,
      );
      let guards: Promise<readonly Guard[]> | undefined;
      const tryGuards = () => (guards ??= guardsThatHeld(bench, preparation, request.allowEgress));
      const observed = await observe(look, world, {
        stable: request.stable,
        timeout: request.timeout,
        clock,
        signal,
        watcher: {
          calm: () => void tryGuards().catch(() => {}), // awaited below, where it may fail
          object: ({ prepared, status }) => progress({ is: 'object', object: prepared.ref, status }),
          cause: (object, says) => progress({ is: 'cause', object, says }),
        },
      });
      if (signal.aborted) throw interrupted();

      const { scene, diagnosis } = observed.seen;
      const objects = scene.members.map((member) => ({
        object: member.prepared.ref,
        at: quote(placeOf(member.prepared.resource)),
        verdict: verdictOf(member, diagnosis, observed, request, facts),
        changes: member.prepared.changes,
      }));
      const observations = {
        objects: [...objects, ...preparation.leftOut.filter(({ reason }) => reason !== 'superseded').map(provenLeftOut)],
        causes: provenCauses(diagnosis, observed.namedAt),
        facts: [facts.fact('cluster', 'version', cluster.version), ...collectFacts(scene, await collectLogs(scene))],
        live: scene.members.flatMap(({ live }) => (live ? [kept(live, facts)] : [])),
      };
      const held = await tryGuards();
      progress({ is: 'stage', stage: 'checking', namespace });
      return {
        ...observations,
        checks: await runChecks([...defaultChecks(scene, request.rollout), ...request.checks], bench, observations),
        guards: held,
        images: imagesThatRan(scene),
        took: { apply: applyTook, ...(observed.goodAfter === undefined ? {} : { ready: observed.goodAfter }), stable: request.stable },
      };
    } finally {
      world.close();
      work.abort(); // a probe that still runs would outlive a cluster that is gone
      progress({ is: 'stage', stage: 'cleaning', namespace });
    }
  });
  const { took, ...proven } = withFinalizers(result, preparation, left, facts);
  return {
    format: 'ai-agents proof 1',
    id,
    outcome: outcomeOf(
      [...proven.objects, ...proven.checks].map(({ verdict }) => verdict),
      proven.causes,
    ),
    startedAt: new Date(start).toISOString(),
    endedAt: new Date(clock.now()).toISOString(),
    commit,
    dirty,
    files: Object.fromEntries(preparation.objects.map(({ resource }) => [resource.source.path, resource.source.sha256])),
    cluster: { context: cluster.context, version: cluster.version },
    namespaces: Object.fromEntries(preparation.namespaces),
    ...proven,
    leftBehind: left,
    took: { ...took, clean: cleaned, whole: clock.now() - start },
    requests: api.requests,
  };
}
