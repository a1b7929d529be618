import { isWorkload } from '../../manifest/resource.ts';
import { defineCauses } from '../cause.ts';
import { isBehind } from '../needs.ts';
import { valueAt } from '../object.ts';
import { type Member, placeIn, type Scene } from '../scene.ts';
import { endpointsOf } from '../status.ts';
import type { Service } from '../watch.ts';

/** Services that lead nowhere: nothing has the labels they select, no container has the port they name, or nothing listens on it. */
export const serviceCauses = defineCauses(function* (scene) {
  for (const member of scene.members) {
    if (member.prepared.object.kind !== 'Service' || !member.live) continue;
    const service = member.live as unknown as Service; // a Service's live object is a Service
    const selector = service.spec?.selector ?? {};
    if (Object.keys(selector).length === 0) continue;
    const { filled } = endpointsOf(service, scene.world.all('EndpointSlice'));
    const ref = `Service/${service.metadata.name}`;
    const behind = scene.members.filter((each) => isBehind(member, each));
    const label = Object.entries(selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ');
    const shown = service.metadata.creationTimestamp ?? '';
    if (behind.length === 0 && filled === 0) {
      const wrong = nearest(member, selector, scene);
      yield {
        id: 'service-selects-nothing',
        member,
        says: `${ref} selects ${label}, and no pod has ${Object.keys(selector).length > 1 ? 'these labels' : 'this label'}${wrong ? `; ${wrong.ref} has ${wrong.has}` : ''}.`,
        fix: 'Select labels that the pods have.',
        at: placeIn(member.prepared.resource, 'spec', 'selector', wrong?.key ?? Object.keys(selector)[0]!),
        evidence: [scene.facts.fact(ref, 'endpoints', '0')],
        shown,
        nature: 'fault',
      };
      continue;
    }
    for (const [index, port] of (service.spec?.ports ?? []).entries()) {
      const target = port.targetPort ?? port.port;
      const at = placeIn(member.prepared.resource, 'spec', 'ports', index, port.targetPort === undefined ? 'port' : 'targetPort');
      const named = behind.flatMap((each) => containerPorts(each));
      if (typeof target === 'string' && !named.some(({ name }) => name === target)) {
        yield {
          id: 'service-port-unnamed',
          member,
          says: `${ref} sends port ${port.port} to a container port named ${target}; ${behind[0]?.prepared.ref ?? 'the pods'} ${named.length > 0 ? `name ${named.map(({ name, number }) => name ?? number).join(', ')}` : 'name none'}.`,
          fix: 'Name a port that the container has.',
          at,
          evidence: [scene.facts.fact(ref, 'endpoints', '0')],
          shown,
          nature: 'fault',
        };
      } else if (filled > 0 && (port.protocol ?? 'TCP') === 'TCP') {
        const age = (scene.now - scene.world.seenAt(member.live)) / 1_000;
        const answer = scene.inquiry.askAgain(
          `service ${service.metadata.uid} ${port.port}`,
          Math.floor(age / 3),
          () => scene.questions.serviceAnswers(service, port.port),
          ({ refused }) => !refused,
        );
        if (answer?.refused) {
          const listening = listeningBehind(behind, scene);
          // Without a readiness probe a pod is ready before its program listens: that it listens elsewhere, or still nowhere, makes it certain.
          if (listening.length === 0 && age < LATE) continue;
          yield {
            id: 'service-wrong-port',
            member,
            says: `${ref} sends port ${port.port} to ${typeof target === 'number' ? `port ${target}` : `the port named ${target}`}, where the ready pods of ${behind[0]?.prepared.ref ?? 'its selector'} do not listen${listening.length > 0 ? `; they listen on ${listening.join(', ')}` : ''}.`,
            fix: 'Send it to the port that the program listens on.',
            at,
            evidence: [scene.facts.fact(ref, `answer on port ${port.port}`, answer.says), scene.facts.fact(ref, 'endpoints', String(filled))],
            shown: undefined,
            nature: 'fault',
          };
        }
      }
    }
  }
});

const containerPorts = ({ prepared }: Member): { name: string | undefined; number: number }[] =>
  isWorkload(prepared.resource) ? [...prepared.resource.initContainers, ...prepared.resource.containers].flatMap(({ ports }) => ports) : [];

/** Seconds after which a program that is said to be ready should listen. */
const LATE = 20;

function listeningBehind(behind: readonly Member[], scene: Scene): readonly number[] {
  const view = scene.pods.find(({ member }) => behind.includes(member));
  const container = view?.containers.find(({ init }) => !init);
  const sockets = view && container ? scene.listening(view, container) : undefined;
  return Array.from(new Set(sockets?.map(({ port }) => port) ?? []));
}

/** The workload whose labels are nearest to a selector: most of them fit, or one has the same key with another value. */
function nearest(service: Member, selector: Record<string, string>, scene: Scene): { ref: string; key: string; has: string } | undefined {
  const candidates = scene.members.flatMap((member) => {
    const { resource, object, namespace } = member.prepared;
    if (!isWorkload(resource) || namespace !== service.prepared.namespace) return [];
    const labels = (valueAt(object, ...resource.podPath.slice(0, -1), 'metadata', 'labels') ?? {}) as Record<string, string>;
    const key = Object.keys(selector).find((name) => labels[name] !== selector[name]);
    if (key === undefined) return [];
    const fits = Object.keys(selector).filter((name) => labels[name] === selector[name]).length;
    const named = object.metadata.name === service.prepared.object.metadata.name ? 2 : 0;
    return [
      {
        ref: member.prepared.ref,
        key,
        has:
          labels[key] === undefined
            ? Object.entries(labels)
                .map(([name, value]) => `${name}=${value}`)
                .join(', ')
            : `${key}=${labels[key]}`,
        score: fits + named + (labels[key] === undefined ? 0 : 1),
      },
    ];
  });
  return candidates.sort((a, b) => b.score - a.score)[0];
}
