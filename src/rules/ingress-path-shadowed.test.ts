import { ingressPathShadowed } from './ingress-path-shadowed.ts';
import { object, testRule } from './test-rule.ts';

const ingress = (target: string, ...paths: string[]) =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    'web',
    `${target ? `  annotations:\n    nginx.ingress.kubernetes.io/rewrite-target: ${target}\n` : ''}spec:\n  rules:\n    - http:\n        paths:\n${paths.map((path) => `          - { path: ${path} }`).join('\n')}`,
  );

testRule(ingressPathShadowed, {
  passes: {
    'no rewriting': ingress('', '/', '/api'),
    'the rest of the path is taken along': ingress('/$2', '"/api(/|$)(.*)"'),
    'an exact path': ingress('/index.html', '/, pathType: Exact'),
    'one path on two hosts': object(
      'networking.k8s.io/v1',
      'Ingress',
      'web',
      'spec:\n  rules:\n    - { host: a, http: { paths: [{ path: / }] } }\n    - { host: b, http: { paths: [{ path: / }] } }',
    ),
  },
  fails: {
    'to the root': [
      ingress('/', '/, pathType: Prefix'),
      ['nginx.ingress.kubernetes.io/rewrite-target: /', { ingress: 'Ingress/web', path: '/', problem: 'rewrite-target makes / of every request below it' }],
    ],
    'a group that the path does not have': [
      ingress('/$2', '/api/(.*)'),
      ['nginx.ingress.kubernetes.io/rewrite-target: /$2', { problem: 'rewrite-target uses $2, and the path captures 1 groups' }],
    ],
    'a group that captures nothing': [ingress('/$1', '"/api(?:/|$)"'), 'nginx.ingress.kubernetes.io/rewrite-target: /$1'],
    'one path twice': [
      ingress('', '/api, pathType: Prefix', '/api, pathType: Prefix'),
      ['- { path: /api, pathType: Prefix }', { problem: 'an earlier rule has the same host and path' }],
    ],
  },
});
