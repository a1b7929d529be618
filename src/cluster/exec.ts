import { Writable } from 'node:stream';
import type { Api } from './api.ts';
import { TimeLimit } from './time-limit.ts';

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
  signal.throwIfAborted();
  const [stdout, stderr] = [new Collected(), new Collected()];
  api.requests++;
  const outcome = Promise.withResolvers<Status>();
  using limit = new TimeLimit(signal, within);
  limit.signal.addEventListener('abort', () => outcome.reject(new Error(`${command.join(' ')} did not end within ${within} ms`)));
  const opened = opening(
    new Exec(api.config).exec(namespace, pod, container, [...command], stdout, stderr, null, false, (status) => outcome.resolve(status as Status)),
    'pods/exec',
    namespace,
  );
  // A server that takes the connection and says nothing would keep it from opening for ever.
  opened.then((socket) => (socket.onclose = () => outcome.reject(new Error('the connection was closed before the command ended'))), outcome.reject);
  try {
    const { status, details, message } = await outcome.promise;
    const code = status === 'Success' ? 0 : Number(details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
    return { code: Number.isNaN(code) ? undefined : code, stdout: stdout.text, stderr: stderr.text || (code === 0 ? '' : (message ?? '')) };
  } finally {
    void opened.then((socket) => socket.close()).catch(() => {}); // said by the outcome already
  }
}

/** A connection of the client library, whose failure is an Error: the library rejects with the event of a socket. */
export const opening = <T>(connection: Promise<T>, resource: string, namespace: string): Promise<T> =>
  connection.catch((failure: unknown) => {
    const message = failure instanceof Error ? failure.message : String((failure as { message?: unknown }).message ?? failure);
    throw /\b403\b/.test(message)
      ? new Error(`these credentials may not create ${resource} in namespace ${namespace}`)
      : new Error(`no connection through ${resource}: ${message}`, { cause: failure });
  });

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
