import type { Verdict } from '../../checks/verdict.ts';
import type { ShutdownCheck } from '../check.ts';
import { KIND, pathOf } from '../discovery.ts';
import type { Pod } from '../watch.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

/** Seconds that may pass between the end of a container and our seeing it. */
const SEEN_LATE = 3;

/** Deletes one pod with its own grace period and sees how its containers end: killed with 137 means that they did not heed SIGTERM in time. */
export async function endsInTime(check: ShutdownCheck, bench: Bench): Promise<Verdict> {
  const { facts, world } = bench;
  const scene = bench.look();
  const member = memberNamed(scene, check.workload);
  const view = member && scene.podsOf(member).find(({ pod }) => pod.status?.phase === 'Running');
  if (!view) return unproven(`${check.workload} has no running pod`);
  const { namespace, name, uid } = view.pod.metadata;
  const period = view.pod.spec?.terminationGracePeriodSeconds ?? 30;
  const start = Date.now();
  await bench.cluster.api.ask(pathOf(KIND.pod, namespace, name), { method: 'DELETE', signal: bench.signal });
  let last: Pod = view.pod;
  while (Date.now() - start < (period + 15) * 1_000) {
    const seen = world.find('Pod', namespace, name);
    if (seen?.metadata.uid !== uid) break;
    if (seen) last = seen;
    if (endings(last).length === (last.spec?.containers.length ?? 0)) break;
    await world.changed(1_000);
    bench.signal.throwIfAborted();
  }
  const gone = world.gone('Pod', namespace, name)?.object as unknown as Pod | undefined;
  const ended = endings(gone?.metadata.uid === uid && gone ? gone : last);
  const seconds = ((Date.now() - start) / 1_000).toFixed(1);
  const fact = facts.fact(
    `Pod/${name}`,
    'ended',
    `after ${seconds} s with exit codes ${ended.map(({ name, code }) => `${name} ${code}`).join(', ') || 'unknown'}; grace period ${period} s`,
  );
  const killed = ended.filter(({ code }) => code === 137);
  if (killed.length > 0) return unmet(`container ${killed[0]!.name} of ${check.workload} did not end within its ${period} seconds and was killed`, fact);
  if (check.within !== undefined && Number(seconds) > check.within) {
    // watched from outside, an end is seen later than it was
    return Number(seconds) > check.within + SEEN_LATE
      ? unmet(`a pod of ${check.workload} ended after ${seconds} seconds, not within ${check.within}`, fact)
      : unproven(`a pod of ${check.workload} was seen to end after ${seconds} seconds, too near to ${check.within} to tell`, fact);
  }
  if (ended.length === 0) {
    return Number(seconds) < period
      ? met(`a pod of ${check.workload} was gone ${seconds} seconds after it was asked to end`, fact)
      : unproven(`how the pod of ${check.workload} ended could not be seen`, fact);
  }
  return met(`a pod of ${check.workload} ended by itself after ${seconds} of its ${period} seconds`, fact);
}

const endings = (pod: Pod): { name: string; code: number }[] =>
  (pod.status?.containerStatuses ?? []).flatMap(({ name, state }) => (state?.terminated ? [{ name, code: state.terminated.exitCode }] : []));
