import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Config, tracesExporter } from './config.ts';
import { takeDataFolder } from './data-folder.ts';
import { openQueue } from './queue/queue.ts';
import { migrate, schemaTrouble } from './store/migrate.ts';
import { openStore, type Store } from './store/store.ts';
import { defaultTenant, ensureTenant } from './store/tenants.ts';
import { createToken, listTokens } from './store/tokens.ts';
import { openTracer } from './telemetry.ts';

export interface Serving extends AsyncDisposable {
  /** e.g. `http://127.0.0.1:8000` */
  readonly address: string;
  /** of the first start with this folder: a token with all scopes, which is nowhere else */
  readonly firstToken: string | undefined;
}

/** How long reviews that run may go on when `serve` is stopped, in seconds: a person waits. */
const grace = 2;

/** API and worker in this process, on an embedded database: the whole platform of one machine. */
export async function serve(config: Config, log: Logger): Promise<Serving> {
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    while (closers.length > 0) await closers.pop()!();
  };
  const opened = <T extends AsyncDisposable>(one: T): T => {
    closers.push(() => Promise.resolve(one[Symbol.asyncDispose]()));
    return one;
  };
  try {
    return { ...(await start(config, log, opened)), [Symbol.asyncDispose]: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function start(config: Config, log: Logger, opened: <T extends AsyncDisposable>(one: T) => T): Promise<Omit<Serving, keyof AsyncDisposable>> {
  opened(await takeDataFolder(config.dataFolder));
  const store = opened(await openStore({ folder: join(config.dataFolder, 'database') }));
  // Read while the database starts.
  const [{ listen, openServer }, { configuredKeys, repositoryDeps }, { ReviewProcesses }, { startReviewWorker }] = await Promise.all([
    import('./api/server.ts'),
    import('./repositories/from-config.ts'),
    import('./review/review-processes.ts'),
    import('./review-worker.ts'),
  ]);
  const tracer = await openTracer(tracesExporter(), 'ai-agents');
  if (tracer) opened(tracer);
  const queue = opened(openQueue(store, undefined, (error) => log.warn({ err: error }, 'the queue is in trouble')));
  const repositories = repositoryDeps({ ...config, cacheFolder: config.cacheFolder ?? join(config.dataFolder, 'cache') }, store, true);
  const server = await openServer(
    { store, queue, repositories, sealingKeys: configuredKeys(config), reviewAttempts: config.reviewAttempts },
    { log, rate: { perMinute: config.rateLimit }, tracer },
  );
  await server.ready();
  if ((await schemaTrouble(store)) !== undefined) await migrate(store);
  opened({ [Symbol.asyncDispose]: () => server.close() });
  const firstToken = await makeFirstToken(store, config.dataFolder);
  const processes = opened(new ReviewProcesses(config.reviewMemory));
  opened(
    soon(() => {
      giveBackMemory().catch(() => {}); // it comes back by itself too
      return startReviewWorker(config, { store, queue, repositories, processes, log, tracer, graceSeconds: grace });
    }),
  );
  const { address, port, family } = await listen(server, config.host ?? '127.0.0.1', config.port);
  return { address: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, firstToken };
}

/** Starts something a moment later: the first request should not stand behind the worker's first questions to the one session there is. */
function soon(begin: () => AsyncDisposable): AsyncDisposable {
  let begun: AsyncDisposable | undefined;
  const timer = setTimeout(() => {
    begun = begin();
  }, 100);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await begun?.[Symbol.asyncDispose]();
    },
  };
}

/** What a start leaves behind is 15 MB, and 40 when it made a new folder; V8 would give it back some ten seconds later. */
async function giveBackMemory(): Promise<void> {
  const { Session } = process.getBuiltinModule('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}

/** The first token of a new folder. A mark beside the database says that it was made, so that later starts need not ask. */
async function makeFirstToken(store: Store, folder: string): Promise<string | undefined> {
  const mark = join(folder, 'first-token-made');
  if (existsSync(mark)) return undefined;
  const tenantId = await ensureTenant(store, defaultTenant);
  const known = await listTokens(store, tenantId);
  const made = known.length > 0 ? undefined : await createToken(store, tenantId, { name: 'first', scopes: ['admin'] });
  await writeFile(mark, '');
  return made?.text;
}
