import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { Api } from './api.ts';
import { execIn } from './exec.ts';
import { forwardTo } from './forward.ts';

/** An API server on loopback that meets every wish for a socket in the same way. */
async function apiServer(upgrade: (socket: Duplex) => void) {
  const server = createServer().on('upgrade', (_request, socket) => upgrade(socket.on('error', () => {})));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true }, { name: 'u' });
  return { api: new Api(config, 'c'), [Symbol.dispose]: () => void server.close() };
}
const signal = new AbortController().signal;
const exec = (api: Api, within: number, until = signal) => execIn(api, 'shop', 'api-1', 'api', ['true'], within, until);

test('a server that takes a connection and says nothing is not waited for without end', async () => {
  using server = await apiServer(() => {});
  await expect(exec(server.api, 50)).rejects.toThrow('true did not end within 50 ms');
  expect(await forwardTo(server.api, { namespace: 'shop', pod: 'api-1', port: 80 }, 'GET /', () => true, 50, signal)).toEqual({ bytes: '', error: '' });
});

test('what these credentials may not do is said', async () => {
  using server = await apiServer((socket) => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'));
  await expect(exec(server.api, 5_000)).rejects.toThrow('these credentials may not create pods/exec in namespace shop');
  await expect(forwardTo(server.api, { namespace: 'shop', pod: 'api-1', port: 80 }, '', () => true, 5_000, signal)).rejects.toThrow('pods/portforward');
});

test('nothing is begun for a proof that was interrupted', async () => {
  using server = await apiServer(() => {});
  await expect(exec(server.api, 5_000, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  expect(server.api.requests).toBe(0);
});
