import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { Api } from './api.ts';
import { leaseOf } from './namespace.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();

/** What is thought of a lease that the API server has written, and its holder has dated, so many seconds ago; by our clock it is another year. */
async function freshness(written: number | undefined, dated: number): Promise<boolean | undefined> {
  const managedFields =
    written === undefined
      ? []
      : [
          { manager: 'ai-agents', time: ago(written + 100) },
          { manager: 'ai-agents', time: ago(written) },
        ];
  const lease = { kind: 'Lease', metadata: { name: 'ai-agents', managedFields }, spec: { holderIdentity: '1', renewTime: ago(dated) } };
  const server = createServer((_request, answer) => answer.setHeader('date', new Date(NOW).toUTCString()).end(JSON.stringify(lease)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true }, { name: 'u' });
    return (await leaseOf(new Api(config, 'c'), 'proof-1'))?.isFresh;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test.each([
  ['renewed a moment ago, by a clock that is an hour late', 3, 3_600, true],
  ['renewed long ago, by a clock that is an hour early', 60, -3_600, false],
  ['without a word of when it was written', undefined, 3, true],
])('a lease %s', async (_, written, dated, isFresh) => {
  expect(await freshness(written, dated)).toBe(isFresh);
});
