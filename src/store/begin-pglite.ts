import module from 'node:module';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { ToPglite } from './pglite-thread.ts';

/** Where a thread waits that was begun by main.cjs, for the program that this loads, which has modules of its own. */
const waiting = Symbol.for('ai-agents.pglite-thread');
const place = globalThis as { [waiting]?: Worker | undefined };

/** Begins the thread of an embedded database, before anybody knows which one: the next that is opened takes it. */
export function beginPglite(): void {
  place[waiting] ??= startThread();
}

/** Lets the thread do what every database needs. Not sooner than all kept code has been read: from here on V8 works under other flags. */
export function preparePglite(): void {
  place[waiting]?.postMessage({ prepare: true } satisfies ToPglite);
}

/** The thread that was begun, or a new one. */
export function takePgliteThread(): Worker {
  const thread = place[waiting] ?? startThread();
  place[waiting] = undefined;
  return thread;
}

function startThread(): Worker {
  const { Worker } = process.getBuiltinModule('node:worker_threads'); // not loaded by commands without a database
  const program = new URL(import.meta.url.endsWith('.ts') ? './pglite-thread.ts' : './pglite-thread.cjs', import.meta.url);
  const cache = module.getCompileCacheDir();
  const thread = new Worker(program, { workerData: cache && dirname(cache), execArgv: [], env: {} });
  thread.unref();
  return thread;
}
