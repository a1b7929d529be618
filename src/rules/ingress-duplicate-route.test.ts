import { ingressDuplicateRoute } from './ingress-duplicate-route.ts';
import { object, testRule } from './test-rule.ts';

const ingress = (name: string, host: string, path: string, { spec = '', annotations = '', namespace = '' } = {}) =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    name,
    `${annotations}spec:\n${spec}  rules:\n    - host: ${host}\n      http:\n        paths:\n          - { path: ${path} }`,
    namespace,
  );

testRule(ingressDuplicateRoute, {
  passes: {
    'two paths': ingress('a', 'example.com', '/') + ingress('b', 'example.com', '/api'),
    'two hosts': ingress('a', 'a.example.com', '/') + ingress('b', 'b.example.com', '/'),
    'two controllers':
      ingress('a', 'example.com', '/', { spec: '  ingressClassName: inside\n' }) + ingress('b', 'example.com', '/', { spec: '  ingressClassName: outside\n' }),
    'a canary':
      ingress('a', 'example.com', '/') + ingress('b', 'example.com', '/', { annotations: '  annotations: { nginx.ingress.kubernetes.io/canary: "true" }\n' }),
    'a host that is filled in later': ingress('a', '$HOST', '/') + ingress('b', '$HOST', '/'),
    'two examples for the default namespace': {
      'a/a.yaml': ingress('a', 'example.com', '/', { namespace: 'default' }),
      'b/b.yaml': ingress('b', 'example.com', '/', { namespace: 'default' }),
    },
    'two environments': { 'dev/a.yaml': ingress('a', 'example.com', '/'), 'prod/b.yaml': ingress('b', 'example.com', '/') },
  },
  fails: {
    'one host and path': [
      ingress('a', 'example.com', '/') + ingress('b', 'example.com', '/'),
      ['- { path: / }', { ingress: 'Ingress/b', other: 'Ingress/a', route: 'example.com/' }],
    ],
    'in two folders of one namespace': [
      { 'a/a.yaml': ingress('a', 'example.com', '/', { namespace: 'shop' }), 'b/b.yaml': ingress('b', 'example.com', '/', { namespace: 'shop' }) },
      '- { path: / }',
    ],
  },
});
