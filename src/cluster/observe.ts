import { setTimeout as sleep } from 'node:timers/promises';
import { clusterUnreachable } from '../errors.ts';
import { type Diagnosis, diagnose } from './diagnose.ts';
import type { Prepared } from './prepare.ts';
import { nameOf, restsOnPods } from './proof.ts';
import type { Member, PodView, Scene } from './scene.ts';
import { type Clock, type Outlook, type Settled, settle } from './settle.ts';
import { lastSeen, type World } from './watch.ts';

export interface Sight {
  readonly scene: Scene;
  readonly diagnosis: Diagnosis;
}

export interface Observed extends Settled<Sight> {
  /** when each cause was first named, RFC 3339 */
  readonly namedAt: ReadonlyMap<string, string>;
  /** for how many milliseconds a member that is ready has been so without a break, a restart, or a liveness probe that fails */
  calmFor(member: Member): number;
}

export interface Watcher {
  /** told once, when there is nothing to do but wait: everything is ready, or nothing can become so */
  calm(): void;
  object(member: Member, since: number): void;
  cause(object: string, says: string): void;
}

/** How long a hopeless deployment is looked at further: a second fault may show a moment after the first. */
const LINGER = 2_000;
/** How long the API server may be away: a restart takes less. */
const LOST_FOR = 60_000;
/** How much changes at once is looked at once. */
const GATHER = 50;

/**
 * Watches a deployment until it is ready and stays so, or until the time is over. When it is certain that a part of it cannot become ready, only until
 * the rest, what needs that part apart, has stayed ready for as long.
 */
export async function observe(
  look: () => Scene,
  world: World,
  { stable, timeout, clock, watcher, signal }: { stable: number; timeout: number; clock: Clock; watcher: Watcher; signal: AbortSignal },
): Promise<Observed> {
  const readySince = new Map<Prepared, number>();
  const calmSince = new Map<Prepared, { at: number; restarts: string }>();
  const shownState = new Map<string, { state: string; since: number }>();
  const namedAt = new Map<string, string>();
  let hopelessSince: number | undefined;
  const read = (): Sight => {
    const scene = look();
    const now = clock.now();
    if (world.isBlind) calmSince.clear();
    for (const member of scene.members) {
      if (member.status.is !== 'ready') readySince.delete(member.prepared);
      else if (!readySince.has(member.prepared)) readySince.set(member.prepared, now);
      const pods = scene.podsOf(member);
      const restarts = restartsIn(pods);
      if (member.status.is !== 'ready' || isFailingLiveness(scene, pods)) calmSince.delete(member.prepared);
      else if (calmSince.get(member.prepared)?.restarts !== restarts) calmSince.set(member.prepared, { at: now, restarts });
      const state = `${member.status.is} ${member.status.because}`;
      const known = shownState.get(member.prepared.ref);
      if (known?.state === state) continue;
      shownState.set(member.prepared.ref, { state, since: known?.since ?? now });
      watcher.object(member, now);
    }
    const diagnosis = diagnose(scene, readySince);
    for (const { cause } of diagnosis.roots) {
      const name = nameOf(cause);
      if (namedAt.has(name)) continue;
      namedAt.set(name, new Date(now).toISOString());
      watcher.cause(cause.member.prepared.ref, cause.final === false ? `${cause.says} (it may still pass)` : cause.says);
    }
    return { scene, diagnosis };
  };
  let isCalm = false;
  const calmFor = ({ prepared }: Member): number => clock.now() - (calmSince.get(prepared)?.at ?? clock.now());
  const judge = (sight: Sight): Outlook => {
    const verdict = verdictOn(sight);
    if (!isCalm && (verdict === 'good' || hopelessSince !== undefined)) {
      isCalm = true;
      watcher.calm();
    }
    return verdict;
  };
  const verdictOn = ({ scene, diagnosis }: Sight): Outlook => {
    if (!diagnosis.hopeless || world.isBlind) {
      hopelessSince = undefined;
      if (world.isBlind) return 'waiting';
      return diagnosis.roots.length === 0 && scene.members.every(({ status }) => status.is === 'ready') && !isFailingLiveness(scene, scene.pods)
        ? 'good'
        : 'waiting';
    }
    hopelessSince ??= clock.now();
    const rest = scene.members.filter((member) => member.status.is === 'ready' && restsOnPods(member) && !diagnosis.stranded.includes(member));
    if (rest.some((member) => calmFor(member) < stable)) return 'resting';
    return clock.now() - hopelessSince >= LINGER ? 'hopeless' : 'waiting';
  };
  const next = async (within: number): Promise<void> => {
    if (world.lostFor > LOST_FOR) throw clusterUnreachable(world.address, new Error(`nothing was heard of it for ${LOST_FOR / 1_000} seconds`));
    await world.changed(hopelessSince === undefined ? within : Math.min(within, 250));
    await sleep(GATHER);
  };
  const settled = await settle(read, judge, ({ scene }) => restartsIn(scene.pods), next, { stable, timeout, clock, signal });
  const calm = new Map(settled.seen.scene.members.map((member) => [member, calmFor(member)]));
  return { ...settled, namedAt, calmFor: (member) => calm.get(member) ?? 0 };
}

/** Whether a liveness probe has failed lately: the container is ready, and will be killed all the same unless the probe comes round. */
const isFailingLiveness = (scene: Scene, pods: readonly PodView[]): boolean =>
  pods.some(({ pod, containers }) =>
    containers.some(({ name, spec, status }) => {
      const startedAt = status?.state?.running?.startedAt;
      if (!spec.livenessProbe || startedAt === undefined) return false;
      const forget = Math.max(10_000, (spec.livenessProbe.periodSeconds ?? 10) * 2_000);
      return scene
        .eventsOn(pod)
        .some(
          (event) =>
            event.reason === 'Unhealthy' &&
            event.message?.startsWith('Liveness') &&
            event.involvedObject.fieldPath?.includes(`{${name}}`) &&
            lastSeen(event) >= startedAt &&
            scene.now - Date.parse(lastSeen(event)) < forget,
        );
    }),
  );

/** What must not change while a deployment stays ready: no container may start again. */
const restartsIn = (pods: readonly PodView[]): string =>
  pods
    .flatMap(({ pod, containers }) => containers.map(({ name, status }) => [pod.metadata.uid, name, status?.restartCount ?? 0] as const))
    .filter(([, , restarts]) => restarts > 0)
    .map((each) => each.join(' '))
    .sort()
    .join('\n');
