import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { PGlite } from '@electric-sql/pglite';
import type { PgPool, PgPoolClient } from 'bullmq';
import { Kysely, PGliteDialect } from 'kysely';
import { emptyCluster } from './empty-cluster.ts';
import { type Store, transactions } from './store.ts';
import type { Tables } from './tables.ts';

/** One session reads through the system's own page cache well enough; the default would keep 128 MiB for itself. */
const small = ['-c', 'shared_buffers=8MB', '-c', 'wal_buffers=512kB', '-c', 'max_connections=10'];

/**
 * A store on PostgreSQL compiled to WebAssembly, in this process.
 * @param folder where it keeps its files; undefined for a database that is gone with the process
 */
export async function openPglite(folder: string | undefined): Promise<Store> {
  // Imported here: it is 20 MB that a process with a PostgreSQL server does without.
  const { PGlite } = await import('@electric-sql/pglite');
  // V8 would compile PostgreSQL's hot parts once more, better: statements take up to a third less time then, and the process 200 MB more
  // (bench/results.md). On one machine memory is what is short.
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const isNew = folder === undefined || !existsSync(join(folder, 'PG_VERSION'));
  const pglite = await PGlite.create({
    ...(folder !== undefined && { dataDir: folder }),
    ...(isNew && { loadDataDir: await emptyCluster(PGlite) }),
    startParams: [...PGlite.defaultStartParams, ...small],
  });
  // There is one session for all. Ours set their path in each transaction; what is left is BullMQ's.
  await pglite.exec('SET search_path = bullmq');
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  const bullmq = bullmqPool(pglite);
  let owner: Promise<unknown> = Promise.resolve();
  return {
    is: 'pglite',
    ...transactions(db),
    bullmq,
    async listen(channel, heard) {
      const stop = await pglite.listen(channel, heard);
      return () => stop();
    },
    asOwner(work) {
      const turn = owner.then(() => work(db.withSchema('ai_agents'), bullmq));
      owner = turn.catch(() => {});
      return turn;
    },
    async [Symbol.asyncDispose]() {
      await pglite.close();
    },
  };
}

/**
 * What BullMQ needs of `pg.Pool`, on the one session that PGlite has. Its statements stand alone, so none waits for another's transaction
 * longer than that lasts; only its migrations span statements, and they are done before anything else is.
 */
function bullmqPool(pglite: PGlite): PgPool {
  const query: PgPool['query'] = async (text, parameters) => {
    // Without parameters it may be a script, which PGlite takes by another door.
    const result = parameters === undefined ? (await pglite.exec(text)).at(-1) : await pglite.query(text, [...parameters]);
    return { rows: (result?.rows ?? []) as never[], rowCount: result?.affectedRows || (result?.rows.length ?? 0) };
  };
  return Object.assign(new EventEmitter().setMaxListeners(0), {
    query,
    end: async () => {},
    async connect() {
      const client = new EventEmitter();
      const stop = pglite.onNotification((channel, payload) => client.emit('notification', { channel, payload }));
      return Object.assign(client, { query, release: stop }) as PgPoolClient;
    },
  });
}
