import type { PgPool, PgQueryable } from 'bullmq';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** A transaction that sees one tenant's rows, or, outside a tenant, none at all. */
export type Tx = Transaction<Tables>;

export type StoreOptions =
  /** PostgreSQL. The login may be the owner or a member of `ai_agents_app`; work is done as the latter either way. */
  | { readonly url: string; readonly maxConnections?: number }
  /** PGlite: PostgreSQL in this process, on a folder, or in memory when undefined. */
  | { readonly folder: string | undefined };

/** `ai_agents_events`: the payload is a review's id, sent for each new event. `ai_agents_cancel`: a job's id. */
export type Channel = 'ai_agents_events' | 'ai_agents_cancel';

/** One database, open. PostgreSQL and PGlite behave alike: `tests/store.contract.test.ts`. */
export interface Store extends AsyncDisposable {
  readonly is: 'postgres' | 'pglite';
  /** Runs `work` in one transaction that can see and change this tenant's rows only. */
  asTenant<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction outside any tenant: tables look empty, only the functions of the schema answer. */
  outsideTenants<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One statement in a single round trip, with the rights of the login: for calls of the schema's functions, named in full (`ai_agents.take_job`). */
  call<T>(statement: RawBuilder<T>): Promise<T[]>;
  /**
   * Calls `heard` with the payload of each notification on a channel, until the answer is called. A connection that breaks is made again;
   * what was sent meanwhile is lost, so whoever listens also looks from time to time.
   */
  listen(channel: Channel, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** Runs `work` with the rights of the login, which must be the owner's, on one connection that at most one process has at a time; `session` is that connection for BullMQ, where it has tables. */
  asOwner<T>(work: (db: Kysely<Tables>, session: PgQueryable | undefined) => Promise<T>): Promise<T>;
  /** Connections for BullMQ, whose tables are in a schema of their own; none where the database is in this process, as all who use it are. */
  readonly bullmq: PgPool | undefined;
}

/** Opens a database; it is not asked anything yet, so that a process can start before its database does. */
export async function openStore(options: StoreOptions): Promise<Store> {
  // Imported when it is needed: a process has one of the two.
  if ('url' in options) return (await import('./postgres.ts')).openPostgres(options.url, options.maxConnections ?? 10);
  return (await import('./pglite.ts')).openPglite(options.folder);
}

// One statement, so one round trip. All three end with the transaction.
const enter = (tenantId: string) =>
  sql`SELECT set_config('role', 'ai_agents_app', true), set_config('search_path', 'ai_agents', true), set_config('app.tenant', ${tenantId}, true)`;

/** The parts of a store that are the same on every database. */
export function transactions(db: Kysely<Tables>): Pick<Store, 'asTenant' | 'outsideTenants' | 'call'> {
  const inTransaction = <T>(tenantId: string, work: (tx: Tx) => Promise<T>) =>
    db.transaction().execute(async (tx) => {
      await enter(tenantId).execute(tx);
      return work(tx);
    });
  return {
    asTenant: inTransaction,
    outsideTenants: (work) => inTransaction('', work),
    call: async (statement) => (await statement.execute(db)).rows,
  };
}

/** SQLSTATE classes of what passes: connection, conflict with another transaction, resources, an operator's doing, the system. */
const passingClasses = ['08', '40', '53', '57', '58'];
const networkCodes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];
/** What `pg` says, in words only, of a connection that is gone or does not come. */
const connectionGone =
  /^(Connection terminated|Client was closed|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect)/;

/** Whether a query failed for a reason outside of it, so that the same may succeed a little later. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return networkCodes.includes(code) || (code.length === 5 && passingClasses.includes(code.slice(0, 2))) || connectionGone.test(error.message);
}
