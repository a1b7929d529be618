import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** A transaction that sees one tenant's rows, or, outside a tenant, none at all. */
export type Tx = Transaction<Tables>;

export type StoreOptions =
  /** PostgreSQL. The login may be the owner or a member of `ai_agents_app`; work is done as the latter either way. */
  | { readonly url: string; readonly maxConnections?: number }
  /** PGlite: PostgreSQL in this process, on a folder, or in memory when undefined. */
  | { readonly folder: string | undefined };

/** One database, open. PostgreSQL and PGlite behave alike: `tests/store.contract.test.ts`. */
export interface Store extends AsyncDisposable {
  readonly is: 'postgres' | 'pglite';
  /** Runs `work` in one transaction that can see and change this tenant's rows only. */
  asTenant<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction outside any tenant: tables look empty, only the functions of the schema answer. */
  outsideTenants<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Calls `heard` with the payload of each notification on a channel, until the answer is called. A connection that breaks is made again;
   * what was sent meanwhile is lost, so whoever listens also looks from time to time.
   */
  listen(channel: Channel, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** With the owner's rights; for migrations, tenants and tests. Fails on PostgreSQL when the login is not the owner. */
  readonly asOwner: Kysely<Tables>;
}

/** `events`: payload is a review's id, sent for each new event row. `cancel`: payload is a job's id. */
export type Channel = 'ai_agents_events' | 'ai_agents_cancel';

export declare function openStore(options: StoreOptions): Promise<Store>;
