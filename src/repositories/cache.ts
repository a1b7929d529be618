import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hold, isCode, isIdle, joinReaders, tryHold } from './lease.ts';

/**
 * Bare repositories below one folder, one for each tenant and address: what one tenant's credential fetched, another never sees.
 * Several processes may share the folder.
 */
export interface RepositoryCache {
  readonly folder: string;
  /** the least recently used repositories are removed above this; those in use stay */
  readonly bytes: number;
}

export interface CacheEntry extends AsyncDisposable {
  /** the bare repository */
  readonly dir: string;
  /** to be held while fetching */
  readonly lock: string;
}

// Nothing else may stand in it: a `remote.*.promisor` would let git fetch what is missing while a review reads.
const configuration = '[core]\n\trepositoryformatversion = 1\n\tfilemode = true\n\tbare = true\n';

export const resetConfiguration = (dir: string): Promise<void> => replaceFile(join(dir, 'config'), configuration);

/** At once: another process may be reading the repository, and to git one with half of these files is none. */
async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, path);
}

/** Opens a tenant's cache of an address, new or old; it is not evicted until it is disposed. */
export async function openEntry(cache: RepositoryCache, tenant: string, address: string, signal: AbortSignal): Promise<CacheEntry> {
  const entry = join(cache.folder, createHash('sha256').update(`${tenant}\n${address}`).digest('hex'));
  const dir = join(entry, 'repo.git');
  await mkdir(cache.folder, { recursive: true, mode: 0o700 });
  await using _gate = await hold(gateOf(entry), signal);
  // What `git init --bare` makes, less its template's hooks; doing it twice does no harm.
  for (const folder of ['readers', 'repo.git/objects/pack', 'repo.git/refs/commits']) await mkdir(join(entry, folder), { recursive: true, mode: 0o700 });
  await replaceFile(join(dir, 'HEAD'), 'ref: refs/heads/none\n');
  const now = new Date();
  await utimes(entry, now, now);
  const reader = await joinReaders(join(entry, 'readers'));
  return { dir, lock: join(entry, 'lock'), [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() };
}

// Held for a moment by who comes and by who evicts, so that nobody comes between "nobody is here" and the removal.
const gateOf = (entry: string): string => `${entry}.gate`;

/** Removes what a git that was killed left locked: it would keep every later one out. Only for whoever holds the entry's own lock. */
export async function breakLocks(dir: string): Promise<void> {
  for (const folder of [dir, join(dir, 'refs/commits')]) {
    for (const name of await namesIn(folder)) if (name.endsWith('.lock')) await rm(join(folder, name), { force: true });
  }
}

/** Bytes of a bare repository's packs, finished and coming in. */
export async function packedBytes(dir: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIn(join(dir, 'objects', 'pack'))) {
    bytes += await stat(join(dir, 'objects', 'pack', name)).then(
      ({ size }) => size,
      () => 0, // renamed or removed since it was listed
    );
  }
  return bytes;
}

/** Removes repositories that nobody uses, the least recently used first, until the cache has its size. */
export async function evict(cache: RepositoryCache): Promise<void> {
  const entries = [];
  for (const name of await namesIn(cache.folder)) {
    const entry = join(cache.folder, name);
    if (name.startsWith('.gone-'))
      await rm(entry, { recursive: true, force: true }); // left by a process that was killed here
    else if (!name.includes('.')) entries.push({ entry, bytes: await packedBytes(join(entry, 'repo.git')), used: await usedAt(entry) });
  }
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { entry, bytes } of entries.toSorted((a, b) => a.used - b.used)) {
    if (total <= cache.bytes) return;
    if (await remove(cache, entry)) total -= bytes;
  }
}

async function remove(cache: RepositoryCache, entry: string): Promise<boolean> {
  await using gate = await tryHold(gateOf(entry));
  if (!gate || !(await isIdle(join(entry, 'readers')))) return false;
  const gone = join(cache.folder, `.gone-${randomUUID()}`);
  await rename(entry, gone); // at once for everybody: an entry is never half there
  await rm(gone, { recursive: true, force: true });
  return true;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

const usedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
