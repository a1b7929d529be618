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

/**
 * Opens a repository at a ref. The commit is decided here, once: what the branch does later changes nothing.
 * Dispose the answer when the review has ended.
 * @throws Problem REPOSITORY_UNCLEAR, NOT_A_REPOSITORY, and what `cloneCommit` throws
 */
export async function openRepository(
  { tenantId, repository, ref }: RepositoryRequest,
  deps: RepositoryDeps,
  signal: AbortSignal,
): Promise<Checkout & AsyncDisposable> {
  const location = parseLocation(repository);
  if (location.kind === 'local') {
    if (!deps.allowLocal) throw repositoryRefused('a path', 'only `ai-agents serve` reviews repositories of its own machine');
    return Object.assign(await openCheckout(location.path, ref, signal), { [Symbol.asyncDispose]: async () => {} });
  }
  const clone = await cloneCommit(location, ref, tenantId, deps, signal);
  const close = () => clone[Symbol.asyncDispose]();
  try {
    return { ...(await openClone(clone.dir, clone.commit, deps.limits.fileBytes, signal)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The files of a commit in a clone that `cloneCommit` made; a review in a process of its own opens it again by this. */
export async function openClone(dir: string, commit: string, fileBytes: number, signal: AbortSignal): Promise<Checkout> {
  const checkout = await openCheckout(dir, commit, signal);
  return { ...checkout, read: (paths, stop) => readFetched(checkout, paths, fileBytes, stop) };
}

/** Of a clone's files only the large ones are not there, so a missing object says what the same file would say at home. */
async function readFetched(checkout: Checkout, paths: readonly string[], limit: number, signal: AbortSignal) {
  const answers = await checkout.read(paths, signal);
  return answers.map((answer) =>
    'problem' in answer && answer.problem.code === 'OBJECT_MISSING' ? { ...answer, problem: fileLeftOut(answer.path, limit) } : answer,
  );
}
