import { isWorkload, placeOf } from '../../manifest/resource.ts';
import { get, itemsOf } from '../../manifest/yaml.ts';
import { defineCauses } from '../cause.ts';
import { conditionOf, valueAt } from '../object.ts';
import { placeIn } from '../scene.ts';
import { firstSeen, lastSeen } from '../watch.ts';

/** Autoscalers that cannot see or find what they scale, Jobs that ran out of time, objects that somebody took away. */
export const controllerCauses = defineCauses(function* (scene) {
  for (const member of scene.members) {
    const { object, resource, ref } = member.prepared;
    if (member.status.is === 'gone') {
      const gone = scene.world.gone(object.kind, member.prepared.namespace, object.metadata.name);
      const at = new Date(gone?.at ?? scene.now).toISOString();
      yield {
        id: 'deleted-by-another',
        member,
        says: `${ref} was deleted by somebody else while the proof ran.`,
        fix: 'Find out who cleans up this namespace, and run the proof again.',
        at: placeOf(resource),
        evidence: [scene.facts.fact(ref, 'watch', 'DELETED', at)],
        shown: at,
        nature: 'fault',
        blames: 'cluster',
      };
      continue;
    }
    if (!member.live) continue;
    if (object.kind === 'HorizontalPodAutoscaler' && member.status.is !== 'ready') {
      const spec = object.spec as { scaleTargetRef?: { kind: string; name: string } };
      const target = scene.member(spec.scaleTargetRef?.kind ?? '', spec.scaleTargetRef?.name ?? '', member);
      for (const event of scene.eventsOn(member.live)) {
        const message = event.message ?? '';
        const evidence = [scene.facts.fact(ref, `event ${event.reason}`, message, lastSeen(event))] as const;
        const base = { member, evidence, shown: firstSeen(event), observed: lastSeen(event), nature: 'fault' as const };
        if (event.reason === 'FailedGetScale') {
          yield {
            ...base,
            id: 'autoscaler-target-missing',
            says: `${ref} scales ${spec.scaleTargetRef?.kind}/${spec.scaleTargetRef?.name}, which does not exist.`,
            fix: 'Name a workload that exists.',
            at: placeIn(resource, 'spec', 'scaleTargetRef', 'name'),
          };
          break;
        }
        const lacking = /missing request for (\w+) in container (\S+) of Pod/.exec(message);
        if (lacking && target && isWorkload(target.prepared.resource)) {
          const workload = target.prepared.resource;
          const index = itemsOf(get(workload.pod, 'containers')).findIndex((node) => get(node, 'name')?.is === 'scalar' && valueOfName(node) === lacking[2]);
          yield {
            ...base,
            id: 'autoscaler-without-request',
            says: `${ref} scales by a share of the ${lacking[1]} that container ${lacking[2]} of ${target.prepared.ref} requests, and it requests none.`,
            fix: `Give the container a ${lacking[1]} request.`,
            at: placeIn(workload, ...workload.podPath, 'containers', Math.max(0, index), 'resources'),
          };
          break;
        }
        if (/could not find the requested resource|the server is currently unable to handle|no custom metrics API|no external metrics API/i.test(message)) {
          yield {
            ...base,
            id: 'autoscaler-no-metrics',
            says: `${ref} sees no metrics, because the cluster serves none of that sort.`,
            fix: 'Install metrics-server, or the adapter that the metric needs.',
            at: placeIn(resource, 'spec', 'metrics'),
            blames: 'cluster',
            final: !/currently unable/.test(message), // a metrics-server that starts, or is overloaded, comes round
          };
          break;
        }
      }
    }
    if (object.kind === 'Job') {
      const failed = conditionOf(member.live, 'Failed');
      if (failed?.status === 'True' && failed.reason === 'DeadlineExceeded') {
        yield {
          id: 'job-deadline',
          member,
          says: `${ref} did not finish within ${String(valueAt(object, 'spec', 'activeDeadlineSeconds'))} seconds.`,
          fix: 'Give it more time, or find out what it waits for.',
          at: placeIn(resource, 'spec', 'activeDeadlineSeconds'),
          evidence: [scene.facts.fact(ref, 'status.conditions[Failed]', `${failed.reason}: ${failed.message}`, failed.lastTransitionTime)],
          shown: failed.lastTransitionTime ?? '',
          nature: 'symptom',
        };
      }
    }
  }
});

const valueOfName = (node: Parameters<typeof get>[0]): string | undefined => {
  const name = get(node, 'name');
  return name?.is === 'scalar' ? name.text : undefined;
};
