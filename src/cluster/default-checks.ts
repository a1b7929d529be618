import { endOf, judgeFlow } from '../manifest/policy.ts';
import { isWorkload, type Workload } from '../manifest/resource.ts';
import type { CommandCheck, LiveCheck, RolloutCheck, TrafficCheck } from './check.ts';
import { isBehind } from './needs.ts';
import { rolloutCheck } from './rollout-check.ts';
import type { Member, Scene } from './scene.ts';

/** More pairs than these are left out: each denied one costs seconds of silence. */
const MAX_FLOWS = 12;

/** What is checked of every deployment, whatever its story says: databases answer their own question, and policies do what they say. */
export function defaultChecks(scene: Scene, rollout: boolean): readonly LiveCheck[] {
  return [...commandChecks(scene), ...flowChecks(scene), ...(rollout ? rolloutChecks(scene) : [])];
}

function rolloutChecks({ members }: Scene): RolloutCheck[] {
  return members.flatMap((service) => {
    if (service.prepared.object.kind !== 'Service') return [];
    const behind = members.find((each) => each.prepared.object.kind === 'Deployment' && isBehind(service, each));
    return (behind && rolloutCheck(service.prepared, behind.prepared)) ?? [];
  });
}

const IMAGES: readonly { readonly image: RegExp; readonly command: CommandCheck['command'] }[] = [
  { image: /(?:^|\/)postgres(?:ql)?$/, command: 'pg_isready' },
  { image: /(?:^|\/)redis$/, command: 'redis-cli ping' },
];

function commandChecks({ members }: Scene): CommandCheck[] {
  return members.flatMap(({ prepared: { ref, resource } }) => {
    if (!isWorkload(resource) || resource.kind === 'Job' || resource.kind === 'CronJob') return [];
    const found = IMAGES.find(({ image }) => resource.containers.some((container) => image.test(container.image?.repository ?? '')));
    return found ? [{ asks: 'command', workload: ref, command: found.command, says: `\`${found.command}\` succeeds in ${ref}` }] : [];
  });
}

/** For each port of a workload that policies cover: one that they let through and ones that they stop. */
function flowChecks(scene: Scene): TrafficCheck[] {
  if (scene.inventory.ofKind('NetworkPolicy').length === 0) return [];
  const workloads = scene.members.flatMap((member) => {
    const { resource } = member.prepared;
    return isWorkload(resource) && resource.kind !== 'Job' && resource.kind !== 'CronJob' ? [{ member, resource }] : [];
  });
  const checks: TrafficCheck[] = [];
  for (const to of workloads) {
    for (const port of portsOf(to.resource)) {
      const flows = workloads
        .filter((from) => from !== to)
        .map((from) => ({ from, judged: judgeFlow(scene.inventory, endOf(scene.inventory, from.resource), endOf(scene.inventory, to.resource), port) }));
      if (!flows.some(({ judged }) => judged.by.length > 0)) continue; // no policy speaks about it
      for (const { from, judged } of flows) if (judged.allowed !== undefined) checks.push(flowCheck(from.member, to.member, port, judged.allowed));
    }
  }
  // Denied ones first: they are what a policy is for, and each brings its allowed partner.
  return checks.sort((a, b) => Number(a.allowed) - Number(b.allowed)).slice(0, MAX_FLOWS);
}

const portsOf = ({ containers }: Workload): readonly number[] =>
  Array.from(new Set(containers.flatMap(({ ports }) => ports.filter(({ protocol }) => protocol === 'TCP').map(({ number }) => number))));

const flowCheck = (from: Member, to: Member, port: number, allowed: boolean): TrafficCheck => ({
  asks: 'traffic',
  from: from.prepared.ref,
  to: to.prepared.ref,
  port,
  allowed,
  says: `${from.prepared.ref} ${allowed ? 'reaches' : 'does not reach'} ${to.prepared.ref} on port ${port}`,
});
