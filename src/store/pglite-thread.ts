import { readFile } from 'node:fs/promises';
import module from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { keepWebAssemblySmall } from './wasm-flags.ts';

// The program of the thread that an embedded database runs in: see pglite.ts, which starts it and speaks with it.

/** To the thread. One after the other, in the order in which they come. */
export type ToPglite =
  | { readonly prepare: true }
  | { readonly open: Opening }
  | { readonly id: number; readonly text: string; readonly parameters: readonly unknown[] | undefined }
  | { readonly close: true };

export interface Opening {
  /** where the database keeps its files; undefined for one that is gone with the process */
  readonly folder: string | undefined;
  /** a data folder as a tar, for a database without a folder */
  readonly cluster: Uint8Array | undefined;
}

/** From the thread. The answer without an id says that the database has started, or why it has not. */
export type FromPglite =
  | { readonly id: number | undefined; readonly answer: Answer }
  | { readonly id: number | undefined; readonly error: SentError }
  | { readonly channel: string; readonly payload: string };

export interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly affectedRows: number | undefined;
  readonly command: string | undefined;
}

/** An error's own fields would be lost on the way: PostgreSQL's code, the constraint, where. */
export interface SentError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One session reads through the system's own page cache well enough; the default would keep 128 MiB for itself. */
const small = ['-c', 'shared_buffers=8MB', '-c', 'wal_buffers=512kB', '-c', 'max_connections=10'];

// The thread has a cache of its own, in the same folder as the program's.
if (typeof workerData === 'string') module.enableCompileCache(workerData);

const port = parentPort!;
const tell = (message: FromPglite): void => port.postMessage(message);

let prepared: ReturnType<typeof prepare> | undefined;
let starting: Promise<PGlite>;
let last: Promise<void>;
port.on('message', (message: ToPglite) => {
  if ('prepare' in message) {
    prepared = prepare();
    prepared.catch(() => {}); // told to whoever opens
  } else if ('open' in message) {
    starting = start(message.open);
    last = answer(undefined, async () => {
      await starting;
      return { rows: [] };
    });
  } else if ('close' in message) {
    last = last.then(async () => {
      await (await starting).close();
      port.close();
    });
  } else {
    const { id, text, parameters } = message;
    last = last.then(() => answer(id, () => run(text, parameters)));
  }
});

/** What every database needs. PostgreSQL is compiled on whatever core is free. */
async function prepare() {
  keepWebAssemblySmall();
  const [{ PGlite }, compiled] = await Promise.all([
    import('@electric-sql/pglite'),
    readFile(module.createRequire(import.meta.url).resolve('@electric-sql/pglite/pglite.wasm')).then((bytes) => WebAssembly.compile(bytes)),
  ]);
  return { PGlite, compiled };
}

async function start({ folder, cluster }: Opening): Promise<PGlite> {
  const { PGlite, compiled } = await (prepared ?? prepare());
  const pglite = await PGlite.create({
    ...(folder !== undefined && { dataDir: folder }),
    ...(cluster && { loadDataDir: new Blob([cluster as Uint8Array<ArrayBuffer>]) }),
    pgliteWasmModule: compiled,
    startParams: [...PGlite.defaultStartParams, ...small],
  });
  pglite.onNotification((channel, payload) => tell({ channel, payload }));
  return pglite;
}

async function run(text: string, parameters: readonly unknown[] | undefined) {
  const pglite = await starting;
  // Without parameters it may be a script, which PGlite takes by another door.
  return parameters === undefined ? (await pglite.exec(text)).at(-1) : pglite.query<Answer['rows'][number]>(text, [...parameters]);
}

async function answer(id: number | undefined, work: () => Promise<Partial<Answer> | undefined>): Promise<void> {
  try {
    const result = await work();
    tell({ id, answer: { rows: result?.rows ?? [], affectedRows: result?.affectedRows, command: result?.command } });
  } catch (error) {
    tell({
      id,
      error:
        error instanceof Error
          ? { message: error.message, stack: error.stack, fields: { ...error } }
          : { message: String(error), stack: undefined, fields: {} },
    });
  }
}

declare global {
  // Node has it, and leaves its types to those of browsers.
  namespace WebAssembly {
    function compile(bytes: Uint8Array): Promise<Module>;
  }
}
