import { InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';

/** Reads a port number from the command line. */
export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('expected a number from 0 to 65535.');
  return port;
}

/** Waits for Ctrl-C or SIGTERM. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * Ends the process after so many seconds if it has not ended by itself. A database that is there and does not answer would hold it for minutes;
 * nothing is lost without its answer, because a job that it could not hand back goes to another worker when its lease is over.
 */
export function endWithin(seconds: number, log: Logger): void {
  const end = () => {
    log.warn({ seconds }, 'ended without waiting any longer for what does not answer');
    process.exit(0);
  };
  setTimeout(end, seconds * 1000).unref();
}
