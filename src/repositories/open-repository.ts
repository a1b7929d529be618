import type { Checkout } from '../checkout/checkout.ts';
import { openCheckout } from '../checkout/open.ts';
import { fileLeftOut, repositoryRefused } from '../errors.ts';
import { type CloneDeps, cloneCommit } from './clone.ts';
import { parseLocation } from './location.ts';

export interface RepositoryRequest {
  readonly tenantId: string;
  /** see `parseLocation` for what is understood */
  readonly repository: string;
  /** a branch, a tag, `refs/…` or a whole commit id */
  readonly ref: string;
}

export interface RepositoryDeps extends CloneDeps {
  /** whether paths of this machine may be reviewed: under `serve` only */
  readonly allowLocal: boolean;
}

/** Where the files of a commit can be read without the network. Dispose it when the review has ended. */
export interface Fetched extends AsyncDisposable {
  readonly dir: string;
  readonly ref: string;
  /** larger files were not fetched; undefined when nothing was left out */
  readonly fileBytes: number | undefined;
}

/**
 * Brings a repository's commit to this machine, if it is not there. Of a clone the commit is decided here, once: what the branch does later
 * changes nothing.
 * @throws Problem REPOSITORY_UNCLEAR, and what `cloneCommit` throws
 */
export async function fetchRepository({ tenantId, repository, ref }: RepositoryRequest, deps: RepositoryDeps, signal: AbortSignal): Promise<Fetched> {
  const location = parseLocation(repository);
  if (location.kind === 'local') {
    if (!deps.allowLocal) throw repositoryRefused('a path', 'only `ai-agents serve` reviews repositories of its own machine');
    return { dir: location.path, ref, fileBytes: undefined, [Symbol.asyncDispose]: async () => {} };
  }
  const clone = await cloneCommit(location, ref, tenantId, deps, signal);
  return { dir: clone.dir, ref: clone.commit, fileBytes: deps.limits.fileBytes, [Symbol.asyncDispose]: () => clone[Symbol.asyncDispose]() };
}

/** The files of what `fetchRepository` brought; in another process too. */
export async function openFetched({ dir, ref, fileBytes }: Omit<Fetched, keyof AsyncDisposable>, signal: AbortSignal): Promise<Checkout> {
  const checkout = await openCheckout(dir, ref, signal);
  return fileBytes === undefined ? checkout : { ...checkout, read: (paths, stop) => readFetched(checkout, paths, fileBytes, stop) };
}

/**
 * Opens a repository at a ref, in this process. Dispose the answer when the review has ended.
 * @throws Problem NOT_A_REPOSITORY, UNKNOWN_REF, and what `fetchRepository` throws
 */
export async function openRepository(request: RepositoryRequest, deps: RepositoryDeps, signal: AbortSignal): Promise<Checkout & AsyncDisposable> {
  const fetched = await fetchRepository(request, deps, signal);
  const close = () => fetched[Symbol.asyncDispose]();
  try {
    return { ...(await openFetched(fetched, signal)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of a clone's files only the large ones are not there, so a missing object says what the same file would say at home. */
async function readFetched(checkout: Checkout, paths: readonly string[], limit: number, signal: AbortSignal) {
  const answers = await checkout.read(paths, signal);
  return answers.map((answer) =>
    'problem' in answer && answer.problem.code === 'OBJECT_MISSING' ? { ...answer, problem: fileLeftOut(answer.path, limit) } : answer,
  );
}
