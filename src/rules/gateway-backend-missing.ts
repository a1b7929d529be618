import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import { problemOfBackend } from './backends.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const gatewayBackendMissing = defineRule({
  id: 'gateway-backend-missing',
  severity: 'high',
  says: '{route} leads nowhere: {problem}.',
  because: 'The gateway answers requests for that rule with 500 although the pods run.',
  fix: 'Name a Service and one of its ports; one of another namespace needs its namespace and a ReferenceGrant.',
  fails: 'gateway-backend-missing/typing-error.yaml',
  passes: 'gateway-backend-missing/matching.yaml',
  *find(inventory) {
    for (const route of objects(inventory, 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute')) {
      for (const rule of itemsOf(get(route.node, 'spec', 'rules'))) {
        for (const backend of itemsOf(get(rule, 'backendRefs'))) {
          const service = textOf(get(backend, 'name'));
          if (service === undefined || (textOf(get(backend, 'kind')) ?? 'Service') !== 'Service' || textOf(get(backend, 'group'))) continue;
          const namespace = textOf(get(backend, 'namespace')) ?? route.namespace;
          const problem = problemOfBackend(inventory, { ...route, namespace }, { service, port: textOf(get(backend, 'port')) });
          if (problem) yield { at: placeAt(backend, 'name'), args: { route: titleOf(route), problem } };
        }
      }
    }
  },
});
