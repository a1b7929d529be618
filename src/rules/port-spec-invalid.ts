import type { Inventory } from '../manifest/inventory.ts';
import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { allContainers, isEmpty, objects, titleOf } from './objects.ts';
import { defineRule, type Found } from './rule.ts';

export const portSpecInvalid = defineRule({
  id: 'port-spec-invalid',
  severity: 'high',
  says: '{object} has {problem}.',
  because: 'The API server refuses such a port, so the object cannot be applied.',
  fix: 'Ports go from 1 to 65535; their names are unique, at most 15 characters of a-z, 0-9 and -, and hold a letter.',
  fails: 'port-spec-invalid/long-name.yaml',
  passes: 'port-spec-invalid/short-name.yaml',
  *find(inventory: Inventory) {
    for (const { workload, container } of allContainers(inventory)) {
      const ports = itemsOf(get(container.node, 'ports'));
      yield* badPorts(`Container ${container.name} of ${titleOf(workload)}`, ports, 'containerPort');
      for (const port of ports) {
        if (isEmpty(get(port, 'containerPort')))
          yield {
            at: placeAt(port, 'containerPort'),
            args: { object: `Container ${container.name} of ${titleOf(workload)}`, problem: 'a port without a containerPort' },
          };
      }
    }
    for (const service of objects(inventory, 'Service')) {
      const ports = itemsOf(get(service.node, 'spec', 'ports'));
      yield* badPorts(titleOf(service), ports, 'port');
      for (const port of ports) {
        const target = textOf(get(port, 'targetPort'));
        if (target !== undefined && !/^\d+$/.test(target) && !isPortName(target))
          yield { at: placeAt(port, 'targetPort'), args: { object: titleOf(service), problem: `the targetPort ${target}, which is no port name` } };
        if (ports.length > 1 && isEmpty(get(port, 'name')))
          yield { at: port, args: { object: titleOf(service), problem: 'several ports, and this one without a name' } };
      }
    }
  },
});

function* badPorts(object: string, ports: readonly Node[], field: string): Iterable<Found> {
  const seen = new Set<string>();
  for (const port of ports) {
    const name = textOf(get(port, 'name'));
    if (name !== undefined) {
      if (field === 'containerPort' && !isPortName(name))
        yield { at: placeAt(port, 'name'), args: { object, problem: `the port name ${name}, which is none` } };
      if (seen.has(name)) yield { at: placeAt(port, 'name'), args: { object, problem: `two ports named ${name}` } };
      seen.add(name);
    }
    const number = textOf(get(port, field));
    if (number !== undefined && !hasPlaceholder(number) && !isPortNumber(number)) {
      yield { at: placeAt(port, field), args: { object, problem: `the ${field} ${number}, which is no port number` } };
    }
  }
}

/** An IANA service name as Kubernetes wants it; placeholders pass. */
const isPortName = (name: string): boolean =>
  hasPlaceholder(name) || (/^[a-z0-9-]{1,15}$/.test(name) && /[a-z]/.test(name) && !name.startsWith('-') && !name.endsWith('-') && !name.includes('--'));

const isPortNumber = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
