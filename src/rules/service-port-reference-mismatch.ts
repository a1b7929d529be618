import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { isFragment } from '../manifest/kustomization.ts';
import { once } from '../manifest/once.ts';
import { dataOf, type Resource } from '../manifest/resource.ts';
import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { hasForeignMaker, madeElsewhere } from './elsewhere.ts';
import { named, nearest, podsBehind } from './neighbours.ts';
import { allContainers, objects, titleOf } from './objects.ts';
import { mayListenOn, servicePorts } from './ports.ts';
import { defineRule, type Found } from './rule.ts';

export const servicePortReferenceMismatch = defineRule({
  id: 'service-port-reference-mismatch',
  severity: 'high',
  says: '{where} speaks to {address}, but {problem}.',
  because: 'The connection is refused or the name is not found, and the program that needs it cannot work.',
  fix: 'Use a name and a port of the Service, not of the container behind it.',
  fails: 'service-port-reference-mismatch/container-port.yaml',
  passes: 'service-port-reference-mismatch/service-port.yaml',
  *find(inventory) {
    for (const { workload, container } of allContainers(inventory)) {
      const where = `Container ${container.name} of ${titleOf(workload)}`;
      for (const { node, value } of container.env) if (value) yield* wrongAddresses(inventory, workload, where, get(node, 'value'), value);
      for (const field of ['command', 'args']) {
        for (const word of itemsOf(get(container.node, field))) yield* wrongAddresses(inventory, workload, where, word, textOf(word) ?? '');
      }
    }
    for (const config of objects(inventory, 'ConfigMap')) {
      for (const { value } of dataOf(config).values()) {
        const lines = (textOf(value) ?? '').split('\n').filter((line) => !/^\s*(?:#|\/\/|;)/.test(line));
        yield* wrongAddresses(inventory, config, titleOf(config), value, lines.join('\n'));
      }
    }
  },
});

/** `name:port`, `name.namespace:port`, `name.namespace.svc…`, not inside another word, a path or an image with a registry. */
const ADDRESS =
  /(?<![\w./@-])(?:([a-z][a-z0-9+-]*):\/\/)?(?:[^\s:@/"']{1,100}:[^\s@/"']{0,100}@)?([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)((?:\.[a-z0-9-]{1,63}){0,6})(?::(\d{2,5}))?(?![\w.-])/g;

function* wrongAddresses(inventory: Inventory, near: Resource, where: string, node: Node | undefined, text: string): Iterable<Found> {
  if (!node || (!text.includes(':') && !text.includes('.svc'))) return;
  for (const [whole, scheme, name, domain = '', port] of text.matchAll(ADDRESS)) {
    const [namespace, svc, ...rest] = domain.split('.').slice(1);
    if (svc !== undefined && (svc !== 'svc' || (rest.length > 0 && rest.join('.') !== 'cluster.local'))) continue; // a host of the outside
    // `postgres:16` is an image rather than an address; below 1024 only web ports are believed without a scheme.
    if (!svc && !scheme && port !== undefined && Number(port) < 1024 && port !== '80' && port !== '443') continue;
    const problem = problemWith(inventory, near, { name: name!, namespace, isFull: svc !== undefined, port });
    if (problem) yield { at: placeIn(node, whole), args: { where, address: whole.replace(/\/\/[^@]*@/, '//'), problem } };
  }
}

interface Address {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly isFull: boolean;
  readonly port: string | undefined;
}

function problemWith(inventory: Inventory, near: Resource, { name, namespace, isFull, port }: Address): string | undefined {
  const there = namespace === undefined ? near : { namespace };
  const services = nearest(
    named(inventory, 'Service', name, there).filter((service) => !isFragment(inventory, service)),
    near,
  );
  if (services.length === 0) {
    const isOurs =
      isFull && serviceNamespaces(inventory).has(namespace) && !hasForeignMaker(inventory, there) && !madeElsewhere(inventory, 'Service', name, there);
    return isOurs ? `namespace ${namespace} has no Service ${name}` : undefined;
  }
  if (port === undefined || services.some((service) => answersOn(inventory, service, port))) return undefined;
  const ports = servicePorts(services[0]!).flatMap(({ port }) => port ?? []);
  return `${titleOf(services[0]!)} has ${ports.length === 1 ? `only port ${ports[0]}` : `only the ports ${ports.join(', ')}`}`;
}

function answersOn(inventory: Inventory, service: Resource, port: string): boolean {
  const type = textOf(get(service.node, 'spec', 'type'));
  const ports = servicePorts(service);
  if (type === 'ExternalName' || ports.length === 0 || ports.some((offered) => offered.port === port)) return true;
  if (textOf(get(service.node, 'spec', 'clusterIP')) !== 'None') return false;
  const pods = podsBehind(inventory, service); // a headless name leads to the pods themselves
  return pods.length === 0 || pods.some((workload) => mayListenOn(inventory, workload, port));
}

const serviceNamespaces = once(
  (inventory: Inventory): ReadonlySet<string | undefined> => new Set(objects(inventory, 'Service').map(({ namespace }) => namespace)),
);

/** Where the words stand inside a value that may have several lines. */
function placeIn(node: Node, words: string): Place {
  const start = node.source.text.indexOf(words, node.start);
  return start >= 0 && start < node.end ? { source: node.source, start, end: start + words.length } : placeAt(node);
}
