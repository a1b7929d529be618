import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openQueue, type Queue } from '../src/queue/queue.ts';
import { migrate } from '../src/store/migrate.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { ensureTenant } from '../src/store/tenants.ts';
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from './servers.ts';

/** A kind of database, or of queue on a database, that a contract is asked of. */
export interface StoreBackend {
  readonly name: string;
  open(): Promise<Store>;
}
export interface QueueBackend extends StoreBackend {
  queue(store: Store): Queue;
}

export interface Backends extends AsyncDisposable {
  readonly stores: readonly StoreBackend[];
  readonly queues: readonly QueueBackend[];
  readonly postgres: PostgresServer | undefined;
  readonly redis: RedisServer | undefined;
}

export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** Every kind that this machine has: PGlite always, PostgreSQL and Redis where Debian's packages are. */
export async function startBackends(): Promise<Backends> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const inside: StoreBackend = { name: 'PGlite', open: () => migrated(openStore({ folder: undefined })) };
  const server: StoreBackend | undefined = postgres && {
    name: 'PostgreSQL',
    open: () => migrated(openStore({ url: postgres.database(), maxConnections: 20 })),
  };
  const stores = server ? [inside, server] : [inside];
  const onStore = stores.map((backend) => ({ ...backend, queue: (store: Store) => openQueue(store, undefined, () => {}) }));
  const onRedis = server && redis ? [{ ...server, name: 'Redis and PostgreSQL', queue: (store: Store) => openQueue(store, redis.url, () => {}) }] : [];
  return {
    stores,
    queues: [...onStore, ...onRedis],
    postgres,
    redis,
    async [Symbol.asyncDispose]() {
      await postgres?.[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
    },
  };
}

async function migrated(opening: Promise<Store>): Promise<Store> {
  const store = await opening;
  await migrate(store);
  return store;
}

/** A tenant of its own for one test. */
export async function newTenant(store: Store, maxRunning?: number): Promise<string> {
  const id = await ensureTenant(store, randomUUID());
  if (maxRunning !== undefined) await store.asOwner((db) => db.updateTable('tenants').set({ max_running: maxRunning }).where('id', '=', id).execute());
  return id;
}

/** Waits until `look` gives something. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, withinMs = 10_000): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
