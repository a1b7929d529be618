import { type Api, ApiError } from './api.ts';
import { KIND, pathOf } from './discovery.ts';
import { execIn } from './exec.ts';
import { valueAt } from './object.ts';
import type { NodeView, Questions } from './scene.ts';

const LOG_LINES = 60;
const LOG_BYTES = 64 * 1024;

/**
 * What a diagnosis may ask of a cluster; everything only reads. Credentials that may not ask get the empty answer: a cause is then named with less
 * detail, not never.
 */
export const questionsTo = (api: Api, signal: AbortSignal): Questions => ({
  async logs({ metadata }, container, previous) {
    const path = `${pathOf(KIND.pod, metadata.namespace, metadata.name)}/log`;
    return orElse('', async () => (await api.ask(path, { query: { container, previous, tailLines: LOG_LINES, limitBytes: LOG_BYTES }, signal })).text);
  },
  async listening({ metadata }, container) {
    // The only way to see 127.0.0.1 sockets from outside; an image without `cat` cannot be asked.
    try {
      const { code, stdout } = await execIn(api, metadata.namespace!, metadata.name, container, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], 5_000, signal);
      return code === 0 || stdout !== '' ? socketsIn(stdout) : null;
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  },
  async nodes() {
    const { items } = await orElse({ items: [] }, () => api.json<{ items: unknown[] }>(pathOf(KIND.node, undefined), { signal }));
    return items.map(
      (node): NodeView => ({
        name: String(valueAt(node, 'metadata', 'name')),
        allocatable: (valueAt(node, 'status', 'allocatable') ?? {}) as Record<string, string>,
        labels: (valueAt(node, 'metadata', 'labels') ?? {}) as Record<string, string>,
        architecture: String(valueAt(node, 'status', 'nodeInfo', 'architecture')),
        images: ((valueAt(node, 'status', 'images') ?? []) as { names?: string[] }[]).flatMap(({ names }) => names ?? []),
      }),
    );
  },
  async storageClasses() {
    const { items } = await orElse({ items: [] }, () =>
      api.json<{ items: { metadata: { name: string } }[] }>(pathOf(KIND.storageClass, undefined), { signal }),
    );
    return items.map(({ metadata }) => metadata.name);
  },
  async serviceAnswers({ metadata, spec }, port) {
    const scheme = spec?.ports?.find((each) => each.port === port)?.name?.startsWith('https') ? 'https:' : '';
    const { status, text } = await api.send(`${pathOf(KIND.service, metadata.namespace)}/${scheme}${metadata.name}:${port}/proxy/`, { signal, patience: 0 });
    const refused = status >= 500 && /connection refused/.test(text);
    if (!refused && status === 403) throw new ApiError(status, text);
    return { refused, says: `HTTP ${status}${status >= 400 ? `: ${text.slice(0, 200)}` : ''}` };
  },
});

/** What the API server refuses to answer is answered with nothing; a server that is gone is another matter. */
async function orElse<T>(nothing: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError) return nothing;
    throw error;
  }
}

/** Listening sockets in the words of /proc/net/tcp and tcp6 (proc_net_tcp in the kernel's documentation): hexadecimal, bytes of each word reversed. */
export function socketsIn(table: string): readonly { port: number; address: string }[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    if (state !== '0A' || !/^[0-9A-F]+$/.test(address)) return [];
    return [{ port: Number.parseInt(port, 16), address: addressOf(address) }];
  });
}

function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) =>
    word
      .match(/../g)!
      .reverse()
      .map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255) return bytes.slice(12).join('.'); // IPv4 in IPv6
  if (bytes.every((byte) => byte === 0)) return '::';
  return bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1 ? '::1' : hex;
}
