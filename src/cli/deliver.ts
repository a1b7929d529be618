import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { outputFailed } from '../errors.ts';
import type { Host } from './host.ts';

/**
 * Writes a report to `file`, or to standard output when none is named.
 * @throws Problem OUTPUT_FAILED; what stood in the file before is still there then
 */
export async function deliver(text: string, file: string | undefined, host: Host): Promise<void> {
  try {
    if (file === undefined) await host.stdout.write(text);
    else replace(resolve(host.cwd, file), text);
  } catch (error) {
    throw outputFailed(file ?? 'standard output', error);
  }
}

/**
 * Puts a whole file in the place of another at once: nobody ever reads half of it. What is no file (a pipe, /dev/stdout) is written to.
 * All of it is synchronous, so that Ctrl-C falls before or after.
 */
function replace(named: string, text: string): void {
  const before = statSync(named, { throwIfNoEntry: false });
  if (before && !before.isFile()) {
    writeFileSync(named, text);
    return;
  }
  const file = before ? realpathSync(named) : named; // a link stays, and what it points to is replaced
  const beside = join(dirname(file), `.ai-agents-${randomBytes(6).toString('hex')}.tmp`);
  const whileWriting = () => {};
  process.on('SIGINT', whileWriting).on('SIGTERM', whileWriting); // without a listener, a signal would end the process here
  try {
    const opened = openSync(beside, 'wx', 0o666);
    try {
      if (before) fchmodSync(opened, before.mode & 0o7777);
      writeFileSync(opened, text);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    process.off('SIGINT', whileWriting).off('SIGTERM', whileWriting);
  }
}
