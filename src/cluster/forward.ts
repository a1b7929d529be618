import { PassThrough, Writable } from 'node:stream';
import type { Api } from './api.ts';
import { opening } from './exec.ts';
import { TimeLimit } from './time-limit.ts';

/** What a pod's port said through a port-forward: its first bytes, or why nobody could be reached; nothing when it stayed silent. */
export interface Forwarded {
  readonly bytes: string;
  readonly error: string;
}

/**
 * Sends a text to a pod's port as `kubectl port-forward` does: from inside the pod, where no network policy applies and 127.0.0.1 answers too.
 * @param enough whether what came back needs no more bytes to be judged
 */
export async function forwardTo(
  api: Api,
  { namespace, pod, port }: { namespace: string; pod: string; port: number },
  text: string,
  enough: (bytes: string) => boolean,
  within: number,
  signal: AbortSignal,
): Promise<Forwarded> {
  const { PortForward } = await import('@kubernetes/client-node');
  signal.throwIfAborted();
  api.requests++;
  const done = Promise.withResolvers<void>();
  const said = { bytes: '', error: '' };
  const collect = (what: 'bytes' | 'error', isEnough: (text: string) => boolean) =>
    new Writable({
      write(chunk: Buffer, _encoding, written) {
        said[what] += chunk.toString('utf8');
        if (isEnough(said[what])) done.resolve();
        written();
      },
    });
  using limit = new TimeLimit(signal, within);
  limit.signal.addEventListener('abort', () => done.resolve());
  const input = new PassThrough();
  const [output, errors] = [collect('bytes', enough), collect('error', (error) => error !== '')];
  const opened = opening(new PortForward(api.config).portForward(namespace, pod, [port], output, errors, input), 'pods/portforward', namespace);
  opened.then((socket) => {
    // Without a number of retries the library gives the socket itself.
    if (typeof socket !== 'function') socket.onclose = () => done.resolve();
    input.write(text);
  }, done.reject);
  try {
    await done.promise;
    signal.throwIfAborted();
    return said;
  } finally {
    opened.then((socket) => typeof socket !== 'function' && socket.close()).catch(() => {}); // said already
  }
}
