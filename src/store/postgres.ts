import { setTimeout as sleep } from 'node:timers/promises';
import type { PgPool } from 'bullmq';
import { Kysely, PostgresDialect } from 'kysely';
import { Client, Pool, type PoolConfig, types } from 'pg';
import { databaseUnusable } from '../errors.ts';
import { type Channel, type Store, transactions } from './store.ts';
import type { Tables } from './tables.ts';

/** So that twenty processes that migrate, or make tenants, do it one after the other. Any number that is ours. */
const ownerLock = 6_811_043_274;

/** A store on a PostgreSQL server. Connections are made when they are needed, and made again when they break. */
export function openPostgres(url: string, maxConnections: number): Store {
  const pool = openPool({ connectionString: url, max: maxConnections });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  // BullMQ's statements name no schema, and its worker keeps one connection for LISTEN.
  const bullmq = openPool({ connectionString: url, max: Math.max(4, Math.ceil(maxConnections / 2)), options: '-c search_path=bullmq -c role=ai_agents_app' });
  bullmq.setMaxListeners(0); // each of its queues and workers adds one
  const ear = new Ear(url);
  return {
    is: 'postgres',
    ...transactions(db),
    bullmq: bullmq as PgPool,
    listen: (channel, heard) => ear.listen(channel, heard),
    async asOwner(work) {
      // One connection, so that the lock of the session and all that is done under it are on the same one.
      const alone = openPool({ connectionString: url, max: 1, statement_timeout: 0, query_timeout: 0 });
      const owner = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: alone }) });
      try {
        await alone.query('SELECT pg_advisory_lock($1)', [ownerLock]).catch((cause: unknown) => {
          throw databaseUnusable(cause, cause);
        });
        return await work(owner.withSchema('ai_agents'), alone as PgPool);
      } finally {
        await alone.end(); // ends the session, and the lock with it
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([ear.close(), pool.end(), bullmq.end()]);
    },
  };
}

function openPool(config: PoolConfig): Pool {
  const pool = new Pool({
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    // For a network that swallows packets, where no answer comes from the server, not even that it took too long.
    query_timeout: 65_000,
    maxLifetimeSeconds: 600,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    application_name: 'ai-agents',
    types: { getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)) },
    ...config,
  });
  // A connection that breaks while it is idle, or between two statements, tells so by an event; without a listener that ends the process. The
  // pool replaces it when the next one is asked for, and the next statement on it fails.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** One connection that listens to all channels, made again when it breaks. */
class Ear {
  readonly #url: string;
  readonly #listeners = new Map<Channel, Set<(payload: string) => void>>();
  readonly #closed = new AbortController();
  #client: Promise<Client> | undefined;
  /** the last LISTEN, after which the next one may be said */
  #listening: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  async listen(channel: Channel, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const isNew = !this.#listeners.has(channel);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(heard));
    const client = await this.#connected();
    if (isNew) this.#listening = this.#listening.then(() => client.query(`LISTEN ${channel}`));
    await this.#listening;
    return async () => {
      listeners.delete(heard);
    };
  }

  #connected(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, 5_000)) {
      this.#closed.signal.throwIfAborted();
      const client = new Client({ connectionString: this.#url, keepAlive: true, application_name: 'ai-agents listen', connectionTimeoutMillis: 10_000 });
      client.on('notification', ({ channel, payload }) => {
        for (const heard of this.#listeners.get(channel as Channel) ?? []) heard(payload ?? '');
      });
      client.on('error', () => {}); // 'end' follows
      try {
        await client.connect();
        for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${channel}`);
        this.#listening = Promise.resolve();
        client.on('end', () => {
          this.#client = undefined;
          if (!this.#closed.signal.aborted) this.#connected().catch(() => {}); // rejects only when closed
        });
        return client;
      } catch {
        await client.end().catch(() => {});
        await sleep(waitMs, undefined, { signal: this.#closed.signal });
      }
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#closed.abort();
    await client?.then(
      (connected) => connected.end(),
      () => {}, // was still trying to connect
    );
  }
}
