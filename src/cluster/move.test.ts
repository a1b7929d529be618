import { expect, test } from 'vitest';
import { move, moveNames } from './move.ts';

const namespaces = new Map([['shop', 'proof-1']]);
const services = new Set(['redis', 'api']);

test.each([
  ['redis://redis.shop:6379/0', 'redis://redis.proof-1:6379/0'],
  ['redis://redis.shop.svc.cluster.local:6379', 'redis://redis.proof-1.svc.cluster.local:6379'],
  ['redis-0.redis.shop.svc', 'redis-0.redis.proof-1.svc'],
  ['http://other.shop.svc/', 'http://other.proof-1.svc/'], // not a Service of ours, but .svc says that it is one
  ['https://www.shop/', 'https://www.shop/'], // a host outside
  ['https://api.shop.example.com', 'https://api.shop.example.com'],
  ['shop', 'shop'],
  ['image: registry.test/shop/api:1', 'image: registry.test/shop/api:1'],
])('names of Services move with them: %s', (text, moved) => {
  expect(moveNames(text, namespaces, services)).toBe(moved);
});

test('an object goes to its namespace, and what refers to the old one follows', () => {
  const policy = {
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }] }] },
  };
  const changes = move(policy, 'proof-1', { namespaces, services });
  expect(policy.metadata.namespace).toBe('proof-1');
  expect(policy.spec.ingress[0]!.from[0]!.namespaceSelector.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'proof-1' });
  expect(changes).toEqual(["a namespace selector names the proof's namespace"]);
});

test('subjects of a binding move; those in other namespaces stay', () => {
  const binding = {
    kind: 'RoleBinding',
    metadata: { name: 'b' },
    subjects: [
      { kind: 'ServiceAccount', name: 'api', namespace: 'shop' },
      { kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' },
    ],
  };
  move(binding, 'proof-1', { namespaces, services });
  expect(binding.subjects.map(({ namespace }) => namespace)).toEqual(['proof-1', 'monitoring']);
});

test('a Secret moves inside its base64, and its values are not said', () => {
  const secret = { kind: 'Secret', metadata: { name: 's' }, data: { url: Buffer.from('redis://:pw@redis.shop.svc:6379').toString('base64') } };
  const changes = move(secret, 'proof-1', { namespaces, services });
  expect(Buffer.from(secret.data.url, 'base64').toString()).toBe('redis://:pw@redis.proof-1.svc:6379');
  expect(changes.join()).not.toContain('pw');
});
