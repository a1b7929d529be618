import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import type { PGlite } from '@electric-sql/pglite';
import { extract } from 'tar-fs';
import description from '../../package.json' with { type: 'json' };

const name = 'empty-cluster.tar.gz';

/** Beside the bundle, where the build has put it; in a checkout, where tools keep what they can make again. */
const folder = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL(`../../node_modules/.cache/ai-agents/pglite-${description.dependencies['@electric-sql/pglite']}/`, import.meta.url)
    : new URL('.', import.meta.url),
);

/**
 * A new PostgreSQL data folder as a tar, made once. `initdb` compiled to WebAssembly takes 4 to 5 s of a core.
 * Undefined where it is neither there nor can be written: then PGlite runs `initdb` itself.
 */
export async function readEmptyCluster(): Promise<Uint8Array | undefined> {
  const made = await readFile(join(folder, name)).catch(() => undefined);
  return made ?? (await makeEmptyCluster());
}

/** Unpacks it into a new folder, file by file: PGlite, which can do that too, takes 130 MB for it and keeps them. */
export async function unpackEmptyCluster(into: string): Promise<void> {
  const path = join(folder, name);
  if (!existsSync(path) && !(await makeEmptyCluster())) return;
  const beside = `${into}.new`; // so that a folder which is there is whole
  await rm(beside, { recursive: true, force: true });
  await pipeline(createReadStream(path), createGunzip(), extract(beside));
  await rm(into, { recursive: true, force: true });
  await rename(beside, into);
}

async function makeEmptyCluster(): Promise<Uint8Array | undefined> {
  const { PGlite } = await import('@electric-sql/pglite');
  const tar = await writeEmptyCluster(PGlite, folder).catch(() => undefined);
  return tar && new Uint8Array(await tar.arrayBuffer());
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
