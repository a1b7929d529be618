import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf } from '../test-claim.ts';

const workload = (name: string, port: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers: [{ name: ${name}, image: "example/${name}:1.0.0", ports: [{ name: main, containerPort: ${port} }] }]
`;
const policy = (name: string, spec: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;
const files = {
  'k8s/orders.yaml': workload('orders', 8080),
  'k8s/ledger.yaml': workload('ledger', 5432),
  'k8s/mailer.yaml': workload('mailer', 8081),
  'k8s/deny.yaml': policy('default-deny', '{ podSelector: {}, policyTypes: [Ingress, Egress] }'),
  'k8s/ledger-policy.yaml': policy(
    'ledger',
    '{ podSelector: { matchLabels: { app: ledger } }, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: orders } } }], ports: [{ port: main }] }] }',
  ),
  'k8s/orders-policy.yaml': policy(
    'orders',
    `
  podSelector: { matchLabels: { app: orders } }
  policyTypes: [Ingress, Egress]
  ingress:
    - ports: [{ port: 8080 }]
    - { from: [{ podSelector: { matchLabels: { app: mailer } } }, { podSelector: { matchLabels: { app: ledger } } }], ports: [{ port: 9090 }] }
  egress:
    - to: [{ podSelector: { matchLabels: { app: ledger } } }]
    - { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: UDP }] }`,
  ),
};

describe('what NetworkPolicies let through', () => {
  test.each([
    ['NetworkPolicy allows orders to reach ledger on port 5432', 'NetworkPolicy allows mailer to reach ledger on port 5432', 'unmet'],
    [
      'NetworkPolicy allows ingress to ledger on port 5432 only from pods labelled app: orders',
      'NetworkPolicy allows ingress to ledger on port 5432 only from pods labelled app: mailer',
      'unmet',
    ],
    [
      'Create k8s/orders-policy.yaml with a NetworkPolicy allowing any traffic on port 8080',
      'Create k8s/ledger-policy.yaml with a NetworkPolicy allowing any traffic on port 5432',
      'partial',
    ],
    [
      'Create k8s/orders-policy.yaml with a NetworkPolicy that allows DNS egress on port 53',
      'Create k8s/deny.yaml with a NetworkPolicy that allows DNS egress on port 53',
      'partial',
    ],
    ['Only the orders pods may connect to ledger on port 5432', 'Only the mailer pods may connect to ledger on port 5432', 'unmet'],
    ['Default deny: pods of other namespaces cannot reach ledger', 'Default deny: pods of other namespaces cannot reach orders on port 8080', 'partial'],
    [
      'Create k8s/deny.yaml with a default-deny ingress and egress NetworkPolicy',
      'Create k8s/ledger-policy.yaml with NetworkPolicy policyTypes: Ingress, Egress',
      'partial',
    ],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('"only" is refuted by a further sender, whose rule is cited', () => {
    const verdict = verdictOf('NetworkPolicy allows ingress to orders on port 9090 only from pods labelled app: ledger', files);
    expect(verdict).toMatchObject({ is: 'partial', because: expect.stringContaining('app=mailer') });
    expect(citedBy(verdict)[0]).toBe('k8s/orders-policy.yaml:9');
  });

  test.each([
    ['orders can reach ledger on port 5432', 'mailer can reach ledger on port 5432'],
    ['mailer cannot connect to ledger on port 5432', 'orders cannot connect to ledger on port 5432'],
    ['Traffic from mailer to ledger is denied', 'Traffic from orders to ledger is denied'],
  ])('what happens is for a cluster to tell, unless the policies say otherwise: %s / %s', (open, refuted) => {
    expect(verdictOf(open, files)).toMatchObject({ is: 'not-run' });
    expect(verdictOf(refuted, files)).toMatchObject({ is: 'unmet' });
    const other = policy('mesh', '{}').replace('networking.k8s.io/v1\nkind: NetworkPolicy', 'security.istio.io/v1\nkind: AuthorizationPolicy');
    expect(verdictOf(refuted, { ...files, 'k8s/mesh.yaml': other }).is).toBe('not-run');
  });

  test.each([
    'Only administrators may connect to ledger on port 5432',
    'Only the orders pods may connect to ledger on port 5433 and 5432',
    'Only the orders pods may connect to ledger on port 5432 with a client certificate',
    'Default deny: pods of other namespaces cannot reach the archive',
  ])('more than the policies say is not met: %s', (claim) => {
    expect(verdictOf(claim, files).is).not.toBe('met');
  });

  test('a default that denies is none when a rule allows something', () => {
    const { 'k8s/deny.yaml': _, ...open } = files;
    expect(verdictOf('Default-deny ingress NetworkPolicy for the namespace', open).is).not.toBe('met');
  });

  test('a noun that could be anything decides nothing', () => {
    expect(verdictOf('NetworkPolicy allows monitoring to reach everything on port 9090', files).is).toBe('unproven');
    expect(verdictOf('NetworkPolicy restricts ingress to orders', files).is).toBe('unproven');
  });
});
