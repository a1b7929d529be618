import { expect, test } from 'vitest';
import { probePortNotExposed } from './probe-port-not-exposed.ts';
import { deployment, inventoryOf, testRule } from './test-rule.ts';

const web = (probe: string, rest = 'ports: [{ name: http, containerPort: 8080 }]') => deployment('web', { container: `${rest}\nlivenessProbe: ${probe}` });

testRule(probePortNotExposed, {
  passes: {
    'by name': web('{ httpGet: { port: http } }'),
    'by number': web('{ tcpSocket: { port: 8080 } }'),
    'a number, and no port is declared': web('{ tcpSocket: { port: 9000 } }', 'command: [web]'),
    'a number that a flag mentions': web('{ httpGet: { port: 8081 } }', 'ports: [{ containerPort: 9443 }]\nargs: ["--health-probe-bind-address=:8081"]'),
    'a number that a variable mentions': web('{ httpGet: { port: 8081 } }', 'ports: [{ containerPort: 9443 }]\nenv: [{ name: HEALTH_PORT, value: "8081" }]'),
    'a port of a sidecar':
      deployment('web', { container: 'ports: [{ containerPort: 80 }]\nlivenessProbe: { httpGet: { port: 15020 } }' }) +
      '        - name: proxy\n          image: proxy:1\n          ports: [{ containerPort: 15020 }]\n',
    exec: web('{ exec: { command: [ok] } }'),
  },
  fails: {
    'a name that no port has': [
      web('{ httpGet: { port: web } }'),
      ['livenessProbe: { httpGet: { port: web } }', { probe: 'livenessProbe', port: 'web', ports: 'is none of its ports: http (8080)' }],
    ],
    'a name, and no port is declared': [
      web('{ httpGet: { port: http } }', 'command: [web]'),
      ['livenessProbe: { httpGet: { port: http } }', { ports: 'it does not declare' }],
    ],
    'another number than the one it declares': [web('{ httpGet: { port: 80 } }'), 'livenessProbe: { httpGet: { port: 80 } }'],
    'each probe': [
      deployment('web', { container: 'ports: [{ containerPort: 80 }]\nreadinessProbe:\n  tcpSocket: { port: 81 }\nstartupProbe:\n  grpc: { port: 82 }' }),
      'tcpSocket: { port: 81 }',
      'grpc: { port: 82 }',
    ],
  },
});

test('a number is less certain than a name: a port need not be declared', () => {
  const severities = (port: string) => [...probePortNotExposed.find(inventoryOf(web(`{ httpGet: { port: ${port} } }`)))].map(({ severity }) => severity);
  expect(severities('80')).toEqual(['low']);
  expect(severities('web')).toEqual([undefined]);
});
