import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PGliteDialect } from 'kysely';
import { databaseUnusable } from '../errors.ts';
import { takePgliteThread } from './begin-pglite.ts';
import { readEmptyCluster, unpackEmptyCluster } from './empty-cluster.ts';
import type { Answer, FromPglite, Opening, SentError, ToPglite } from './pglite-thread.ts';
import { type Store, transactions } from './store.ts';
import type { Tables } from './tables.ts';

/**
 * A store on PostgreSQL compiled to WebAssembly, in a thread of this process: so it starts while the rest of the program is read, and a statement
 * that takes long holds up no request.
 * @param folder where it keeps its files; undefined for a database that is gone with the process
 */
export async function openPglite(folder: string | undefined): Promise<Store> {
  const session = new Session(folder);
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: session }) });
  let owner: Promise<unknown> = Promise.resolve();
  return {
    is: 'pglite',
    ...transactions(db),
    bullmq: undefined,
    async listen(channel, heard) {
      await session.exec(`LISTEN ${channel}`);
      return session.onNotification((on, payload) => {
        if (on === channel) heard(payload);
      });
    },
    asOwner(work) {
      const turn = owner.then(() => work(db.withSchema('ai_agents'), undefined));
      owner = turn.catch(() => {});
      return turn;
    },
    async [Symbol.asyncDispose]() {
      await session.close();
    },
  };
}

/** Makes sure that the folder has a database in it. */
async function opening(folder: string | undefined): Promise<Opening> {
  if (folder === undefined) return { folder, cluster: await readEmptyCluster() };
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await unpackEmptyCluster(folder);
  }
  return { folder, cluster: undefined };
}

interface Rows<T> {
  readonly rows: T[];
  /** Kysely asks for them in its types, and never looks */
  readonly fields: never[];
  readonly affectedRows?: number;
}
type Query = <T>(text: string, parameters?: unknown[]) => Promise<Rows<T>>;

/** The one session that PGlite has, as Kysely wants it. Statements of a transaction and others take turns. */
class Session {
  readonly ready = true;
  readonly waitReady = Promise.resolve();
  closed = false;
  readonly #thread = takePgliteThread();
  readonly #asked = new Map<number | undefined, PromiseWithResolvers<Answer>>();
  readonly #heard = new Set<(channel: string, payload: string) => void>();
  #last = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #broken: Error | undefined;

  /** The database's start is not waited for: whoever asks something waits, and is told when there is none. */
  constructor(folder: string | undefined) {
    this.#thread.on('message', (message: FromPglite) => {
      if ('channel' in message) for (const heard of this.#heard) heard(message.channel, message.payload);
      else this.#settle(message);
    });
    this.#thread.on('error', (error) => this.#break(error));
    this.#thread.on('exit', () => this.#break(new Error('its thread has ended')));
    this.#thread.unref(); // after listening, which would take it back
    this.#alone(async () => this.#ask(undefined, { open: await opening(folder) })).catch((error: unknown) => this.#break(asError(error)));
  }

  readonly query: Query = (text, parameters = []) => this.#alone(() => this.#statement(text, parameters));

  exec(text: string): Promise<Answer> {
    return this.#alone(() => this.#send(text));
  }

  /** Runs `work` in a transaction, which nothing else comes into. */
  transaction<T>(work: (tx: { query: Query; rollback: () => Promise<void> }) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      // Not waited for: what comes next is done after it, and fails when it failed.
      this.#send('BEGIN').catch(() => {});
      let result: T;
      try {
        result = await work({ query: (text, parameters = []) => this.#statement(text, parameters), rollback: async () => void (await this.#send('ROLLBACK')) });
      } catch (error) {
        await this.#send('ROLLBACK');
        throw error;
      }
      const { command } = await this.#send('COMMIT');
      // PostgreSQL rolls back, and calls that a success, when a statement failed whose error nobody told.
      if (command === 'ROLLBACK') throw Object.assign(new Error('the transaction was rolled back'), { code: '25P02' });
      return result;
    });
  }

  onNotification(heard: (channel: string, payload: string) => void): () => Promise<void> {
    this.#heard.add(heard);
    return async () => void this.#heard.delete(heard);
  }

  /** Lets what was asked be done, and ends. */
  close(): Promise<void> {
    return this.#alone(async () => {
      if (this.closed) return;
      this.closed = true;
      const ended = new Promise((resolve) => this.#thread.once('exit', resolve));
      this.#thread.ref();
      this.#thread.postMessage({ close: true } satisfies ToPglite);
      await ended;
    });
  }

  async #statement<T>(text: string, parameters: readonly unknown[]): Promise<Rows<T>> {
    const { rows, affectedRows } = await this.#send(text, parameters);
    return { rows: rows as T[], fields: [], ...(affectedRows !== undefined && { affectedRows }) };
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #send(text: string, parameters?: readonly unknown[]): Promise<Answer> {
    this.#last += 1;
    return this.#ask(this.#last, { id: this.#last, text, parameters });
  }

  #ask(id: number | undefined, message: ToPglite): Promise<Answer> {
    if (this.#broken) return Promise.reject(databaseUnusable(this.#broken.message, this.#broken));
    const asked = Promise.withResolvers<Answer>();
    this.#asked.set(id, asked);
    this.#thread.ref(); // while somebody waits, and only then, it keeps the process from ending
    this.#thread.postMessage(message);
    return asked.promise;
  }

  #settle(message: Exclude<FromPglite, { channel: string }>): void {
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (this.#asked.size === 0) this.#thread.unref();
    if ('answer' in message) asked?.resolve(message.answer);
    else asked?.reject(errorFrom(message.error));
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const asked of this.#asked.values()) asked.reject(databaseUnusable(this.#broken.message, this.#broken));
    this.#asked.clear();
  }
}

const errorFrom = ({ message, stack, fields }: SentError): Error => Object.assign(new Error(message), fields, { stack });

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
