import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a folder for this user alone, with those above it that are missing. Step by step: where nothing can be made (/proc), Node's own recursive way never ends. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}
