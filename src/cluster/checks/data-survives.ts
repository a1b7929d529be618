import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '../../checks/verdict.ts';
import type { DataSurvivesCheck } from '../check.ts';
import { KIND, pathOf } from '../discovery.ts';
import { execIn } from '../exec.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

const BACK_WITHIN = 120_000;

/** Writes a file of ours to the persistent volume, deletes the pod as an eviction would, and looks for the file in the pod that follows. */
export async function dataSurvives(check: DataSurvivesCheck, bench: Bench): Promise<Verdict> {
  const { facts } = bench;
  const scene = bench.look();
  const member = memberNamed(scene, check.workload);
  const view = member && scene.podsOf(member).find(({ pod }) => pod.status?.phase === 'Running');
  if (!member || !view) return unproven(`${check.workload} has no running pod`);
  const claim = view.pod.spec?.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim);
  const container = view.containers.find(({ init, spec }) => !init && spec.volumeMounts?.some(({ name }) => name === claim?.name));
  const mount = container?.spec.volumeMounts?.find(({ name }) => name === claim?.name);
  if (!claim || !container || !mount) {
    return unmet(
      `${check.workload} mounts no persistent volume, so nothing that it writes survives its pod`,
      facts.fact(check.workload, 'spec.volumes', 'no persistentVolumeClaim'),
    );
  }
  if (member.status.is !== 'ready') return unproven(`${check.workload} is not ready, so its pod was not replaced: ${member.status.because}`);
  const mark = randomBytes(8).toString('hex');
  const file = `${mount.mountPath.replace(/\/$/, '')}/.ai-agents-${mark}`;
  const run = (pod: string, script: string) =>
    execIn(bench.cluster.api, view.pod.metadata.namespace ?? bench.namespace, pod, container.name, ['sh', '-c', script, mark, file], 10_000, bench.signal);
  const written = await run(view.pod.metadata.name, 'printf %s "$0" > "$1" && sync');
  if (written.code !== 0)
    return unproven(`a probe file could not be written to ${mount.mountPath} of ${check.workload}: ${written.stderr.trim().slice(0, 120)}`);
  await bench.cluster.api.ask(pathOf(KIND.pod, view.pod.metadata.namespace, view.pod.metadata.name), { method: 'DELETE', signal: bench.signal });
  const until = Date.now() + BACK_WITHIN;
  for (;;) {
    await bench.world.changed(1_000);
    await sleep(50);
    bench.signal.throwIfAborted();
    const next = bench
      .look()
      .pods.find(
        ({ pod, member: owner, containers }) =>
          owner.prepared === member.prepared &&
          pod.metadata.uid !== view.pod.metadata.uid &&
          containers.some(({ name, status }) => name === container.name && status?.ready),
      );
    if (next) {
      const read = await run(next.pod.metadata.name, 'cat "$1"; rm -f "$1"');
      const fact = facts.fact(`Pod/${next.pod.metadata.name}`, `cat ${file}`, read.stdout || read.stderr.trim());
      const died = facts.fact(`Pod/${view.pod.metadata.name}`, 'deleted', view.pod.metadata.uid ?? '');
      return read.stdout.trim() === mark
        ? met(`a file on volume ${mount.name} of ${check.workload} was still there after its pod was replaced`, fact, died)
        : unmet(`a file on volume ${mount.name} of ${check.workload} was gone after its pod was replaced`, fact, died);
    }
    if (Date.now() > until) return unproven(`${check.workload} did not come back within ${BACK_WITHIN / 1_000} seconds after its pod was deleted`);
  }
}
