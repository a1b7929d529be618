import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fileNotFound, pathOutside } from '../errors.ts';
import type { Checkout } from './checkout.ts';

/**
 * The path below the checkout's root that a user means: seen from each of `bases` in turn, then from the root.
 * @param given a file or a folder
 * @returns '' for the root itself
 * @throws Problem FILE_NOT_FOUND or PATH_OUTSIDE
 */
export function locate(checkout: Checkout, given: string, bases: readonly string[]): string {
  const candidates = [...bases.map(real), checkout.root]
    .map((base) => resolve(base, given))
    .flatMap((path) => [path, real(path)])
    .map((path) => relative(checkout.root, path).replaceAll(sep, '/'));
  const inside = candidates.filter((path) => path !== '..' && !path.startsWith('../') && !/^[a-z]:/i.test(path));
  const found = inside.find((path) => path === '' || checkout.paths.some((each) => each === path || each.startsWith(`${path}/`)));
  if (found !== undefined) return found;
  throw inside.length > 0 ? fileNotFound(given) : pathOutside(given);
}

/** Without the links on the way, as far as it exists: /tmp may be one, and the root is a real path. */
function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
