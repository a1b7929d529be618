import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Host } from './host.ts';
import { aborted, portOf } from './listening.ts';

interface Options {
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
}

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('[options]')
    .option('--data <folder>', 'where the database and clones are kept (default: AI_AGENTS_DATA, or the state folder)')
    .option('--host <address>', 'where to listen (default: AI_AGENTS_HOST, or 127.0.0.1)')
    .option('--port <number>', 'the port; 0 takes any that is free (default: AI_AGENTS_PORT, or 8000)', portOf)
    .addHelpText('after', '\nAPI, worker and database in one process for one machine. Ctrl-C stops it; what was under way goes on at the next start.')
    .action(async (options: Options) => exit(await run(options, host)));
}

async function run(options: Options, host: Host): Promise<number> {
  host.catchInterrupts();
  const [{ readConfig }, { openLog }, { serve }] = await Promise.all([import('../config.ts'), import('../log.ts'), import('../serve.ts')]);
  const config = readConfig();
  await using serving = await serve(
    {
      ...config,
      dataFolder: resolve(host.cwd, options.data ?? config.dataFolder),
      host: options.host ?? config.host,
      port: options.port ?? config.port,
    },
    openLog(config.logLevel, { write: (line) => void host.stderr.write(line) }),
  );
  const token = serving.firstToken === undefined ? '' : `A first token, shown this once: ${serving.firstToken}\n`;
  await host.stdout.write(`ai-agents is ready at ${serving.address} (what it does: ${serving.address}/docs)\n${token}`);
  await aborted(host.signal);
  return 0;
}
