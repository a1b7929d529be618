import { execFile } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gitFailed, gitMissing, notARepository } from '../errors.ts';

/** A repository as git is told of it: named outright, so that git neither searches for one nor believes `core.worktree`. */
export interface Repository {
  /** absolute, without symbolic links: the top folder, or the repository itself when it is bare */
  readonly root: string;
  readonly gitDir: string;
  readonly bare: boolean;
}

/**
 * The repository that `dir` is in.
 * @throws Problem NOT_A_REPOSITORY
 */
export function findRepository(dir: string): Repository {
  let at: string;
  try {
    at = realpathSync.native(dir);
    if (!statSync(at).isDirectory()) throw notARepository(dir);
  } catch {
    throw notARepository(dir);
  }
  if (['HEAD', 'objects', 'refs'].every((name) => existsSync(join(at, name)))) return { root: at, gitDir: at, bare: true };
  for (;;) {
    const gitDir = join(at, '.git');
    // A file is a linked work tree or a submodule; a folder without HEAD is nothing, and git would go on upwards too.
    if (existsSync(join(gitDir, 'HEAD')) || statSync(gitDir, { throwIfNoEntry: false })?.isFile()) return { root: at, gitDir, bare: false };
    const parent = dirname(at);
    if (parent === at) throw notARepository(dir);
    at = parent;
  }
}

// A repository's own configuration is text under review, and much of it names programs. These settings win over it.
const SAFE = [
  'core.fsmonitor=false', // a program that `status` and `ls-files` start
  'core.hooksPath=/dev/null',
  'core.trustctime=true', // with the next: a changed file is seen as changed
  'core.checkStat=default',
];

const TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 256 << 20;

/**
 * Runs git on a repository and gives what it printed. Only for commands that read: nothing is written, fetched or started.
 * @param config settings for this call, beyond the safe ones, as `name=value`
 * @throws Problem NOT_A_REPOSITORY, GIT_MISSING or GIT_FAILED; the signal's reason when it is aborted
 */
export async function git(
  repository: Repository,
  task: string,
  args: readonly string[],
  signal: AbortSignal,
  { input = '', config = [] }: { input?: string; config?: readonly string[] } = {},
): Promise<Buffer> {
  signal.throwIfAborted();
  const all = ['--no-pager', '--no-replace-objects', ...[...SAFE, ...config].flatMap((setting) => ['-c', setting]), ...args];
  return new Promise((resolve, reject) => {
    const options = {
      cwd: repository.root,
      env: environment(repository),
      signal,
      encoding: 'buffer',
      maxBuffer: MAX_OUTPUT,
      timeout: TIMEOUT_MS,
    } as const;
    const child = execFile('git', all, { ...options, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (signal.aborted) reject(signal.reason);
      else if (error.code === 'ENOENT') reject(gitMissing(error));
      else reject(failure(repository, task, error, stderr.toString()));
    });
    child.stdin?.on('error', () => {}); // git went away before it read its input: its exit code says so
    child.stdin?.end(input === '' ? undefined : input); // writing nothing would fail, dearly, where git has ended already
  });
}

function failure(repository: Repository, task: string, error: Error & { killed?: boolean }, stderr: string) {
  if (/not a git repository/i.test(stderr)) return notARepository(repository.root);
  const said = stderr
    .split('\n')
    .find((line) => line !== '')
    ?.replace(/^(?:fatal|error): /, '');
  return gitFailed(task, new Error(error.killed ? `no end after ${TIMEOUT_MS / 1000} s or too much output` : (said ?? error.message)));
}

/** The caller's environment without what would point git elsewhere (a hook's GIT_DIR, GIT_INDEX_FILE, ...) or let it start or reach something. */
function environment({ root, gitDir, bare }: Repository): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    GIT_DIR: gitDir,
    ...(bare ? {} : { GIT_WORK_TREE: root }),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0', // or `status` writes the index, and a hook hears of it
    // In a partial clone git fetches what is missing, by a command line that the repository may name.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
  };
}
