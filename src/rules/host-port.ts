import { get, numberOf, placeAt } from '../manifest/yaml.ts';
import { allContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const hostPort = defineRule({
  id: 'host-port',
  severity: 'medium',
  security: true,
  says: 'Container {container} of {workload} takes port {port} of its node.',
  because: 'Only one such pod fits on a node, so rollouts wait for a free one, and the port is open to whoever reaches the node.',
  fix: 'Remove hostPort, and let a Service lead to the pod.',
  fails: 'host-port/host.yaml',
  passes: 'host-port/container.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      for (const { node } of placed.container.ports) {
        const port = numberOf(get(node, 'hostPort'));
        if (port) yield { at: placeAt(node, 'hostPort'), args: { ...namesOf(placed), port: String(port) } };
      }
    }
  },
});
