import type { V1Probe } from '@kubernetes/client-node';
import { defineCauses } from '../cause.ts';
import type { Wire } from '../object.ts';
import { type ContainerView, containerRef, type PodView, placeInContainer, type Scene } from '../scene.ts';
import { firstSeen, lastSeen, timesOf } from '../watch.ts';

/** Seconds that a program may take until it listens where it is asked; after that, what it does instead is what it does. */
const STARTING = 15;

/** Readiness and startup probes that keep failing: what they asked, what they got, and what listens instead. */
export const probeCauses = defineCauses(function* (scene) {
  for (const view of scene.pods) {
    for (const container of view.containers) {
      const { status } = container;
      if (!status?.state?.running || status.ready) continue;
      const events = scene
        .eventsOn(view.pod)
        .filter(({ reason, involvedObject }) => reason === 'Unhealthy' && involvedObject.fieldPath?.includes(`{${container.name}}`));
      for (const kind of ['startup', 'readiness'] as const) {
        // An answer with an id or a time in it makes an Event of its own each time.
        const own = events.filter(({ message }) => message?.toLowerCase().startsWith(`${kind} probe`));
        const [event] = own;
        const probe = kind === 'startup' ? container.spec.startupProbe : container.spec.readinessProbe;
        if (!event || !probe) continue;
        // One failure is normal while a program starts: as many as the kubelet itself takes for a failure are not.
        const wanted = Math.max(2, Math.min(probe.failureThreshold ?? 3, 3));
        const times = own.reduce((sum, each) => sum + timesOf(each), 0);
        const got = (event.message ?? '').replace(/^\w+ probe (?:failed|errored)(?: and resulted in \w+ state)?: /i, '');
        const found = times >= wanted ? explain(kind, probe, got, view, container, scene) : undefined;
        // A startup probe is there to fail for a while: only a fault in itself is certain before the kubelet gives up.
        if (!found || (kind === 'startup' && found.nature === 'symptom')) continue;
        yield {
          ...found,
          member: view.member,
          evidence: [
            scene.facts.fact(containerRef(view, container), `event Unhealthy`, `${event.message} (${times} times)`, lastSeen(event)),
            ...found.evidence,
          ],
          shown: new Date(Date.parse(own.map(firstSeen).sort()[0]!) + (wanted - 1) * (probe.periodSeconds ?? 10) * 1_000).toISOString(),
          observed: lastSeen(event),
          final:
            found.nature === 'fault' &&
            (found.id === 'probe-command-not-found' || scene.now - Date.parse(status.state.running.startedAt ?? '') > STARTING * 1_000),
        };
        break;
      }
    }
  }
});

const refused = (text: string): boolean => /connection refused|ECONNREFUSED/i.test(text);

function explain(kind: 'startup' | 'readiness', probe: Wire<V1Probe>, got: string, view: PodView, container: ContainerView, scene: Scene) {
  const field = `${kind}Probe`;
  const asks = asked(probe, container);
  const text = scene.facts.redact(got.split('\n', 1)[0]!.slice(0, 200));
  if (asks.port !== undefined && refused(got)) {
    const { port } = asks;
    const listening = scene.listening(view, container);
    if (listening === undefined) return undefined;
    if (listening === null) {
      return {
        id: 'probe-fails',
        says: `The ${kind} probe of container ${container.name} asks ${asks.says} and is refused.`,
        fix: 'Let the program listen there, on all addresses; its log says what it does instead.',
        at: placeInContainer(view.workload, container, field),
        evidence: lastWords(view, container, scene),
        nature: 'symptom' as const,
      };
    }
    const same = listening.find((socket) => socket.port === port);
    const evidence = [
      scene.facts.fact(containerRef(view, container), 'listens on', listening.map(({ address, port }) => `${address}:${port}`).join(', ') || 'nothing'),
    ];
    if (same && isLoopback(same.address)) {
      return {
        id: 'listens-on-loopback',
        says: `Container ${container.name} listens on ${same.address}:${port} only, so neither the ${kind} probe nor a Service reaches it.`,
        fix: 'Let the program listen on 0.0.0.0.',
        at: placeInContainer(view.workload, container, container.spec.command ? 'command' : container.spec.args ? 'args' : field),
        evidence,
        nature: 'fault' as const,
      };
    }
    const others = listening.filter(({ address }) => !isLoopback(address)).map(({ port }) => port);
    if (!same && others.length > 0) {
      return {
        id: 'probe-wrong-port',
        says: `The ${kind} probe asks port ${port}, but container ${container.name} listens on ${others.join(', ')}.`,
        fix: `Let the probe ask port ${others[0]}, or the program listen on ${port}.`,
        at: placeInContainer(view.workload, container, field, probe.httpGet ? 'httpGet' : probe.tcpSocket ? 'tcpSocket' : 'grpc', 'port'),
        evidence,
        nature: 'fault' as const,
      };
    }
    return {
      id: 'probe-fails',
      says: `The ${kind} probe of container ${container.name} asks ${asks.says}, where nothing listens.`,
      fix: 'Let the program listen there; its log says what it does instead.',
      at: placeInContainer(view.workload, container, field),
      evidence: [...evidence, ...lastWords(view, container, scene)],
      nature: 'symptom' as const,
    };
  }
  const status = /statuscode: (\d{3})/.exec(got)?.[1];
  if (status) {
    const wrongPath = status === '404' || status === '405';
    return {
      id: wrongPath ? 'probe-wrong-path' : 'probe-fails',
      says: `The ${kind} probe of container ${container.name} asks ${asks.says} and gets ${status}.`,
      fix: wrongPath ? 'Name a path that the program serves.' : 'The program answers that it is not ready; its log says why.',
      at: placeInContainer(view.workload, container, field, 'httpGet', ...(wrongPath ? ['path'] : [])),
      evidence: lastWords(view, container, scene),
      nature: wrongPath ? ('fault' as const) : ('symptom' as const),
    };
  }
  const noCommand = /executable file not found|no such file or directory: unknown|exec: "/.test(got);
  return {
    id: noCommand ? 'probe-command-not-found' : 'probe-fails',
    says: noCommand
      ? `The ${kind} probe of container ${container.name} calls ${asks.says}, which image ${container.spec.image} does not have.`
      : `The ${kind} probe of container ${container.name} asks ${asks.says} and gets: ${text}.`,
    fix: noCommand ? 'Probe with something the image has.' : 'Make the program answer as the probe expects, or correct the probe.',
    at: placeInContainer(view.workload, container, field, ...(noCommand ? ['exec', 'command'] : [])),
    evidence: lastWords(view, container, scene),
    nature: noCommand ? ('fault' as const) : ('symptom' as const),
  };
}

function lastWords(view: PodView, container: ContainerView, scene: Scene) {
  const logs = scene.logs(view, container);
  const text = logs?.text.trimEnd().split('\n').slice(-5).join('\n');
  return text ? [scene.facts.fact(containerRef(view, container), 'log', text)] : [];
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

function asked({ httpGet, tcpSocket, grpc, exec }: Wire<V1Probe>, container: ContainerView): { says: string; port?: number } {
  const number = (port: unknown): number | undefined =>
    typeof port === 'number' ? port : container.spec.ports?.find(({ name }) => name === port)?.containerPort;
  if (httpGet) {
    const port = number(httpGet.port);
    return { says: `${httpGet.path ?? '/'} on port ${port ?? String(httpGet.port)}`, ...(port === undefined ? {} : { port }) };
  }
  if (tcpSocket ?? grpc) {
    const port = number((tcpSocket ?? grpc)!.port);
    return { says: `port ${port}`, ...(port === undefined ? {} : { port }) };
  }
  return { says: `\`${exec?.command?.join(' ') ?? ''}\`` };
}
