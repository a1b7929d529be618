import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import description from '../../package.json' with { type: 'json' };

const name = 'empty-cluster.tar.gz';

/** Beside the bundle, where the build has put it; in a checkout, where tools keep what they can make again. */
const folder = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL(`../../node_modules/.cache/ai-agents/pglite-${description.dependencies['@electric-sql/pglite']}/`, import.meta.url)
    : new URL('.', import.meta.url),
);

/**
 * A new PostgreSQL data folder as a tar, made once. `initdb` compiled to WebAssembly takes 4 to 5 s of a core, unpacking what it made about one.
 * Undefined where it is neither there nor can be written: then PGlite runs `initdb` itself.
 */
export async function emptyCluster(pglite: typeof PGlite): Promise<Blob | undefined> {
  const made = await readFile(join(folder, name)).catch(() => undefined);
  if (made) return new Blob([made]);
  return writeEmptyCluster(pglite, folder).catch(() => undefined);
}

/** Makes the tar, in a folder. */
export async function writeEmptyCluster(pglite: typeof PGlite, into: string): Promise<Blob> {
  await using database = await pglite.create();
  const tar = await database.dumpDataDir('gzip');
  await mkdir(into, { recursive: true });
  const beside = join(into, `${randomUUID()}.tmp`);
  try {
    await writeFile(beside, Buffer.from(await tar.arrayBuffer()));
    await rename(beside, join(into, name)); // at once: several tests may start together
  } finally {
    await rm(beside, { force: true });
  }
  return tar;
}
