import { CLUSTER_DNS, endOf, judgeDns, judgeFlow } from '../../manifest/policy.ts';
import { isWorkload } from '../../manifest/resource.ts';
import { placeAt } from '../../manifest/yaml.ts';
import { type Cause, defineCauses } from '../cause.ts';
import { hasOwnEgress } from '../guard.ts';
import { addressesIn, isBehind, isService, type Text, textsOf } from '../needs.ts';
import { valueAt } from '../object.ts';
import { type ContainerView, containerRef, type Member, type PodView, placeInContainer, type Scene } from '../scene.ts';

const NO_SUCH_HOST =
  /bad address|ENOTFOUND|EAI_AGAIN|name resolution|could not translate host name|no such host|name or service not known|unknown host|can't resolve|nodename nor servname|server can't find|NXDOMAIN/i;
const NO_ANSWER = /timed? ?out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|unreachable|no route to host/i;
const REFUSED = /connection refused|ECONNREFUSED|could not connect/i;

/**
 * Programs that do not reach what they call: a name that means nothing, a port that the Service does not have, a policy in between, or simply
 * something that is not ready yet. Looks at containers that wait or fail, and at what they were told to call.
 */
export const trafficCauses = defineCauses(function* (scene, named) {
  for (const view of scene.pods) {
    const { member } = view;
    if (member.status.is === 'ready' || named.some((cause) => cause.member === member && cause.nature === 'fault')) continue;
    const container = stuck(view, scene);
    if (!container) continue;
    const logs = scene.logs(view, container)?.text ?? '';
    const complaint = logs
      .split('\n')
      .slice(-20)
      .findLast((line) => NO_SUCH_HOST.test(line) || NO_ANSWER.test(line) || REFUSED.test(line));
    const seconds = (scene.now - Date.parse(container.status?.state?.running?.startedAt ?? view.pod.status?.startTime ?? '')) / 1_000;
    if (!complaint && seconds < 5) continue; // it may only be starting
    const ref = containerRef(view, container);
    const evidence = [
      scene.facts.fact(ref, 'state', JSON.stringify(container.status?.state ?? {})),
      ...(complaint ? [scene.facts.fact(ref, 'log', complaint)] : []),
    ] as const;
    const base = {
      member,
      evidence,
      shown: undefined,
      observed: new Date(scene.now).toISOString(),
    };

    const calls = callsOf(textsOf(member, scene).filter(({ init }) => init === container.init));
    // A resolver that gets no answer may try for a minute before it says so, and programs call that a timeout.
    const unresolved = complaint === undefined ? seconds > 8 && calls.length > 0 : NO_SUCH_HOST.test(complaint) || NO_ANSWER.test(complaint);
    const dns = unresolved ? blockedDns(view, scene) : undefined;
    if (dns) {
      yield { ...base, ...dns };
      continue;
    }
    for (const call of calls) {
      const service = serviceOf(call.host, member, scene);
      const found = service
        ? judgeCall(call, service, view, container, complaint, scene)
        : (closedWay(call, view, container, complaint, scene) ?? unknownHost(call, view, container, complaint, scene));
      if (found) yield { ...base, ...found };
    }
  }
});

/** The container that holds a pod up: an init container that runs, or one that runs unready or has failed. */
function stuck(view: PodView, scene: Scene): ContainerView | undefined {
  const waiting = view.containers.find(({ init, spec, status }) => init && spec.restartPolicy !== 'Always' && !(status?.state?.terminated?.exitCode === 0));
  if (waiting) return waiting.status?.state?.waiting?.reason === 'PodInitializing' ? undefined : waiting;
  return view.containers.find(
    ({ init, status }) =>
      !init && status && !status.ready && (status.state?.running ?? status.lastState?.terminated ?? status.state?.terminated) && scene.now > 0,
  );
}

interface Call {
  readonly host: string;
  readonly port: number | undefined;
  readonly text: Text;
}

function callsOf(texts: readonly Text[]): readonly Call[] {
  const calls = texts.flatMap((text) => addressesIn(text).map(({ host, port }) => ({ host, port, text })));
  return Array.from(new Map(calls.map((call) => [`${call.host}:${call.port}`, call])).values());
}

const serviceOf = (host: string, member: Member, scene: Scene): Member | undefined =>
  scene.members.find(
    ({ prepared }) =>
      prepared.object.kind === 'Service' && isService(host, { name: prepared.object.metadata.name, namespace: prepared.namespace }, member.prepared.namespace),
  );

type Found = Pick<Cause, 'id' | 'says' | 'fix' | 'at' | 'nature' | 'needs' | 'key' | 'blames'>;

function judgeCall(call: Call, service: Member, view: PodView, container: ContainerView, complaint: string | undefined, scene: Scene): Found | undefined {
  const { ref } = service.prepared;
  const ports = (valueAt(service.prepared.object, 'spec', 'ports') ?? []) as { port: number; targetPort?: number | string }[];
  const headless = valueAt(service.prepared.object, 'spec', 'clusterIP') === 'None';
  const behind = scene.members.filter((each) => isBehind(service, each));
  const entry = ports.find(({ port }) => port === call.port);
  if (call.port !== undefined && !entry && ports.length > 0 && !headless) {
    return {
      id: 'calls-wrong-port',
      says: `Container ${container.name} calls ${call.host} on port ${call.port}, and ${ref} has ${ports.map(({ port }) => port).join(', ')} only.`,
      fix: 'Call a port that the Service has, or add the port to it.',
      at: callPlace(call, view, container),
      nature: 'fault',
      needs: [service],
    };
  }
  const target = behind.find(({ prepared }) => isWorkload(prepared.resource));
  const resource = target?.prepared.resource;
  if (target && resource && isWorkload(resource)) {
    const port = containerPort(entry?.targetPort ?? call.port ?? ports[0]?.port, target);
    const flow = port === undefined ? undefined : judgeFlow(scene.inventory, endOf(scene.inventory, view.workload), endOf(scene.inventory, resource), port);
    if (
      flow?.allowed === false &&
      flow.at &&
      target.status.is === 'ready' &&
      (complaint === undefined || NO_ANSWER.test(complaint) || REFUSED.test(complaint) || container.init)
    ) {
      return {
        id: 'traffic-blocked',
        says: `${view.member.prepared.ref} does not reach ${ref} on port ${call.port ?? port}: ${flow.because}.`,
        fix: `Allow ${view.member.prepared.ref} to reach ${target.prepared.ref} on port ${port}.`,
        at: flow.at,
        nature: 'fault',
        needs: [service],
      };
    }
  }
  if (service.status.is === 'ready') return undefined;
  return {
    id: 'waits-for',
    says: `${container.init ? 'Init container' : 'Container'} ${container.name} of ${view.member.prepared.ref} waits for ${ref}, ${service.status.because}.`,
    fix: `Get ${behind[0]?.prepared.ref ?? ref} ready first.`,
    at: callPlace(call, view, container),
    nature: 'symptom',
    needs: [service, ...behind],
  };
}

const containerPort = (target: number | string | undefined, member: Member): number | undefined => {
  if (typeof target !== 'string') return target;
  const { resource } = member.prepared;
  return isWorkload(resource) ? resource.containers.flatMap(({ ports }) => ports).find(({ name }) => name === target)?.number : undefined;
};

/** A host outside of the cluster, which a proof keeps out of reach: that says nothing against the manifests. */
function closedWay(call: Call, view: PodView, container: ContainerView, complaint: string | undefined, scene: Scene): Found | undefined {
  const outside = call.host.includes('.') && !/\.(?:svc|local|internal)$|^127\./.test(call.host) && !scene.namespaces.has(call.host.split('.').at(-1)!);
  if (!outside || !scene.guarded || !complaint || hasOwnEgress(scene.inventory, view.workload)) return undefined;
  return {
    id: 'outside-closed',
    says: `Container ${container.name} of ${view.member.prepared.ref} calls ${call.host}, and a proof lets nothing out of its namespace.`,
    fix: 'Allow it with --allow-egress, or write a policy that does.',
    at: callPlace(call, view, container),
    nature: 'fault',
    blames: 'proof',
  };
}

/** A host that no Service of the manifests has: certain once the program says that it does not resolve, or an init container waits for it. */
function unknownHost(call: Call, view: PodView, container: ContainerView, complaint: string | undefined, scene: Scene): Found | undefined {
  if (/^(?:localhost|\d)/.test(call.host) || !complaint || !NO_SUCH_HOST.test(complaint) || !complaint.includes(call.host.split('.')[0]!)) return undefined;
  const services = scene.members.filter(({ prepared }) => prepared.object.kind === 'Service').map(({ prepared }) => prepared.object.metadata.name);
  return {
    id: 'host-unknown',
    says: `${container.init ? 'Init container' : 'Container'} ${container.name} of ${view.member.prepared.ref} calls ${call.host}, and no Service has that name${services.length > 0 ? `; there ${services.length > 1 ? 'are' : 'is'} ${services.join(', ')}` : ''}.`,
    fix: 'Call a Service that exists, or add one with this name.',
    at: callPlace(call, view, container),
    nature: 'fault',
  };
}

function blockedDns(view: PodView, scene: Scene): Found | undefined {
  const flow = judgeDns(scene.inventory, endOf(scene.inventory, view.workload));
  if (flow.allowed !== false || !flow.at) return undefined;
  return {
    id: 'dns-blocked',
    says: `${view.member.prepared.ref} cannot resolve names: ${flow.because} to cluster DNS (UDP port 53 in ${CLUSTER_DNS.namespace}).`,
    fix: 'Allow UDP and TCP port 53 to cluster DNS.',
    at: flow.at,
    nature: 'fault',
    key: `dns ${flow.by.map(({ name }) => name).join(' ')}`,
  };
}

/** Where the manifest says whom to call: the variable, or the command. */
function callPlace({ text }: Call, view: PodView, container: ContainerView) {
  const parsed = [...view.workload.initContainers, ...view.workload.containers].find(({ name }) => name === container.name);
  const variable = parsed?.env.find(({ name }) => name === text.variable);
  if (variable) return variable.value === undefined ? variable.node : placeAt(variable.node, 'value');
  return placeInContainer(view.workload, container, ...(text.variable !== undefined ? ['envFrom'] : [container.spec.command ? 'command' : 'args']));
}
