import type { FileProblem } from '../errors.ts';
import type { Source } from './source.ts';

/** The files under review, at one state of one repository. */
export interface Checkout {
  /** absolute path of the repository's top folder */
  readonly root: string;
  /** the commit that was read, or that the work tree is based on; null before the first commit, and outside a repository */
  readonly commit: string | null;
  /** whether the work tree differs from `commit`; never so when a ref was named */
  readonly dirty: boolean;
  /** paths below `root` with `/`, in byte order: tracked files and untracked ones that git does not ignore */
  readonly paths: readonly string[];
  /**
   * Reads files, several at a time.
   * @returns one Source or FileProblem (FILE_NOT_FOUND, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_NOT_TEXT, PATH_OUTSIDE) for each path
   */
  read(paths: readonly string[], signal: AbortSignal): Promise<readonly (Source | FileProblem)[]>;
}
