import type { Verdict } from '../../checks/verdict.ts';
import { parseQuantity } from '../../manifest/quantity.ts';
import type { AutoscalerCheck } from '../check.ts';
import { execIn } from '../exec.ts';
import type { Autoscaler } from '../watch.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

/** Metrics come every 15 to 60 seconds, and an autoscaler looks every 15 (kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale). */
const WITHIN = 180_000;
/** Seconds of computing in one go: it ends by itself when nobody asks for more. */
const BURST = 5;
const COMPUTE = 'end=$(($(date +%s) + $0)); while [ $(date +%s) -lt $end ]; do i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); done; done';

/** Keeps the CPU of the scaled pods busy from inside, and sees whether the autoscaler asks for more of them. */
export async function autoscalerReacts(check: AutoscalerCheck, bench: Bench): Promise<Verdict> {
  const scene = bench.look();
  const member = memberNamed(scene, check.autoscaler);
  const autoscaler = member?.live as Autoscaler | undefined; // memberNamed gave an autoscaler
  if (!member || !autoscaler?.spec) return unproven(`${check.autoscaler} is not in the cluster`);
  const { scaleTargetRef, maxReplicas, metrics } = autoscaler.spec;
  if (!metrics?.some(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu'))
    return unproven(`${check.autoscaler} does not scale by CPU, and no other load is made here`);
  const target = scene.member(scaleTargetRef.kind, scaleTargetRef.name, member);
  const pods = target ? scene.podsOf(target).filter(({ pod }) => pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp) : [];
  if (!target || pods.length === 0) return unproven(`${check.autoscaler} scales nothing that runs`);
  const seen = (): Autoscaler => (memberNamed(bench.look(), check.autoscaler)?.live as Autoscaler | undefined) ?? autoscaler;
  const before = autoscaler.status?.desiredReplicas ?? 0;
  if (before >= maxReplicas) return unproven(`${check.autoscaler} asks for its maximum of ${maxReplicas} replicas already`);

  let busy = true;
  const keepBusy = async ({ pod, containers }: (typeof pods)[number]): Promise<string | undefined> => {
    const container = containers.find(({ init }) => !init)!.name;
    while (busy) {
      const command = ['sh', '-c', COMPUTE, String(BURST)];
      const { code, stderr } = await execIn(bench.cluster.api, pod.metadata.namespace!, pod.metadata.name, container, command, 60_000, bench.signal);
      if (code !== 0) return stderr.trim() || `exit code ${code ?? 'none'}`;
    }
    return undefined;
  };
  let given: string | undefined;
  const load = Promise.all(
    pods.map((view) =>
      keepBusy(view)
        .catch((error: unknown) => String(error))
        .then((failure) => void (given ??= failure)),
    ),
  );
  const until = Date.now() + WITHIN;
  while (Date.now() < until && (seen().status?.desiredReplicas ?? 0) <= before && given === undefined) {
    await bench.world.changed(1_000);
    bench.signal.throwIfAborted();
  }
  busy = false;
  const last = seen();
  const { status } = last;
  await load;
  const after = status?.desiredReplicas ?? 0;
  const desired = bench.facts.fact(check.autoscaler, 'status.desiredReplicas', `${before}, and ${after} with its pods under load`);
  const metric = bench.facts.fact(check.autoscaler, 'status.currentMetrics', status?.currentMetrics ?? 'none');
  if (after > before) return met(`${check.autoscaler} asked for ${after} replicas instead of ${before} when its pods were under load`, desired, metric);
  if (given !== undefined) return unproven(`the pods of ${target.prepared.ref} could not be put under load: ${given.slice(0, 160)}`, desired, metric);
  if (!isAboveTarget(last)) return unproven(`the load on the pods of ${target.prepared.ref} did not raise what ${check.autoscaler} sees`, desired, metric);
  return unmet(`${check.autoscaler} still asks for ${after} replicas after ${WITHIN / 1_000} seconds of load`, desired, metric);
}

/** By more than the tenth that autoscalers tolerate. */
function isAboveTarget({ spec, status }: Autoscaler): boolean {
  const wanted = spec?.metrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.target;
  const current = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
  if (wanted?.averageUtilization !== undefined) return (current?.averageUtilization ?? 0) > 1.1 * wanted.averageUtilization;
  return (parseQuantity(current?.averageValue ?? '') ?? 0) > 1.1 * (parseQuantity(wanted?.averageValue ?? '') ?? Number.POSITIVE_INFINITY);
}
