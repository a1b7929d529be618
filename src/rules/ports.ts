import type { Resource, Workload } from '../manifest/resource.ts';
import { get, itemsOf, textOf } from '../manifest/yaml.ts';

/** What a Service offers, by number and by name. */
export const servicePorts = (service: Resource): readonly { port: string | undefined; name: string | undefined }[] =>
  itemsOf(get(service.node, 'spec', 'ports')).map((item) => ({ port: textOf(get(item, 'port')), name: textOf(get(item, 'name')) }));

/** What a pod declares, for a sentence: `http (8080), 9090`. */
export const declaredPorts = (workload: Workload): string =>
  workload.containers.flatMap(({ ports }) => ports.map(({ name, number }) => (name ? `${name} (${number})` : String(number)))).join(', ') || 'none';

/**
 * Whether a pod may listen on a port. A name must be declared. A number need not be, so it only says something
 * when the pod declares other ports and mentions this one nowhere in its flags, variables and commands.
 */
export function mayListenOn(workload: Workload, port: string): boolean {
  const containers = [...workload.initContainers, ...workload.containers];
  const declared = containers.flatMap(({ ports }) => ports);
  if (!/^\d+$/.test(port)) return declared.some(({ name }) => name === port);
  if (declared.length === 0 || declared.some(({ number }) => String(number) === port)) return true;
  return containers.some(
    ({ command, env, envFrom }) =>
      envFrom.length > 0 || [...command, ...env.flatMap(({ value }) => value ?? [])].some((word) => word.split(/\D+/).includes(port)),
  );
}
