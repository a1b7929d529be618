import { randomUUID } from 'node:crypto';
import { open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A holder touches its file this often; one that was not touched for `staleAfter` belongs to a process that died. */
const beat = 5_000;
const staleAfter = 30_000;

/** Creates `path` and keeps it fresh until disposed; undefined when a live holder has it. */
export async function tryHold(path: string): Promise<AsyncDisposable | undefined> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if (isCode(error, 'EEXIST')) return undefined;
    throw error;
  }
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // gone: somebody took it for stale, and git itself bears two writers
  }, beat);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

/** Waits until `path` can be held by this process alone. */
export async function hold(path: string, signal: AbortSignal): Promise<AsyncDisposable> {
  for (;;) {
    const held = await tryHold(path);
    if (held) return held;
    if (await isStale(path)) await removeStale(path);
    else await sleep(50, undefined, { signal });
  }
}

/** A place among many readers: `isIdle` says when none is left. */
export async function joinReaders(folder: string): Promise<AsyncDisposable> {
  const held = await tryHold(join(folder, randomUUID()));
  if (!held) throw new Error('a random name was taken');
  return held;
}

export async function isIdle(folder: string): Promise<boolean> {
  for (const name of await readdir(folder)) if (!(await isStale(join(folder, name)))) return false;
  return true;
}

// Two that find a lock stale must not both remove it: the slower one would remove the faster one's new lock.
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.removing`;
  const held = await tryHold(guard);
  if (!held) {
    if (await isStale(guard)) await rm(guard, { force: true });
    return;
  }
  await using _ = held;
  if (await isStale(path)) await rm(path, { force: true });
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleAfter;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false; // just released: try to hold it again
    throw error;
  }
}

export const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;
