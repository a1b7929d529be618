import { expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { Inventory } from './inventory.ts';
import { endOf, judgeDns, judgeFlow } from './policy.ts';

const workload = (name: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: i, ports: [{name: main, containerPort: 8080}]}]}}}
---`;

function judge(policies: string, from = 'web', to = 'db', port = 8080) {
  const inventory = new Inventory(['a.yaml'], [new Source('a.yaml', `${workload('web')}${workload('db')}${workload('api')}${policies}`)]);
  const end = (name: string) => endOf(inventory, inventory.workloads.find((each) => each.name === name)!);
  return { flow: judgeFlow(inventory, end(from), end(to), port), dns: judgeDns(inventory, end(from)) };
}
const policy = (spec: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: ${spec}
---`;
const DENY_ALL = policy('{podSelector: {}, policyTypes: [Ingress, Egress]}');

test.each<[string, string, boolean | undefined]>([
  ['without any policy', '', true],
  ['with all denied', DENY_ALL, false],
  ['with ingress to others only', policy('{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}'), true],
  ['with ingress from the sender', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}'), true],
  ['with ingress from another', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}'), false],
  ['with that port', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 8080}]}]}'), true],
  ['with that port by name', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: main}]}]}'), true],
  ['with that port in a range', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 8000, endPort: 8100}]}]}'), true],
  ['with another port', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 9090}]}]}'), false],
  ['with that port over UDP', policy('{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 8080, protocol: UDP}]}]}'), false],
  ['with the sender’s egress closed', policy('{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}'), false],
  ['with egress in the absence of policyTypes', policy('{podSelector: {matchLabels: {app: web}}, egress: []}'), false],
  [
    'with egress to everywhere',
    policy('{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}'),
    true,
  ],
  [
    'with egress to a range',
    policy('{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}'),
    undefined,
  ],
  [
    'with a namespace that is this one',
    policy('{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}]}'),
    true,
  ],
  [
    'with a namespace that is another',
    policy('{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}'),
    false,
  ],
  ['with all denied and one policy that adds it', DENY_ALL + policy('{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}'), true],
])('%s', (_, policies, allowed) => {
  expect(judge(policies).flow.allowed).toBe(allowed);
});

test('DNS needs UDP 53: TCP alone, the default, is not enough', () => {
  const egress = (ports: string) => judge(policy(`{podSelector: {}, policyTypes: [Egress], egress: [{ports: ${ports}}]}`)).dns.allowed;
  expect(egress('[{port: 53}]')).toBe(false);
  expect(egress('[{port: 53, protocol: UDP}]')).toBe(true);
  expect(judge('').dns.allowed).toBe(true);
});

test('what is forbidden points into the policy', () => {
  const { flow } = judge(policy('{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 9090}]}]}'));
  expect(flow.because).toBe('NetworkPolicy p does not allow this ingress');
  expect(flow.at?.source.text.slice(flow.at.start, flow.at.end)).toMatch(/^ingress/);
});
