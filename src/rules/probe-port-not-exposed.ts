import type { Inventory } from '../manifest/inventory.ts';
import { isPatched } from '../manifest/kustomization.ts';
import { get, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { inContainer, mainContainers, namesOf, type Placed } from './objects.ts';
import { mayListenOn } from './ports.ts';
import { defineRule, type Found } from './rule.ts';

export const probePortNotExposed = defineRule({
  id: 'probe-port-not-exposed',
  severity: 'high',
  says: 'The {probe} of container {container} in {workload} asks port {port}, which {ports}.',
  because: 'A probe on a port where nobody listens never passes: the pod is restarted for ever, or never gets traffic.',
  fix: 'Let the probe name a port of the container, or declare the port.',
  fails: 'probe-port-not-exposed/no-such-name.yaml',
  passes: 'probe-port-not-exposed/by-name.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
        for (const handler of ['httpGet', 'tcpSocket', 'grpc']) yield* wrongPort(inventory, placed, probe, handler);
      }
    }
  },
});

function* wrongPort(inventory: Inventory, placed: Placed, probe: string, handler: string): Iterable<Found> {
  const { workload, container } = placed;
  const port = textOf(get(container.node, probe, handler, 'port'));
  if (port === undefined || hasPlaceholder(port) || isPatched(inventory, workload, 'containerPort')) return;
  if (get(container.node, probe, handler, 'host')) return; // asks another machine
  // The kubelet looks a name up in the probed container alone; a number may belong to any container of the pod.
  const isNumber = /^\d+$/.test(port);
  if (isNumber ? container.ports.length === 0 || mayListenOn(inventory, workload, port) : container.ports.some(({ name }) => name === port)) return;
  const declared = container.ports.map(({ name, number }) => (name ? `${name} (${number})` : String(number))).join(', ');
  const ports = declared ? `is none of its ports: ${declared}` : 'it does not declare';
  const found = { at: inContainer(placed, probe, handler, 'port'), args: { ...namesOf(placed), probe, port, ports } };
  yield isNumber ? { ...found, severity: 'low' } : found; // a name cannot be looked up; a number may only have been left out of the list
}
