import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { pino } from 'pino';
import { openQueue, type Queue } from '../src/queue/queue.ts';
import { migrate } from '../src/store/migrate.ts';
import { openStore, type Store, type Tx } from '../src/store/store.ts';
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
  /** what the queues could not do */
  readonly troubles: readonly Error[];
  readonly postgres: PostgresServer | undefined;
  readonly redis: RedisServer | undefined;
}

export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** Every kind that this machine has: PGlite always, PostgreSQL and Redis where Debian's packages are. */
export async function startBackends(): Promise<Backends> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const inside: StoreBackend = { name: 'PGlite', open: () => openInside() };
  const server: StoreBackend | undefined = postgres && { name: 'PostgreSQL', open: () => openAsWorker(postgres) };
  const stores = server ? [inside, server] : [inside];
  const troubles: Error[] = [];
  const onTrouble = (error: Error) => void troubles.push(error);
  const onStore = stores.map((backend) => ({ ...backend, queue: (store: Store) => openQueue(store, undefined, onTrouble) }));
  const onRedis = server && redis ? [{ ...server, name: 'Redis and PostgreSQL', queue: (store: Store) => openQueue(store, redis.url, onTrouble) }] : [];
  return {
    stores,
    queues: [...onStore, ...onRedis],
    troubles,
    postgres,
    redis,
    async [Symbol.asyncDispose]() {
      await postgres?.[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
    },
  };
}

async function openInside(): Promise<Store> {
  const store = await openStore({ folder: undefined });
  await migrate(store);
  return store;
}

/** As in production: one login migrates, another one works and owns nothing. Only what is the owner's goes by the first. */
async function openAsWorker(postgres: PostgresServer): Promise<Store> {
  const url = postgres.database();
  const owner = await openStore({ url, maxConnections: 2 });
  await migrate(owner);
  const login = `worker_${randomUUID().slice(0, 8)}`;
  const worker = postgres.login(url, login, '');
  await owner.asOwner((db) => sql`GRANT ai_agents_app TO ${sql.id(login)}`.execute(db));
  const store = await openStore({ url: worker, maxConnections: 20 });
  return {
    ...store,
    asOwner: owner.asOwner,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
    },
  };
}

/** A tenant of its own for one test. */
export async function newTenant(store: Store, maxRunning?: number): Promise<string> {
  const id = await ensureTenant(store, randomUUID());
  if (maxRunning !== undefined) await store.asOwner((db) => db.updateTable('tenants').set({ max_running: maxRunning }).where('id', '=', id).execute());
  return id;
}

interface NewJob {
  readonly id?: string;
  readonly tenantId: string;
  readonly name: string;
  readonly input: object;
  /** lower is sooner */
  readonly priority: number;
  readonly maxAttempts?: number | undefined;
}

/** Adds a job of any name, where the program itself only adds those of reviews. */
export async function insertJob(tx: Tx, { id, tenantId, name, input, priority, maxAttempts }: NewJob): Promise<void> {
  await tx
    .insertInto('jobs')
    .values({ id, tenant_id: tenantId, name, input: JSON.stringify(input), priority, max_attempts: maxAttempts })
    .execute();
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
