import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolderInUse, dataFolderUnusable } from './errors.ts';
import { makeFolder } from './make-folder.ts';

/**
 * Takes a data folder for this process alone, until disposed: two that wrote one embedded database would destroy it.
 * @throws Problem DATA_FOLDER_IN_USE, DATA_FOLDER_UNUSABLE
 */
export async function takeDataFolder(folder: string): Promise<AsyncDisposable> {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw dataFolderUnusable(folder, cause);
  }
  const path = join(folder, 'in-use-by');
  for (;;) {
    try {
      await writeFile(path, await nameOf(process.pid), { flag: 'wx', mode: 0o600 });
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw dataFolderUnusable(folder, error);
    }
    const owner = await readFile(path, 'utf8').catch(() => '');
    const pid = Number.parseInt(owner, 10);
    if (pid > 0 && (await isRunning(pid)) && (await nameOf(pid)) === owner) throw dataFolderInUse(folder, pid);
    await rm(path, { force: true }); // its process was killed
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The process and when it started, where the system tells, so that another one with the same number later is not taken for it. */
async function nameOf(pid: number): Promise<string> {
  // proc(5): the start time is field 22, counted after the name in brackets, which may hold anything
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
