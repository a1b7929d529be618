#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { nodeTooOld } from '../errors.ts';

const COULD_NOT = 2;

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
} else {
  keepCompiled();
  // Imported now and not above, so that they are compiled once and for all.
  const [{ main }, { thisProcess }] = await Promise.all([import('./program.ts'), import('./host.ts')]);
  process.exitCode = await main(process.argv.slice(2), thisProcess());
}

/**
 * Keeps the compiled program for the next start (10 of 75 ms), in the user's own cache: not in Node's default place, the temporary folder,
 * where somebody else could have put a folder of that name before.
 */
function keepCompiled(): void {
  try {
    module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ai-agents'));
  } catch {
    // a user without a home: it starts as it did the first time
  }
}
