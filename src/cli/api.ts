import type { Command } from 'commander';
import { openCounter } from '../api/plugins/rate-limit.ts';
import { listen, openServer } from '../api/server.ts';
import { readConfig, tracesExporter } from '../config.ts';
import { openLog } from '../log.ts';
import { openQueue } from '../queue/queue.ts';
import { configuredKeys, repositoryDeps } from '../repositories/from-config.ts';
import { openStore } from '../store/store.ts';
import { openTracer } from '../telemetry.ts';
import type { Host } from './host.ts';
import { aborted, endWithin, portOf } from './listening.ts';

interface Options {
  readonly host?: string;
  readonly port?: number;
}

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('[options]')
    .option('--host <address>', 'where to listen (default: AI_AGENTS_HOST, or 0.0.0.0)')
    .option('--port <number>', 'the port; 0 takes any that is free (default: AI_AGENTS_PORT, or 8000)', portOf)
    .addHelpText('after', '\nNeeds AI_AGENTS_DATABASE_URL, migrated (`ai-agents migrate`). All settings: docs/configuration.md')
    .action(async (options: Options) => exit(await run(options, host)));
}

async function run(options: Options, host: Host): Promise<number> {
  host.catchInterrupts();
  const config = readConfig(['databaseUrl']);
  const log = openLog(config.logLevel, { write: (line) => void host.stderr.write(line) });
  await using tracer = await openTracer(tracesExporter(), 'ai-agents-api');
  await using store = await openStore({ url: config.databaseUrl!, maxConnections: config.databaseConnections });
  await using queue = openQueue(store, config.redisUrl, (error) => log.warn({ err: error }, 'the queue is in trouble'));
  const counter =
    config.redisUrl === undefined ? undefined : await openCounter(config.redisUrl, (error) => log.warn({ err: error }, 'requests are not counted'));
  const server = await openServer(
    { store, queue, repositories: repositoryDeps(config, store, false), sealingKeys: configuredKeys(config), reviewAttempts: config.reviewAttempts },
    { log, rate: { perMinute: config.rateLimit, redis: counter }, tracer, drainSeconds: 5 },
  );
  try {
    // It listens before anybody knows whether the database is there: /health/ready says so, and a restart would not help.
    const address = await listen(server, options.host ?? config.host ?? '0.0.0.0', options.port ?? config.port);
    log.info({ address }, 'listening');
    await aborted(host.signal);
    endWithin(15, log);
  } finally {
    await server.close();
    counter?.disconnect();
  }
  return 0;
}
