import { type Command, Option } from 'commander';
import { type Config, readConfig, tracesExporter } from '../config.ts';
import { openLog } from '../log.ts';
import { openQueue } from '../queue/queue.ts';
import { repositoryDeps } from '../repositories/from-config.ts';
import { ReviewProcesses } from '../review/review-processes.ts';
import { startReviewWorker } from '../review-worker.ts';
import { openStore } from '../store/store.ts';
import { openTracer } from '../telemetry.ts';
import { isAlive, isReady } from '../worker/probe.ts';
import type { Host } from './host.ts';
import { aborted, endWithin } from './listening.ts';

interface Options {
  readonly probe?: 'live' | 'ready';
}

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('[options]')
    .addOption(new Option('--probe <what>', 'ask the worker of this machine how it is, by its files, and exit with 0 or 1').choices(['live', 'ready']))
    .addHelpText(
      'after',
      `
Needs AI_AGENTS_DATABASE_URL, migrated (\`ai-agents migrate\`). SIGTERM lets its reviews go on for AI_AGENTS_WORKER_GRACE seconds, then hands
them back. All settings: docs/configuration.md`,
    )
    .action(async ({ probe }: Options) => exit(probe ? await answer(probe, readConfig(), host) : await run(host)));
}

async function answer(probe: 'live' | 'ready', { workerHeartbeat, workerReady }: Config, host: Host): Promise<number> {
  const yes = probe === 'live' ? await isAlive(workerHeartbeat) : await isReady(workerReady, workerHeartbeat);
  if (!yes) await host.stderr.write(`the worker is not ${probe}: see ${probe === 'live' ? workerHeartbeat : workerReady}\n`);
  return yes ? 0 : 1;
}

async function run(host: Host): Promise<number> {
  host.catchInterrupts();
  const config = readConfig(['databaseUrl']);
  const log = openLog(config.logLevel, { write: (line) => void host.stderr.write(line) });
  await using tracer = await openTracer(tracesExporter(), 'ai-agents-worker');
  await using store = await openStore({ url: config.databaseUrl!, maxConnections: config.databaseConnections });
  await using queue = openQueue(store, config.redisUrl, (error) => log.warn({ err: error }, 'the queue is in trouble'));
  await using processes = new ReviewProcesses(config.reviewMemory);
  const repositories = repositoryDeps(config, store, false);
  const worker = startReviewWorker(config, {
    store,
    queue,
    repositories,
    processes,
    log,
    tracer,
    graceSeconds: config.workerGrace,
    heartbeat: config.workerHeartbeat,
    ready: config.workerReady,
  });
  log.info({ worker: worker.id }, 'working');
  await aborted(host.signal);
  log.info({ worker: worker.id }, 'stopping');
  endWithin(config.workerGrace + 8, log);
  await worker.stop();
  return 0;
}
