import { noWorkTree } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { openCommit } from './commit.ts';
import { findRepository } from './git.ts';
import { openWorkTree } from './work-tree.ts';

/**
 * The files of the repository that `dir` is in: those of the work tree, or of the commit that `ref` names (read from git's objects;
 * nothing is checked out, and a bare repository will do).
 * @throws Problem NOT_A_REPOSITORY, UNKNOWN_REF, NO_WORK_TREE, GIT_MISSING or GIT_FAILED
 */
export async function openCheckout(dir: string, ref: string | undefined, signal: AbortSignal): Promise<Checkout> {
  const repository = findRepository(dir);
  if (ref !== undefined) return openCommit(repository, ref, signal);
  if (repository.bare) throw noWorkTree(dir);
  return openWorkTree(repository, signal);
}
