import { networkpolicyPortNameMismatch } from './networkpolicy-port-name-mismatch.ts';
import { deployment, object, testRule } from './test-rule.ts';

const policy = (port: string) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', `spec:\n  podSelector: { matchLabels: { app: web } }\n  ingress:\n    - ports:\n        - ${port}`);
const web = deployment('web', { container: 'ports: [{ name: http, containerPort: 8080 }]' });

testRule(networkpolicyPortNameMismatch, {
  passes: {
    'by number': web + policy('port: 8080'),
    'by name': web + policy('port: http'),
    'one port too many': web + policy('port: 8080\n        - port: 26379'),
    'a range': web + policy('{ port: 8000, endPort: 9000 }'),
    'the pod declares no port': deployment('web') + policy('port: 80'),
    'no such pod here': deployment('api') + policy('port: 80'),
  },
  fails: {
    'the port of the Service': [
      web + policy('port: 80'),
      ['- port: 80', { policy: 'NetworkPolicy/web', port: '80', workload: 'Deployment/web', ports: 'http (8080)' }],
    ],
    'a name that no container has': [web + policy('port: web'), '- port: web'],
  },
});
