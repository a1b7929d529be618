import { placeOf } from '../../manifest/resource.ts';
import { get, itemsOf, textOf } from '../../manifest/yaml.ts';
import { placeOfField } from '../apply.ts';
import { type Cause, defineCauses } from '../cause.ts';
import { type Member, placeIn, type Scene } from '../scene.ts';
import { firstSeen } from '../watch.ts';

/** What the API server, Pod Security, a quota or a webhook does not let in: the object itself, or the pods that its controller tries to make. */
export const admissionCauses = defineCauses(function* (scene) {
  for (const rejection of scene.rejections) {
    const member = scene.members.find(({ prepared }) => prepared.ref === rejection.prepared.ref); // not the same object: its kind may have been looked up since
    if (!member) continue;
    const denied = denialOf(rejection.message, member, scene);
    yield {
      ...(denied ?? {
        id: 'rejected',
        says: `The API server does not take ${member.prepared.ref}: ${scene.facts.redact(rejection.message.slice(0, 300))}.`,
        fix: 'Correct this field.',
        at: rejection.at,
      }),
      member,
      evidence: [scene.facts.fact(member.prepared.ref, rejection.during, `${rejection.status}: ${rejection.message}`, rejection.when)],
      shown: rejection.when,
      nature: 'fault',
    };
  }
  for (const member of scene.members) {
    const makers = makersOf(member, scene);
    for (const { kind, name, namespace } of makers) {
      const event = scene
        .eventsOn({ kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } })
        .find(({ reason }) => reason === 'FailedCreate');
      if (!event || member.status.is === 'ready') continue;
      const denied = denialOf(event.message ?? '', member, scene);
      if (!denied) continue;
      yield {
        ...denied,
        member,
        evidence: [scene.facts.fact(`${kind}/${name}`, 'event FailedCreate', event.message ?? '', firstSeen(event))],
        shown: firstSeen(event),
        nature: 'fault',
      };
      break;
    }
  }
});

function makersOf(member: Member, scene: Scene): { kind: string; name: string; namespace: string | undefined }[] {
  const { object, namespace } = member.prepared;
  const own = { kind: object.kind, name: object.metadata.name, namespace };
  if (object.kind !== 'Deployment') return [own];
  return scene.world
    .all('ReplicaSet')
    .filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.ownerReferences?.some(({ kind, name }) => kind === 'Deployment' && name === own.name),
    )
    .map(({ metadata }) => ({ kind: 'ReplicaSet', name: metadata.name, namespace }));
}

function denialOf(message: string, member: Member, scene: Scene): Pick<Cause, 'id' | 'says' | 'fix' | 'at' | 'key' | 'blames'> | undefined {
  const { resource, ref } = member.prepared;
  const podPath = 'podPath' in resource ? (resource.podPath as readonly string[]) : ['spec'];
  const security = /violates PodSecurity "([^"]+)": (.*)$/s.exec(message);
  if (security) {
    const container = /containers? "([^"]+)"/.exec(security[2]!)?.[1];
    const containers = itemsOf(get(resource.node, ...podPath, 'containers'));
    const index = containers.findIndex((node) => textOf(get(node, 'name')) === container);
    const field = fieldOfViolation(security[2]!);
    return {
      id: 'pod-security',
      says: `Pod Security ${security[1]!.split(':', 1)[0]} does not allow the pods of ${ref}: ${security[2]!.slice(0, 250)}.`,
      fix: 'Leave out what the level forbids.',
      at: field.pod ? placeIn(resource, ...podPath, ...field.path) : placeIn(resource, ...podPath, 'containers', Math.max(0, index), ...field.path),
    };
  }
  const account = /error looking up service account [^/\s]*\/(\S+): serviceaccount "[^"]*" not found/.exec(message)?.[1];
  if (account) {
    return {
      id: 'service-account-missing',
      says: `${ref} runs as ServiceAccount/${account}, which no manifest makes.`,
      fix: 'Add the ServiceAccount, or name one that exists.',
      at: placeIn(resource, ...podPath, 'serviceAccountName'),
      key: `missing ServiceAccount/${account}`,
    };
  }
  const quota = /exceeded quota: ([\w.-]+), requested: (\S+), used: (\S+), limited: (\S+)/.exec(message);
  if (quota) {
    const own = scene.members.find(({ prepared }) => prepared.object.kind === 'ResourceQuota' && prepared.object.metadata.name === quota[1]);
    return {
      id: 'quota-exceeded',
      says: `ResourceQuota/${quota[1]} allows ${quota[4]!.replace(/,$/, '')} in all; ${quota[3]!.replace(/,$/, '')} is used, and ${ref} asks for ${quota[2]!.replace(/,$/, '')} more.`,
      fix: own ? 'Raise the quota, or ask for less.' : 'Ask for less: this quota guards the proof.',
      at: own ? placeOfField(own.prepared.resource.node, `spec.hard`) : placeOf(resource),
    };
  }
  const unstated = /failed quota: ([\w.-]+): must specify (.+)/.exec(message);
  if (unstated) {
    return {
      id: 'quota-needs-values',
      says: `ResourceQuota/${unstated[1]} lets only pods in that state ${unstated[2]!.split(' for:')[0]}; ${ref} does not.`,
      fix: 'State them in every container.',
      at: placeIn(resource, ...podPath, 'containers', 0, 'resources'),
    };
  }
  if (/maximum .* usage per|minimum .* usage per|limit ratio/.test(message)) {
    return {
      id: 'limit-range',
      says: `A LimitRange does not allow the pods of ${ref}: ${message.replace(/^.*is forbidden: /, '').slice(0, 200)}.`,
      fix: 'Stay within the LimitRange.',
      at: placeIn(resource, ...podPath, 'containers', 0, 'resources'),
    };
  }
  const webhook = /(?:admission webhook "([^"]+)" denied the request|failed calling webhook "([^"]+)")/.exec(message);
  if (webhook) {
    const name = webhook[1] ?? webhook[2]!;
    return {
      id: webhook[1] ? 'webhook-denies' : 'webhook-unreachable',
      says: webhook[1]
        ? `Admission webhook ${name} does not allow ${ref}: ${message.split('denied the request:')[1]?.trim().slice(0, 200) ?? ''}.`
        : `Admission webhook ${name} does not answer, so nothing can be said about ${ref}.`,
      fix: webhook[1] ? 'Change what the webhook refuses.' : 'Repair the webhook; it is the cluster that is at fault, not the manifest.',
      at: placeOf(resource),
      key: webhook[1] ? `denied ${ref}` : `webhook ${name}`,
      ...(webhook[1] ? {} : { blames: 'cluster' as const }),
    };
  }
  const policy = /ValidatingAdmissionPolicy '([^']+)' with binding '[^']+' denied request: (.*)$/s.exec(message);
  if (policy) {
    return {
      id: 'admission-policy-denies',
      says: `ValidatingAdmissionPolicy/${policy[1]} does not allow ${ref}: ${policy[2]!.slice(0, 200)}.`,
      fix: 'Change what the policy refuses.',
      at: placeOf(resource),
    };
  }
  return undefined;
}

/** The field that a Pod Security violation is about (kubernetes.io/docs/concepts/security/pod-security-standards). */
function fieldOfViolation(text: string): { pod: boolean; path: string[] } {
  const at = (pod: boolean, ...path: string[]) => ({ pod, path });
  if (/^privileged/.test(text)) return at(false, 'securityContext', 'privileged');
  if (/^host namespaces/.test(text)) return at(true, /host(Network|PID|IPC)/.exec(text)?.[0] ?? 'hostNetwork');
  if (/^hostPath/.test(text)) return at(true, 'volumes');
  if (/^hostPort/.test(text)) return at(false, 'ports');
  if (/capabilities/.test(text)) return at(false, 'securityContext', 'capabilities');
  if (/^allowPrivilegeEscalation/.test(text)) return at(false, 'securityContext', 'allowPrivilegeEscalation');
  if (/^runAsNonRoot|^runAsUser/.test(text)) return at(false, 'securityContext');
  if (/seccomp/.test(text)) return at(true, 'securityContext', 'seccompProfile');
  return at(false, 'securityContext');
}
