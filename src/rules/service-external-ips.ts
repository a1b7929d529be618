import { get, itemsOf, placeAt } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const serviceExternalIps = defineRule({
  id: 'service-external-ips',
  severity: 'high',
  security: true,
  says: '{service} claims addresses of its own choice (externalIPs).',
  because:
    'Nothing checks who owns them: every node sends traffic for such an address to this Service, which takes over other systems’ traffic (CVE-2020-8554).',
  fix: 'Use type LoadBalancer, or an Ingress.',
  fails: 'service-external-ips/claimed.yaml',
  passes: 'service-external-ips/load-balancer.yaml',
  *find(inventory) {
    for (const service of objects(inventory, 'Service')) {
      if (itemsOf(get(service.node, 'spec', 'externalIPs')).length > 0)
        yield { at: placeAt(service.node, 'spec', 'externalIPs'), args: { service: titleOf(service) } };
    }
  },
});
