import type { Verdict } from '../../checks/verdict.ts';
import { endOf, judgeFlow } from '../../manifest/policy.ts';
import { isWorkload } from '../../manifest/resource.ts';
import { DISAGREEMENT, type TrafficCheck } from '../check.ts';
import { KIND, pathOf } from '../discovery.ts';
import { hasOwnEgress } from '../guard.ts';
import { valueAt } from '../object.ts';
import { connects, type ProbePod } from '../probe-pods.ts';
import type { Member, Scene } from '../scene.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

/** How long a new pod's policies may take to be in force. */
const IN_FORCE = 8_000;

/**
 * Traffic by trying it. A connection that passes is proof; one that does not is proof only where this network is known to enforce policies and the
 * same target answers somebody: silence has many reasons.
 */
export async function traffic(check: TrafficCheck, bench: Bench): Promise<Verdict> {
  const { facts } = bench;
  const scene = bench.look();
  const from = memberNamed(scene, check.from);
  if (!from || !isWorkload(from.prepared.resource)) return unproven(`${check.from} is no workload of the manifests`);
  const to = memberNamed(scene, check.to);
  const outside = to ? undefined : check.to;
  const address = to ? addressOf(to, scene) : outside;
  if (address === undefined) return unproven(`${check.to} has no running pod to reach`);
  const probe = await probeAs(from, bench, scene);
  const expectedSilent = !check.allowed;
  const saw = await trySettled(probe, address, check.port, check.allowed);
  const pair = `${check.from} → ${check.to}:${check.port}`;
  const fact = facts.fact(pair, 'connection', saw);
  const predicted = staticSays(from, to, check.port, scene);
  const passes = saw === 'open' || saw === 'refused';
  const otherwise = predicted?.allowed !== undefined && predicted.allowed !== passes ? predicted : undefined;
  const disagreement = otherwise ? `; ${DISAGREEMENT}: ${otherwise.because}` : '';
  const said = otherwise ? [facts.fact(pair, DISAGREEMENT, otherwise.because)] : [];
  if (saw === 'unresolved') return unproven(`${check.to} does not resolve for ${check.from}, so its traffic could not be tried`, fact);
  if (passes) {
    if (!expectedSilent)
      return saw === 'open'
        ? met(`${check.from} reaches ${check.to} on port ${check.port}${disagreement}`, fact, ...said)
        : unproven(`packets from ${check.from} reach ${check.to}, but nothing listens on port ${check.port}`, fact);
    const enforcement = await bench.enforces();
    if (enforcement.enforced !== true)
      return unproven(`${check.from} reaches ${check.to} on port ${check.port}, but ${enforcement.because}`, fact, ...enforcement.evidence);
    return unmet(`${check.from} reaches ${check.to} on port ${check.port}, which should be denied${disagreement}`, fact, ...said, ...enforcement.evidence);
  }
  if (!expectedSilent)
    return unmet(
      `${check.from} does not reach ${check.to} on port ${check.port}${disagreement || (predicted?.allowed === false ? `: ${predicted.because}` : '')}`,
      fact,
      ...said,
    );
  const enforcement = await bench.enforces();
  if (enforcement.enforced !== true) return unproven(`${check.from} does not reach ${check.to}, but ${enforcement.because}`, fact, ...enforcement.evidence);
  const partner = await allowedPartner(check, address, bench, scene);
  if (!partner)
    return unproven(
      `${check.from} does not reach ${check.to} on port ${check.port}, but nobody else was seen to reach it either`,
      fact,
      ...enforcement.evidence,
    );
  return met(
    `${check.from} does not reach ${check.to} on port ${check.port}, and ${partner.who} does${disagreement}`,
    fact,
    facts.fact(`${partner.who} → ${check.to}:${check.port}`, 'connection', partner.saw),
    ...said,
    ...enforcement.evidence,
  );
}

export function probeAs(member: Member, bench: Bench, scene: Scene): Promise<ProbePod> {
  const { resource, object, namespace } = member.prepared;
  if (!isWorkload(resource)) throw new Error(`${member.prepared.ref} has no pods`);
  const labels = (valueAt(object, ...resource.podPath.slice(0, -1), 'metadata', 'labels') ?? {}) as Record<string, string>;
  return bench.probes.with(namespace ?? bench.namespace, labels, hasOwnEgress(scene.inventory, resource));
}

/** Tries until it is as expected, or until every policy must be in force: the first packets of a new pod may pass before they are. */
async function trySettled(probe: ProbePod, host: string, port: number, allowed: boolean): Promise<Awaited<ReturnType<typeof connects>>> {
  const until = Date.now() + IN_FORCE;
  for (;;) {
    const saw = await connects(probe, host, port, 2);
    const passes = saw === 'open' || saw === 'refused';
    if (passes === allowed && saw !== 'refused') return saw;
    if (Date.now() > until) return saw;
  }
}

/** A pod's own address: a Service in between would bring its own reasons for silence. */
function addressOf(member: Member, scene: Scene): string | undefined {
  return scene.podsOf(member).find(({ pod }) => pod.status?.podIP && pod.status.phase === 'Running')?.pod.status?.podIP ?? undefined;
}

function staticSays(from: Member, to: Member | undefined, port: number, scene: Scene) {
  const { resource } = from.prepared;
  if (!isWorkload(resource)) return undefined;
  const target = to?.prepared.resource;
  if (target && !isWorkload(target)) return undefined;
  return judgeFlow(scene.inventory, endOf(scene.inventory, resource), target ? endOf(scene.inventory, target) : undefined, port);
}

/** Somebody whom the manifests let through to the same target: that one must pass, or silence says nothing about policies. */
async function allowedPartner(check: TrafficCheck, address: string, bench: Bench, scene: Scene): Promise<{ who: string; saw: string } | undefined> {
  const to = memberNamed(scene, check.to);
  for (const member of scene.members) {
    if (!isWorkload(member.prepared.resource) || member.prepared.ref === check.from || member === to) continue;
    if (to && staticSays(member, to, check.port, scene)?.allowed !== true) continue;
    const saw = await trySettled(await probeAs(member, bench, scene), address, check.port, true);
    if (saw === 'open') return { who: member.prepared.ref, saw };
  }
  return to ? askedByServer(to, check.port, bench, scene) : unguarded(address, check.port, bench);
}

/** The API server reaches the pod: that something listens is known then, whoever else is let through. */
async function askedByServer(to: Member, port: number, bench: Bench, scene: Scene): Promise<{ who: string; saw: string } | undefined> {
  const pod = scene.podsOf(to).find(({ pod }) => pod.status?.phase === 'Running')?.pod;
  if (!pod) return undefined;
  const path = `${pathOf(KIND.pod, pod.metadata.namespace)}/${pod.metadata.name}:${port}/proxy/`;
  const { status, text } = await bench.cluster.api.send(path, { signal: bench.signal, patience: 0 });
  const reached = status < 500 ? status !== 403 : /malformed HTTP|EOF|connection reset|first record does not look like/.test(text);
  return reached ? { who: 'the API server', saw: `HTTP ${status}` } : undefined;
}

/** A pod of ours that no guard covers: whether anybody at all gets out to there. */
async function unguarded(address: string, port: number, bench: Bench): Promise<{ who: string; saw: string } | undefined> {
  const probe = await bench.probes.with(bench.namespace, { 'ai-agents/probe': 'unguarded' }, true);
  const saw = await trySettled(probe, address, port, true);
  return saw === 'open' ? { who: 'a pod without policies', saw } : undefined;
}
