import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const serviceNodePort = defineRule({
  id: 'service-node-port',
  severity: 'medium',
  security: true,
  says: '{service} opens a port on every node.',
  because: 'A NodePort is reachable wherever the nodes are, past the Ingress with its TLS and its limits, and its port comes from a small shared range.',
  fix: 'Use type ClusterIP behind an Ingress or a Gateway route, or LoadBalancer.',
  fails: 'service-node-port/node-port.yaml',
  passes: 'service-node-port/cluster-ip.yaml',
  *find(inventory) {
    for (const service of objects(inventory, 'Service')) {
      if (textOf(get(service.node, 'spec', 'type')) === 'NodePort') yield { at: placeAt(service.node, 'spec', 'type'), args: { service: titleOf(service) } };
    }
  },
});
