import type { Verdict } from '../../checks/verdict.ts';
import { MERGE_PATCH } from '../api.ts';
import type { RolloutCheck } from '../check.ts';
import { pathOf } from '../discovery.ts';
import { FIELD_MANAGER } from '../guard.ts';
import type { ProbePod } from '../probe-pods.ts';
import { statusOf } from '../status.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

const WITHIN = 120_000;
/** Seconds of requests in one go; two of these run at any time, so that no moment is without load. */
const BURST = 3;
const LOAD = `end=$(($(date +%s) + $1)); ok=0; bad=0
while [ $(date +%s) -lt $end ]; do if wget -q -T 2 -O /dev/null "$0"; then ok=$((ok + 1)); else bad=$((bad + 1)); fi; done
echo $ok $bad`;

/** Replaces every pod of a workload, as a new version would, while a probe pod asks its Service without a pause. */
export async function rollsOut(check: RolloutCheck, bench: Bench): Promise<Verdict> {
  const { facts } = bench;
  const member = memberNamed(bench.look(), check.workload);
  const service = memberNamed(bench.look(), check.service)?.live;
  if (!member?.live || !member.prepared.served || !service) return unproven(`${check.workload} and ${check.service} are not both in the cluster`);
  if (member.status.is !== 'ready') return unproven(`${check.workload} is not ready, so it was not rolled out again: ${member.status.because}`);
  const { namespace, name } = service.metadata;
  const probe = await bench.probes.with(namespace ?? bench.namespace, { 'ai-agents/probe': 'load' }, false);
  const url = `http://${name}.${namespace}:${check.port}${check.path}`;
  const before = await load(probe, url);
  if (before.bad > 0 || before.ok === 0)
    return unproven(`${check.service} does not answer ${check.path} to a probe pod before the rollout (${before.ok} answered, ${before.bad} not)`);
  const total = { ok: 0, bad: 0 };
  let rolling = true;
  const stream = async (delay: number) => {
    await new Promise((resolve) => setTimeout(resolve, delay));
    do {
      const { ok, bad } = await load(probe, url);
      total.ok += ok;
      total.bad += bad;
    } while (rolling);
  };
  const streams = Promise.all([stream(0), stream((BURST * 1_000) / 2)]);
  const generation = await startRollout(member.prepared.served, member.live.metadata.namespace, member.live.metadata.name, bench);
  const until = Date.now() + WITHIN;
  let done = false;
  while (!done && Date.now() < until) {
    await bench.world.changed(500);
    bench.signal.throwIfAborted();
    const live = bench.world.find(member.live.kind, member.live.metadata.namespace, member.live.metadata.name);
    done = live !== undefined && (live.metadata.generation ?? 0) >= generation && statusOf(live, bench.world).is === 'ready';
  }
  rolling = false;
  await streams;
  const fact = facts.fact(check.service, `requests to ${check.path} during a rollout of ${check.workload}`, `${total.ok} answered, ${total.bad} not`);
  if (!done) return unmet(`a second rollout of ${check.workload} was not ready after ${WITHIN / 1_000} seconds`, fact);
  if (total.bad > 0) return unmet(`${total.bad} of ${total.ok + total.bad} requests were dropped while ${check.workload} was rolled out`, fact);
  return met(`all ${total.ok} requests were answered while ${check.workload} was rolled out`, fact);
}

async function load(probe: ProbePod, url: string): Promise<{ ok: number; bad: number }> {
  const { stdout } = await probe.run(['sh', '-c', LOAD, url, String(BURST)], (BURST + 15) * 1_000);
  const [ok = 0, bad = 0] = stdout.trim().split(' ').map(Number);
  return { ok, bad };
}

/** What `kubectl rollout restart` does: an annotation on the pod template. */
async function startRollout(served: Parameters<typeof pathOf>[0], namespace: string | undefined, name: string, bench: Bench): Promise<number> {
  const body = { spec: { template: { metadata: { annotations: { 'ai-agents/rollout': new Date().toISOString() } } } } };
  const live = await bench.cluster.api.json(pathOf(served, namespace, name), {
    method: 'PATCH',
    contentType: MERGE_PATCH,
    query: { fieldManager: FIELD_MANAGER },
    body,
    signal: bench.signal,
  });
  return live.metadata.generation ?? 0;
}
