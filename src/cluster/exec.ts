import { Writable } from 'node:stream';
import type { Api } from './api.ts';

export interface Ran {
  /** exit code; undefined when the program could not be started */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT = 64 * 1024;

/**
 * Runs a program in a container. Only for what a proof itself asks: reading sockets, `pg_isready`, `redis-cli ping`, and our own probe pods; never a
 * text from a story.
 */
export async function execIn(
  api: Api,
  namespace: string,
  pod: string,
  container: string,
  command: readonly string[],
  within: number,
  signal: AbortSignal,
): Promise<Ran> {
  const { Exec } = await import('@kubernetes/client-node');
  const [stdout, stderr] = [new Collected(), new Collected()];
  api.requests++;
  const outcome = Promise.withResolvers<Status>();
  const socket = await new Exec(api.config).exec(namespace, pod, container, [...command], stdout, stderr, null, false, (status) =>
    outcome.resolve(status as Status),
  );
  const ended = AbortSignal.any([signal, AbortSignal.timeout(within)]);
  const giveUp = () => outcome.reject(new Error(`${command.join(' ')} did not end within ${within} ms`));
  ended.addEventListener('abort', giveUp, { once: true });
  socket.onclose = () => outcome.reject(new Error('the connection was closed before the command ended'));
  try {
    const { status, details, message } = await outcome.promise;
    const code = status === 'Success' ? 0 : Number(details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
    return { code: Number.isNaN(code) ? undefined : code, stdout: stdout.text, stderr: stderr.text || (code === 0 ? '' : (message ?? '')) };
  } finally {
    ended.removeEventListener('abort', giveUp);
    socket.close();
  }
}

interface Status {
  status?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.text.length < MAX_OUTPUT) this.text += chunk.toString('utf8');
    done();
  }
}
