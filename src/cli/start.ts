import { inspect } from 'node:util';
import { nodeTooOld } from '../errors.ts';
import type { Host } from './host.ts';

const COULD_NOT = 2;

/** What is loaded once it is known that this Node can run it. */
export interface Program {
  main(args: readonly string[], host: Host): Promise<number>;
  thisProcess(): Host;
}

/** Runs this process's command line and sets its exit code. */
export async function start(load: () => Program | Promise<Program>): Promise<void> {
  // Node itself would exit with 1, which says "not approved".
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${inspect(error)}\n`);
    process.exit(COULD_NOT);
  });

  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 18)) {
    const { code, message, hint } = nodeTooOld(process.versions.node);
    process.stderr.write(`${code}: ${message}\n${hint}\n`);
    process.exitCode = COULD_NOT;
    return;
  }
  const { main, thisProcess } = await load();
  process.exitCode = await main(process.argv.slice(2), thisProcess());
}
