import { serviceNodePort } from './service-node-port.ts';
import { service, testRule } from './test-rule.ts';

testRule(serviceNodePort, {
  passes: { 'no type': service('web'), LoadBalancer: service('web', { spec: 'type: LoadBalancer' }) },
  fails: { NodePort: [service('web', { spec: 'type: NodePort' }), ['type: NodePort', { service: 'Service/web' }]] },
});
