import type { FastifyInstance } from 'fastify';
import type { Queue } from '../../queue/queue.ts';
import { schemaTrouble } from '../../store/migrate.ts';
import type { Store } from '../../store/store.ts';

/** What each part of the answer of /health/ready says: `ok`, or what is wrong. */
interface Readiness {
  readonly database: string;
  readonly schema: string;
  readonly queue: string;
}

const patience = 3_000;

/**
 * `/health` says that the process turns, and asks nobody, so that an outage elsewhere restarts nothing.
 * `/health/ready` says whether requests should come here, and which part is not ready.
 */
export function addHealth(app: FastifyInstance, store: Store, queue: Queue, closing: AbortSignal): void {
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_, reply) => {
    const parts = { ...(await readiness(store, queue)), ...(closing.aborted && { process: 'closing' }) };
    const ready = Object.values(parts).every((part) => part === 'ok');
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...parts });
  });
}

async function readiness(store: Store, queue: Queue): Promise<Readiness> {
  const signal = AbortSignal.timeout(patience);
  const [schema, bell] = await Promise.all([within(signal, schemaTrouble(store)), within(signal, queue.trouble())]);
  return {
    database: schema.is === 'failed' ? schema.because : 'ok',
    schema: schema.is === 'failed' ? 'unknown' : (schema.trouble ?? 'ok'),
    queue: bell.is === 'failed' ? bell.because : (bell.trouble ?? 'ok'),
  };
}

type Looked = { is: 'looked'; trouble: string | undefined } | { is: 'failed'; because: string };

async function within(signal: AbortSignal, look: Promise<string | undefined>): Promise<Looked> {
  const late = new Promise<Looked>((resolve) => {
    signal.addEventListener('abort', () => resolve({ is: 'failed', because: `no answer in ${patience / 1000} s` }), { once: true });
  });
  const looked = look.then(
    (trouble): Looked => ({ is: 'looked', trouble }),
    (error: unknown): Looked => ({ is: 'failed', because: error instanceof Error ? error.message || error.name : String(error) }),
  );
  return Promise.race([late, looked]);
}
