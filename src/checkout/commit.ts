import { type FileProblem, fileNotFound, fileTooLarge, fileUnreadable, objectMissing, Problem, pathOutside, readLimit, unknownRef } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { decode, FILE_LIMIT, TOTAL_LIMIT } from './decode.ts';
import { git, type Repository } from './git.ts';
import type { Source } from './source.ts';

/** The files of one commit, from git's objects. */
export async function openCommit(repository: Repository, ref: string, signal: AbortSignal): Promise<Checkout> {
  const commit = await resolve(repository, ref, signal);
  const files = parseTree(await git(repository, 'list the files of the commit', ['ls-tree', '-r', '-z', '--full-tree', commit], signal));
  return {
    root: repository.root,
    commit,
    dirty: false,
    paths: Array.from(files.keys()),
    read: (paths, stop) => new TreeReader(repository, commit, files, stop).read(paths),
  };
}

async function resolve(repository: Repository, ref: string, signal: AbortSignal): Promise<string> {
  if (ref.startsWith('-') || ref.includes('\0')) throw unknownRef(ref); // no name of a commit starts so, but an option does
  try {
    const printed = await git(repository, 'find the commit', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], signal);
    const commit = printed.toString().trim();
    if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
    throw unknownRef(ref);
  } catch (error) {
    throw error instanceof Problem && error.code === 'GIT_FAILED' ? unknownRef(ref, error) : error;
  }
}

interface TreeFile {
  readonly object: string;
  readonly link: boolean;
}

/** What `ls-tree -r` says, in its order, which is that of the paths' bytes: `MODE TYPE OBJECT<tab>PATH`. Submodules are commits, not blobs. */
function parseTree(bytes: Buffer): Map<string, TreeFile> {
  const files = new Map<string, TreeFile>();
  for (const line of bytes.toString('utf8').split('\0')) {
    const tab = line.indexOf('\t');
    const [mode, type, object] = line.slice(0, tab).split(' ');
    if (type === 'blob' && object) files.set(line.slice(tab + 1), { object, link: mode === '120000' });
  }
  return files;
}

/** Most bytes of a link's target (PATH_MAX), and most links on the way to one file, as in Linux. */
const TARGET_LIMIT = 4096;
const MAX_HOPS = 40;
/** Bytes that are asked of git at once. */
const PORTION = 16 << 20;

class TreeReader {
  readonly #repository: Repository;
  readonly #commit: string;
  readonly #files: ReadonlyMap<string, TreeFile>;
  readonly #signal: AbortSignal;

  constructor(repository: Repository, commit: string, files: ReadonlyMap<string, TreeFile>, signal: AbortSignal) {
    this.#repository = repository;
    this.#commit = commit;
    this.#files = files;
    this.#signal = signal;
  }

  async read(paths: readonly string[]): Promise<(Source | FileProblem)[]> {
    const links = paths.some((path) => this.#files.get(path)?.link) ? await this.#links() : new Map<string, string>();
    const named = paths.map((path) => this.#target(path, links));
    const sizes = await this.#sizes(named.filter((each) => typeof each === 'string'));
    const found: (Source | FileProblem)[] = [];
    for (const portion of portions(withinLimits(paths, named, sizes), sizes)) {
      const blobs = await this.#blobs(portion.filter((each) => typeof each === 'string'));
      for (const each of portion) {
        const path = paths[found.length]!;
        found.push(typeof each === 'string' ? decode(path, blobs.get(each)!) : { path, problem: each });
      }
    }
    return found;
  }

  /** The object that `path` names, links followed inside the commit. */
  #target(path: string, links: ReadonlyMap<string, string>): string | Problem {
    const file = this.#files.get(path);
    if (!file) return fileNotFound(path);
    if (!file.link) return file.object;
    const done: string[] = [];
    const todo = path.split('/').reverse();
    for (let hops = 0; todo.length > 0; ) {
      const step = todo.pop()!;
      if (step === '' || step === '.') continue;
      if (step === '..' && done.pop() === undefined) return pathOutside(path);
      if (step === '..') continue;
      done.push(step);
      const link = links.get(done.join('/'));
      if (link === undefined) continue;
      if (link.startsWith('/')) return pathOutside(path);
      if (++hops > MAX_HOPS) return fileUnreadable(path, new Error('its links go round in a circle'));
      done.pop();
      todo.push(...link.split('/').reverse());
    }
    const end = done.join('/');
    if (end === '.git' || end.startsWith('.git/')) return pathOutside(path);
    return this.#files.get(end)?.object ?? fileNotFound(path);
  }

  /** Where every link of the commit points to. */
  async #links(): Promise<Map<string, string>> {
    const links = Array.from(this.#files).filter(([, { link }]) => link);
    const sizes = await this.#sizes(links.map(([, { object }]) => object));
    const readable = links.filter(([, { object }]) => (sizes.get(object) ?? Infinity) <= TARGET_LIMIT);
    const blobs = await this.#blobs(readable.map(([, { object }]) => object));
    return new Map(readable.map(([path, { object }]) => [path, blobs.get(object)!.toString('utf8')]));
  }

  /** Bytes of each object that is there. */
  async #sizes(objects: readonly string[]): Promise<Map<string, number>> {
    try {
      return await this.#measure(objects);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'GIT_FAILED') throw error;
      const missing = await this.#missing();
      return await this.#measure(objects.filter((object) => !missing.has(object)));
    }
  }

  async #measure(objects: readonly string[]): Promise<Map<string, number>> {
    if (objects.length === 0) return new Map();
    const input = `${objects.join('\n')}\n`;
    const printed = await git(this.#repository, 'measure the files', ['cat-file', '--batch-check=%(objectname) %(objectsize)'], this.#signal, { input });
    return new Map(Array.from(printed.toString('latin1').matchAll(/^([0-9a-f]+) ([0-9]+)$/gm), ([, object, size]) => [object!, Number(size)]));
  }

  /** What a partial clone left away: `cat-file` gives up at the first such object instead of naming it. */
  async #missing(): Promise<Set<string>> {
    const args = ['rev-list', '--objects', '--no-object-names', '--missing=print', '--max-count=1', this.#commit];
    const printed = await git(this.#repository, 'list what is missing', args, this.#signal);
    return new Set(Array.from(printed.toString('latin1').matchAll(/^\?([0-9a-f]+)$/gm), ([, object]) => object!));
  }

  /** The content of objects that are there. */
  async #blobs(objects: readonly string[]): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    if (objects.length === 0) return found;
    const once = Array.from(new Set(objects));
    const printed = await git(this.#repository, 'read the files', ['cat-file', '--batch=%(objectsize)'], this.#signal, { input: `${once.join('\n')}\n` });
    let at = 0;
    for (const object of once) {
      const start = printed.indexOf('\n', at) + 1;
      const end = start + Number(printed.toString('latin1', at, start - 1));
      found.set(object, printed.subarray(start, end));
      at = end + 1;
    }
    return found;
  }
}

/** Each object that may be read, or why not. */
function withinLimits(paths: readonly string[], named: readonly (string | Problem)[], sizes: ReadonlyMap<string, number>): (string | Problem)[] {
  let total = 0;
  return named.map((object, at) => {
    if (typeof object !== 'string') return object;
    const path = paths[at]!;
    const size = sizes.get(object);
    if (size === undefined) return objectMissing(path);
    if (size > FILE_LIMIT) return fileTooLarge(path, size, FILE_LIMIT);
    if (total + size > TOTAL_LIMIT) return readLimit(path, TOTAL_LIMIT);
    total += size;
    return object;
  });
}

/** The same list in pieces, so that git's answers are never all in memory beside the texts. */
function* portions(objects: readonly (string | Problem)[], sizes: ReadonlyMap<string, number>): Generator<(string | Problem)[]> {
  let portion: (string | Problem)[] = [];
  let bytes = 0;
  for (const object of objects) {
    const size = typeof object === 'string' ? sizes.get(object)! : 0;
    if (bytes + size > PORTION) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(object);
    bytes += size;
  }
  yield portion;
}
