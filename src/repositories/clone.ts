import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_LIMIT } from '../checkout/decode.ts';
import { cloneFailed, cloneTimedOut, cloneTooLarge, unknownRef } from '../errors.ts';
import { LinkedAbort } from '../linked-abort.ts';
import { breakLocks, evict, openEntry, packedBytes, type RepositoryCache, resetConfiguration } from './cache.ts';
import type { Credential } from './credentials.ts';
import { type Access, git, offline, openAccess } from './git.ts';
import { hold } from './lease.ts';
import type { AllowedHost, RemoteLocation } from './location.ts';
import { type Lookup, resolveAddress, systemLookup } from './resolve.ts';

export interface CloneLimits {
  /** for looking up, waiting for the lock and fetching together */
  readonly seconds: number;
  /** of packed objects, as they come over the network and stay in the cache */
  readonly bytes: number;
  readonly files: number;
  /** larger files are not fetched, and cannot be read */
  readonly fileBytes: number;
}

export const defaultLimits: CloneLimits = { seconds: 120, bytes: 500_000_000, files: 50_000, fileBytes: FILE_LIMIT };

export interface CloneDeps {
  readonly cache: RepositoryCache;
  readonly hosts: readonly AllowedHost[];
  readonly limits: CloneLimits;
  readonly credentialFor: (tenantId: string, host: string) => Promise<Credential | undefined>;
  readonly lookup?: Lookup;
}

/** A bare repository that holds a commit. It stays in the cache until this is disposed. */
export interface Clone extends AsyncDisposable {
  readonly dir: string;
  readonly commit: string;
}

/**
 * Brings the commit that `ref` names now to this machine, with its trees and every file that is not too large: reading it needs no network.
 * @throws Problem REPOSITORY_REFUSED, UNKNOWN_REF, CLONE_FAILED, CLONE_TIMED_OUT, CLONE_TOO_LARGE
 */
export async function cloneCommit(location: RemoteLocation, ref: string, tenantId: string, deps: CloneDeps, signal: AbortSignal): Promise<Clone> {
  if (!isRef(ref)) throw unknownRef(ref);
  const entry = await openEntry(deps.cache, tenantId, location.text, signal);
  const close = () => entry[Symbol.asyncDispose]();
  try {
    const commit = await withinSeconds(deps.limits.seconds, location, signal, (inTime) => fetchCommit(location, ref, entry, tenantId, deps, inTime));
    return { dir: entry.dir, commit, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A ref that git can be given as a name and nothing else: no option, no pattern, no second half of a refspec, no `@{…}` or `^`. */
const isRef = (ref: string): boolean =>
  ref.length <= 250 && /^[A-Za-z0-9_][A-Za-z0-9_.+@#%=,/-]*$/.test(ref) && !/\.\.|\/\/|\.lock(?:\/|$)|[/.]$|\/\./.test(ref);

const isCommitId = (ref: string): boolean => /^[0-9a-f]{40}$/.test(ref);

async function withinSeconds<T>(seconds: number, location: RemoteLocation, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using timeout = new LinkedAbort(signal);
  const timer = setTimeout(() => timeout.abort(), seconds * 1000);
  try {
    return await work(timeout.signal);
  } catch (error) {
    if (timeout.signal.aborted && !signal.aborted) throw cloneTimedOut(location.text, seconds);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function fetchCommit(
  location: RemoteLocation,
  ref: string,
  { dir, lock }: { dir: string; lock: string },
  tenantId: string,
  deps: CloneDeps,
  signal: AbortSignal,
): Promise<string> {
  const address = await resolveAddress(location, deps.hosts, deps.lookup ?? systemLookup);
  const credential = await deps.credentialFor(tenantId, location.host);
  let commit: string;
  {
    await using _lock = await hold(lock, signal);
    await breakLocks(dir);
    await using access = await openAccess(location, address, credential);
    await resetConfiguration(dir);
    if (isCommitId(ref) && existsSync(join(dir, 'refs/commits', ref))) return ref; // nothing here packs refs, and git puts each down at once
    const incoming = `refs/incoming/${randomUUID()}`;
    try {
      await fetch(location, `+${ref}:${incoming}`, dir, access, deps.limits, signal);
    } finally {
      await resetConfiguration(dir); // fetch has written down where missing files could be had
    }
    const peeled = await git(dir, ['rev-parse', '--verify', '--quiet', `${incoming}^{commit}`], offline, signal);
    commit = peeled.stdout.trim();
    if (peeled.code === 0) {
      await checkFiles(location, commit, dir, deps.limits, signal);
      await git(dir, ['update-ref', `refs/commits/${commit}`, commit], offline, signal);
    }
    await git(dir, ['update-ref', '-d', incoming], offline, signal);
    if (peeled.code !== 0) throw unknownRef(ref);
  }
  await evict(deps.cache);
  return commit;
}

async function fetch(location: RemoteLocation, refspec: string, dir: string, access: Access, limits: CloneLimits, signal: AbortSignal): Promise<void> {
  const before = await packedBytes(dir);
  using tooLarge = new LinkedAbort(signal);
  const watch = setInterval(async () => {
    if ((await packedBytes(dir)) - before > limits.bytes) tooLarge.abort();
  }, 100);
  const filter = `--filter=blob:limit=${limits.fileBytes + 1}`; // the limit itself is left out too
  const args = ['fetch', '--quiet', '--depth=1', filter, '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--', location.text, refspec];
  try {
    const { code, stderr } = await git(dir, args, access, tooLarge.signal);
    if (code !== 0) throw fetchProblem(location, refspec.slice(1, refspec.lastIndexOf(':')), stderr);
    if ((await packedBytes(dir)) - before > limits.bytes) tooLarge.abort();
    tooLarge.signal.throwIfAborted();
  } catch (error) {
    if (tooLarge.signal.aborted && !signal.aborted) throw cloneTooLarge(location.text, `sends more than ${limits.bytes} bytes`, `${limits.bytes} bytes`);
    throw error;
  } finally {
    clearInterval(watch);
  }
}

function fetchProblem(location: RemoteLocation, ref: string, stderr: string) {
  if (/couldn't find remote ref|not our ref|no such remote ref|unadvertised object/i.test(stderr)) return unknownRef(ref);
  // `remote:` lines are the other side's words; of git's own, the first says what went wrong, and none may steer a terminal.
  const said = stderr.split('\n').find((line) => /^(?:fatal|error|ssh):|^Host key|Permission denied/.test(line)) ?? 'git said nothing';
  return cloneFailed(
    location.text,
    said
      .replace(/^(?:fatal|error): /, '')
      .replace(/\p{Cc}/gu, ' ')
      .slice(0, 300),
  );
}

async function checkFiles(location: RemoteLocation, commit: string, dir: string, limits: CloneLimits, signal: AbortSignal): Promise<void> {
  let files = 0;
  await git(dir, ['ls-tree', '-r', '-z', '--name-only', commit], offline, signal, (chunk) => {
    for (let at = chunk.indexOf('\0'); at >= 0; at = chunk.indexOf('\0', at + 1)) files += 1;
    return files <= limits.files;
  });
  if (files > limits.files) throw cloneTooLarge(location.text, `has more than ${limits.files} files`, `${limits.files} files`);
}
