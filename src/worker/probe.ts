import { stat } from 'node:fs/promises';

/**
 * Seconds after which a heartbeat is too old. A worker whose database hangs waits about a minute for it, twice at most, before its loop turns
 * again; to restart it then would help nobody.
 */
const alive = 180;

/** Whether a worker's loop still turns, by its heartbeat file. Asks nobody, so it says nothing about database or broker. */
export async function isAlive(heartbeat: string, now = Date.now()): Promise<boolean> {
  const touched = await modified(heartbeat);
  return touched !== undefined && Math.abs(now - touched) < alive * 1000;
}

/** Whether a worker is connected and takes jobs, by its readiness file; a dead worker's file counts for nothing. */
export const isReady = async (ready: string, heartbeat: string): Promise<boolean> => (await modified(ready)) !== undefined && (await isAlive(heartbeat));

async function modified(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
