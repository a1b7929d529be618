import { gatewayBackendMissing } from './gateway-backend-missing.ts';
import { object, service, testRule } from './test-rule.ts';

const route = (backend: string) =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', `spec:\n  rules:\n    - backendRefs:\n        - ${backend}`, 'shop');

testRule(gatewayBackendMissing, {
  passes: {
    'a Service and its port': route('{ name: web, port: 80 }') + service('web', { namespace: 'shop' }),
    'a Service of another namespace': route('{ name: web, namespace: store, port: 80 }') + service('web', { namespace: 'store' }),
    'a bucket': route('{ group: storage.example.com, kind: Bucket, name: assets }') + service('web', { namespace: 'shop' }),
  },
  fails: {
    'another name': [route('{ name: wbe, port: 80 }') + service('web', { namespace: 'shop' }), ['- { name: wbe, port: 80 }', { route: 'HTTPRoute/web' }]],
    'another port': [
      route('{ name: web, port: 8080 }') + service('web', { namespace: 'shop' }),
      ['- { name: web, port: 8080 }', { problem: 'Service/web has no port 8080, only 80' }],
    ],
    'another namespace': [
      route('{ name: web, port: 80 }') + service('web', { namespace: 'store' }) + service('api', { namespace: 'shop' }),
      '- { name: web, port: 80 }',
    ],
  },
});
