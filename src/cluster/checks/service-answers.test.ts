import { expect, test } from 'vitest';
import { Facts, Redactor } from '../evidence.ts';
import type { Bench } from './bench.ts';
import { serviceAnswers } from './service-answers.ts';

const service = {
  kind: 'Service',
  metadata: { name: 'api', namespace: 'shop' },
  spec: { clusterIP: '10.0.0.1', selector: { app: 'api' }, ports: [{ port: 80 }] },
};
const slice = {
  metadata: { namespace: 'shop', labels: { 'kubernetes.io/service-name': 'api' } },
  endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready: true } }],
  ports: [{ port: 8080 }],
};

/** What is said of `curl http://api/health` when the API server's proxy answers so. */
const said = async (status: number, text: string) => {
  const bench = {
    facts: new Facts(new Redactor([])),
    world: { all: () => [slice] },
    look: () => ({ members: [{ prepared: { ref: 'Service/api' }, live: service }] }),
    cluster: { api: { send: async () => ({ status, text }) } },
    signal: new AbortController().signal,
  };
  const { is, because } = await serviceAnswers({ asks: 'answers', service: 'Service/api', path: '/health', says: '' }, bench as unknown as Bench);
  return `${is}: ${because}`;
};
const trying = (why: string) => JSON.stringify({ reason: 'ServiceUnavailable', message: `error trying to reach service: dial tcp 10.1.0.1:8080: ${why}` });

test.each([
  [200, 'ok', /^met: Service\/api answers \/health with 200/],
  [500, 'broken', /^unmet: Service\/api answers \/health with 500/],
  [503, trying('connect: connection refused'), /^unmet: Service\/api does not answer on port 80/],
  // Of packets that a policy stops nobody hears again; nothing is known of who is let through.
  [503, trying('i/o timeout'), /^unproven: .* a policy may keep it from getting one/],
  [403, 'User "x" cannot get resource "services/proxy" in API group ""', /^unproven: these credentials may not/],
])('%i %s', async (status, text, verdict) => {
  expect(await said(status, text)).toMatch(verdict);
});
