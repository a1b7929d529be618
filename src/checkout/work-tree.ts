import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type FileProblem, fileNotFound, fileTooLarge, fileUnreadable, gitFailed, type Problem, pathOutside, readLimit } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { decode, FILE_LIMIT, TOTAL_LIMIT } from './decode.ts';
import { git, type Repository } from './git.ts';
import type { Source } from './source.ts';

/** The work tree as it lies on the disk: what git tracks and has not lost, and what it does not ignore. */
export async function openWorkTree(repository: Repository, signal: AbortSignal): Promise<Checkout> {
  const [status, listed] = await Promise.all([
    statusOf(repository, signal), // first, since it takes two runs
    git(repository, 'list the files', ['ls-files', '-z', '-v', '-s', '--cached', '--others', '--deleted', '--exclude-standard'], signal),
  ]);
  const listing = parseListing(listed);
  const known = new Set(listing.paths);
  return {
    root: repository.root,
    commit: status.commit,
    dirty: status.changed || listing.unlikeCommit,
    paths: listing.paths,
    read: (paths, stop) => readFilesBelow(repository.root, known, paths, stop),
  };
}

/** The commit, and whether a tracked file differs from it. */
async function statusOf(repository: Repository, signal: AbortSignal): Promise<{ commit: string | null; changed: boolean }> {
  // `status` compares a file through the filter that .gitattributes names, and the configuration says which program that is.
  const names = await git(repository, 'read its configuration', ['config', '--list', '--name-only', '-z'], signal);
  const filters = new Set(
    names
      .toString()
      .split('\0')
      .filter((name) => name.startsWith('filter.'))
      .map((name) => name.slice(0, name.lastIndexOf('.'))),
  );
  const off = Array.from(filters).flatMap((name) => [`${name}.clean=`, `${name}.smudge=`, `${name}.process=`, `${name}.required=false`]);
  // `-c a=b.clean=` would set `a`. Only somebody who does not want a filter switched off calls it so.
  const odd = Array.from(filters).find((name) => name.includes('='));
  if (odd !== undefined) throw gitFailed('compare the files with the commit', new Error(`its configuration has a filter with a name that is none, ${odd}`));
  const printed = await git(
    repository,
    'compare the files with the commit',
    ['status', '--porcelain=v2', '-z', '--branch', '--no-ahead-behind', '--untracked-files=no', '--no-renames', '--ignore-submodules=all'],
    signal,
    { config: off },
  );
  const lines = printed.toString().split('\0');
  const commit = lines.find((line) => line.startsWith('# branch.oid '))?.slice('# branch.oid '.length);
  return { commit: commit === undefined || commit === '(initial)' ? null : commit, changed: lines.some((line) => line !== '' && !line.startsWith('# ')) };
}

/** What `ls-files -v -s` says: `TAG MODE OBJECT STAGE<tab>PATH`, and `? PATH` for what is not tracked. */
function parseListing(bytes: Buffer): { paths: string[]; unlikeCommit: boolean } {
  const paths = new Set<string>();
  const lost: string[] = [];
  let unlikeCommit = false;
  // One character a byte: so the default order of strings is the order of their bytes.
  for (const line of bytes.toString('latin1').split('\0')) {
    if (line === '') continue;
    const tag = line[0]!;
    const path = tag === '?' ? line.slice(2) : line.slice(line.indexOf('\t') + 1);
    // Lower case: git was told not to look whether the file changed. S: it was told to leave the file away.
    if (tag !== 'H' && tag !== 'M') unlikeCommit = true;
    if (tag === 'R' || tag === 'r') lost.push(path);
    else if (!line.startsWith('160000 ', 2) && !path.endsWith('/')) paths.add(path); // neither submodules nor repositories inside this one
  }
  for (const path of lost) paths.delete(path);
  return { paths: Array.from(paths).sort().map(utf8), unlikeCommit };
}

const utf8 = (path: string): string => (/[\x80-\xff]/.test(path) ? Buffer.from(path, 'latin1').toString('utf8') : path);

/**
 * One file after the other: 6,600 files in 0.1 s, while reading them in parallel takes 0.4 s, most of it for the promises.
 * So at most one file is open at a time, and whatever else waits gets its turn every few milliseconds.
 */
export async function readFilesBelow(
  root: string,
  known: ReadonlySet<string>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<(Source | FileProblem)[]> {
  const reader = new Reader(root, known);
  const found: (Source | FileProblem)[] = [];
  let turn = Date.now();
  for (const path of paths) {
    if (Date.now() - turn > 10) {
      await setImmediate();
      turn = Date.now();
    }
    signal.throwIfAborted();
    found.push(reader.read(path));
  }
  return found;
}

class Reader {
  readonly #root: string;
  readonly #known: ReadonlySet<string>;
  /** by folder: whether it is where its name says, no link on the way */
  readonly #straight = new Map<string, boolean>();
  #scratch = Buffer.allocUnsafe(64 << 10);
  #total = 0;

  constructor(root: string, known: ReadonlySet<string>) {
    this.#root = root;
    this.#known = known;
  }

  read(path: string): Source | FileProblem {
    if (!this.#known.has(path)) return { path, problem: fileNotFound(path) };
    try {
      const bytes = this.#bytes(path, this.#isStraight(dirname(path)) ? join(this.#root, path) : this.#target(path));
      return Buffer.isBuffer(bytes) ? decode(path, bytes) : { path, problem: bytes };
    } catch (error) {
      return { path, problem: isSystemError(error) && error.code === 'ENOENT' ? fileNotFound(path) : fileUnreadable(path, error) };
    }
  }

  #isStraight(folder: string): boolean {
    let straight = this.#straight.get(folder);
    if (straight === undefined) {
      const named = join(this.#root, folder);
      straight = realpathSync.native(named) === named;
      this.#straight.set(folder, straight);
    }
    return straight;
  }

  /** Where the links on the way to `path` lead: only to another file under review, never out of them (a link to .git/config would show a token). */
  #target(path: string): string | Problem {
    const real = realpathSync.native(join(this.#root, path));
    const inside = relative(this.#root, real).replaceAll(sep, '/');
    if (inside.startsWith('../') || inside === '..' || inside === '.git' || inside.startsWith('.git/')) return pathOutside(path);
    return this.#known.has(inside) ? real : fileNotFound(path);
  }

  #bytes(path: string, at: string | Problem): Buffer | Problem {
    if (typeof at !== 'string') return at;
    let file: number;
    try {
      // NONBLOCK: opening a pipe would wait for its writer.
      file = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ELOOP') throw error;
      const target = this.#target(path);
      if (target === at) throw error;
      return this.#bytes(path, target);
    }
    try {
      const { size } = this.#regular(file);
      if (size > FILE_LIMIT) return fileTooLarge(path, size, FILE_LIMIT);
      if (this.#total + size > TOTAL_LIMIT) return readLimit(path, TOTAL_LIMIT);
      if (size > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(size);
      let length = 0;
      for (let got = -1; got !== 0 && length < size; length += got) got = readSync(file, this.#scratch, length, size - length, null);
      this.#total += length;
      return this.#scratch.subarray(0, length);
    } finally {
      closeSync(file);
    }
  }

  #regular(file: number) {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(stat.isDirectory() ? 'it is a folder' : 'it is a pipe, a socket or a device');
    return stat;
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;
