import { networkpolicyBlocksDns } from './networkpolicy-blocks-dns.ts';
import { deployment, object, testRule } from './test-rule.ts';

const egress = (rules: string, selector = '{}') =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', `spec:\n  podSelector: ${selector}\n  policyTypes: [Egress]\n  egress: [${rules}]`);
const DATABASE = '{ to: [{ podSelector: { matchLabels: { app: db } } }], ports: [{ port: 5432 }] }';
const DNS = '{ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }] }';

testRule(networkpolicyBlocksDns, {
  passes: {
    'with DNS': deployment('web') + egress(`${DATABASE}, ${DNS}`),
    'another policy allows DNS': deployment('web') + egress(DATABASE) + egress(DNS, '{ matchLabels: { app: web } }'),
    'everything is allowed': deployment('web') + egress('{}'),
    'nothing at all may be sent': deployment('web') + egress(''),
    'only addresses': deployment('web') + egress('{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }], ports: [{ port: 5432 }] }'),
    'a range of ports': deployment('web') + egress('{ ports: [{ port: 1, endPort: 65535, protocol: UDP }, { port: 1, endPort: 65535 }] }'),
    'only what comes in is governed': deployment('web') + object('networking.k8s.io/v1', 'NetworkPolicy', 'web', 'spec: { podSelector: {} }'),
    'it selects no pod here': deployment('web') + egress(DATABASE, '{ matchLabels: { app: api } }'),
  },
  fails: {
    'only the database': [
      deployment('web') + egress(DATABASE),
      [`egress: [${DATABASE}]`, { policy: 'NetworkPolicy/web', workload: 'Deployment/web', protocol: 'UDP and TCP' }],
    ],
    'DNS only to pods of its own namespace': [
      deployment('web') + egress('{ to: [{ podSelector: {} }], ports: [{ port: 53, protocol: UDP }, { port: 53 }] }'),
      'egress: [{ to: [{ podSelector: {} }], ports: [{ port: 53, protocol: UDP }, { port: 53 }] }]',
    ],
    'the protocol forgotten, which means TCP': [
      deployment('web') + egress('{ ports: [{ port: 53 }] }'),
      ['egress: [{ ports: [{ port: 53 }] }]', { protocol: 'UDP' }],
    ],
    'UDP only': [
      deployment('web') + egress('{ ports: [{ port: 53, protocol: UDP }] }'),
      ['egress: [{ ports: [{ port: 53, protocol: UDP }] }]', { protocol: 'TCP' }],
    ],
  },
});
