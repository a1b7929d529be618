import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { listenFailed } from '../errors.ts';
import type { Tracer } from '../telemetry.ts';
import { openEventBell } from './event-bell.ts';
import type { ApiDeps } from './operation.ts';
import { addDocs } from './plugins/docs.ts';
import { addHealth } from './plugins/health.ts';
import { addMetrics } from './plugins/metrics.ts';
import { addOperations } from './plugins/operations.ts';
import { limitRates, type RateLimit } from './plugins/rate-limit.ts';
import { answerInForm, requestIdOf } from './plugins/requests.ts';
import { requireToken } from './plugins/tokens.ts';
import { addTraces } from './plugins/traces.ts';

export interface ServerOptions {
  readonly log: Logger;
  readonly rate: RateLimit;
  readonly tracer?: Tracer | undefined;
  /** so long `close` waits for clients to use their open connections once more and be told to leave; 0 when not said */
  readonly drainSeconds?: number;
}

/** The API over HTTP, not listening yet. `close` ends event streams, answers what still comes, and leaves store and queue open. */
export async function openServer(deps: Omit<ApiDeps, 'events'>, { log, rate, tracer, drainSeconds = 0 }: ServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000, // for a whole request to come in
    keepAliveTimeout: 75_000, // longer than the proxies in front of us, which would otherwise send into a closing connection
    forceCloseConnections: 'idle',
    return503OnClosing: false, // who still has a connection gets an answer on it
    routerOptions: { maxParamLength: 300 },
    schemaController: { compilersFactory: { buildValidator: unused, buildSerializer: unused } },
  });
  app.removeContentTypeParser('text/plain'); // every body is JSON
  const closing = new AbortController();
  const events = openEventBell(deps.store);
  app.addHook('preClose', async () => {
    closing.abort();
    await drained(app.server, drainSeconds);
  });
  // What is answered from now on ends its connection too, which would otherwise be kept for a next request that never comes.
  app.addHook('onSend', async (_, reply) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
  });
  app.addHook('onClose', async () => events[Symbol.asyncDispose]());

  addTraces(app, tracer);
  answerInForm(app);
  addMetrics(app, deps.store);
  addHealth(app, deps.store, deps.queue, closing.signal);
  addDocs(app);
  await app.register(
    async (api) => {
      requireToken(api, deps.store);
      await limitRates(api, rate);
      addOperations(api, { ...deps, events }, closing.signal);
    },
    { prefix: '/api/v1' },
  );
  return app;
}

/** Waits until nobody has a connection any more. One that is closed while it idles may be met by a request that is on its way, and that would fail. */
async function drained(server: Server, seconds: number): Promise<void> {
  const connections = promisify(server.getConnections.bind(server));
  for (const end = Date.now() + seconds * 1000; Date.now() < end && (await connections()) > 0; ) await sleep(50);
}

/** Zod says what fits. Fastify's own schemas are compiled by Ajv, and loading that takes as long as adding all routes. */
const unused = (): never => {
  throw new Error('no route has a schema of Fastify');
};

/**
 * Takes requests from here on.
 * @returns where
 * @throws Problem LISTEN_FAILED
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<AddressInfo> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw listenFailed(host, port, cause);
  }
  return app.server.address() as AddressInfo;
}
