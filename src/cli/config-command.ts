import type { Command } from 'commander';
import { readConfig, showConfig } from '../config.ts';
import type { Host } from './host.ts';

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command.addHelpText('after', '\nAll settings, and what they mean: docs/configuration.md').action(async () => {
    await host.stdout.write(showConfig(readConfig()));
    exit(0);
  });
}
