import { readdirSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileUnreadable, folderTooLarge } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { decode } from './decode.ts';
import { readFilesBelow } from './work-tree.ts';

const MOST_FILES = 100_000;

/**
 * Folders that are in no repository, as they lie on the disk: all of their files, without what `.git` and `node_modules` hold and without links.
 * @param root above all of them; paths are shown from there
 * @throws Problem FILE_UNREADABLE or FOLDER_TOO_LARGE
 */
export function openFolders(root: string, folders: readonly string[]): Checkout {
  const top = realpathSync.native(root);
  const paths = new Set<string>();
  const waiting = folders.map((folder) => relative(top, realpathSync.native(folder)).replaceAll(sep, '/')).map((below) => (below === '' ? '' : `${below}/`));
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of entriesOf(join(top, below), below || root)) {
      if (entry.isFile()) paths.add(below + entry.name);
      else if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules') waiting.push(`${below}${entry.name}/`);
    }
    if (paths.size + waiting.length > MOST_FILES) throw folderTooLarge(below || root, MOST_FILES);
  }
  const sorted = Array.from(paths).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return { root: top, commit: null, dirty: false, paths: sorted, read: (wanted, signal) => readFilesBelow(top, paths, wanted, signal) };
}

function entriesOf(folder: string, name: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileUnreadable(name, error);
  }
}

/** What was piped in, as the only file of a checkout. */
export function openText(path: string, bytes: Buffer): Checkout {
  return { root: '/', commit: null, dirty: false, paths: [path], read: async (wanted) => wanted.map(() => decode(path, bytes)) };
}
