import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import description from '../../package.json' with { type: 'json' };
import { migrate, schemaTrouble } from './migrate.ts';
import type { Store } from './store.ts';

/** Migrates unless this version of the program has done so in this data folder: finding out that nothing is to be done takes a tenth of the start. */
export async function migrateOnce(store: Store, folder: string): Promise<void> {
  const mark = join(folder, 'migrated-by');
  const mine = `${description.version} ${description.dependencies.bullmq}`;
  if ((await readFile(mark, 'utf8').catch(() => '')) === mine && (await schemaTrouble(store)) === undefined) return;
  await migrate(store);
  await writeFile(mark, mine);
}
