import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { migrate } from '../store/migrate.ts';
import { openStore } from '../store/store.ts';
import type { Host } from './host.ts';

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .addHelpText(
      'after',
      `
Works as the owner of the tables: AI_AGENTS_DATABASE_OWNER_URL, else AI_AGENTS_DATABASE_URL. Many may run at a time, and again and again: one does
it, the others find it done. The version before can go on working on a database of this one.`,
    )
    .action(async () => exit(await run(host)));
}

async function run(host: Host): Promise<number> {
  const config = readConfig();
  const { databaseUrl } = config.databaseOwnerUrl === undefined ? readConfig(['databaseUrl']) : config;
  await using store = await openStore({ url: (config.databaseOwnerUrl ?? databaseUrl)!, maxConnections: 2 });
  const steps = await migrate(store);
  await host.stdout.write(steps.length > 0 ? steps.map((step) => `${step}\n`).join('') : 'nothing to do\n');
  return 0;
}
