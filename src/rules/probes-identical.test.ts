import { probesIdentical } from './probes-identical.ts';
import { deployment, testRule } from './test-rule.ts';

const probes = (liveness: string, readiness: string) => deployment('web', { container: `livenessProbe: ${liveness}\nreadinessProbe: ${readiness}` });

testRule(probesIdentical, {
  passes: {
    'two paths': probes('{ httpGet: { path: /live, port: 80 } }', '{ httpGet: { path: /ready, port: 80 } }'),
    'one path, but liveness waits longer': probes('{ httpGet: { path: /, port: 80 }, failureThreshold: 10 }', '{ httpGet: { path: /, port: 80 } }'),
    'only one probe': deployment('web', { container: 'livenessProbe: { tcpSocket: { port: 80 } }' }),
  },
  fails: {
    'one path': [probes('{ httpGet: { path: /, port: 80 } }', '{ httpGet: { path: /, port: 80 } }'), 'livenessProbe: { httpGet: { path: /, port: 80 } }'],
    'liveness gives up sooner': [
      probes('{ exec: { command: [redis-cli, ping] }, failureThreshold: 1 }', '{ exec: { command: [redis-cli, ping] } }'),
      'livenessProbe: { exec: { command: [redis-cli, ping] }, failureThreshold: 1 }',
    ],
  },
});
