import type { Inventory } from '../manifest/inventory.ts';
import { dataOf, type Resource, type Workload } from '../manifest/resource.ts';
import { get, itemsOf, textOf } from '../manifest/yaml.ts';
import { named } from './neighbours.ts';

/** What a Service offers, by number and by name. */
export const servicePorts = (service: Resource): readonly { port: string | undefined; name: string | undefined }[] =>
  itemsOf(get(service.node, 'spec', 'ports')).map((item) => ({ port: textOf(get(item, 'port')), name: textOf(get(item, 'name')) }));

/** What a pod declares, for a sentence: `http (8080), 9090`. */
export const declaredPorts = (workload: Workload): string =>
  workload.containers.flatMap(({ ports }) => ports.map(({ name, number }) => (name ? `${name} (${number})` : String(number)))).join(', ') || 'none';

/**
 * Whether a pod may listen on a port. A name must be declared. A number need not be, so it only says something when the pod
 * declares other ports and mentions this one nowhere: in no flag, variable or command, and in no ConfigMap that it mounts.
 */
export function mayListenOn(inventory: Inventory, workload: Workload, port: string): boolean {
  const containers = [...workload.initContainers, ...workload.containers];
  const declared = containers.flatMap(({ ports }) => ports);
  if (!/^\d+$/.test(port)) return declared.some(({ name }) => name === port);
  if (declared.length === 0 || declared.some(({ number }) => String(number) === port)) return true;
  const words = containers.flatMap(({ command, env }) => [...command, ...env.flatMap(({ value }) => value ?? [])]);
  return words.some((word) => mentions(word, port)) || configsOf(inventory, workload).some((config) => config === undefined || mentions(config, port));
}

const mentions = (text: string, port: string): boolean => text.includes(port) && text.split(/\D+/).includes(port);

/** The texts of the ConfigMaps that a pod mounts or takes its environment from; undefined for one that is not in the files. */
function configsOf(inventory: Inventory, workload: Workload): readonly (string | undefined)[] {
  const names = [
    ...itemsOf(get(workload.pod, 'volumes')).flatMap((volume) => textOf(get(volume, 'configMap', 'name')) ?? []),
    ...[...workload.initContainers, ...workload.containers].flatMap(({ envFrom }) => envFrom.map(({ name }) => name)),
  ];
  return names.flatMap((name) => {
    const configs = named(inventory, 'ConfigMap', name, workload);
    return configs.length === 0 ? [undefined] : configs.flatMap((config) => Array.from(dataOf(config).values(), ({ value }) => textOf(value) ?? ''));
  });
}
