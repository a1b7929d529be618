import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { type BuildOptions, build } from 'esbuild';
import { commands } from './src/cli/commands.ts';
import { writeEmptyCluster } from './src/store/empty-cluster.ts';

/**
 * Everything is bundled, so that a program reads a handful of files instead of hundreds: bench/results.md. Only these stay in node_modules: the
 * one brings files of its own (WebAssembly), the other is large and seldom needed.
 */
const external = ['@electric-sql/pglite', '@kubernetes/client-node'];

const common: BuildOptions = { bundle: true, platform: 'node', target: 'node22.18', external, logLevel: 'warning' };

/** The commands of the platform, and those that read files alone: a program that holds only what it needs starts 20 ms sooner. */
const platform = ['serve', 'api', 'worker', 'migrate', 'token'];
const reading = ['review', 'lint', 'explain'];
const programs = { review: reading, program: commands.map(({ name }) => name).filter((name) => !platform.includes(name)), platform };
/** What a review needs only for a cluster, or for what one has answered: with that it is program.cjs which runs it. */
const ON_A_CLUSTER = /^\.\.\/(?:cluster\/[\w-]+|review\/prover)\.ts$/;

/**
 * One byte a character, as main.cjs reads it: a string of two bytes a character takes twice as long to load. Esbuild escapes what strings hold, and
 * leaves patterns as they are; in those, and in the raw templates that patterns are made of, an escape means the same.
 */
const ascii = (script: string): string => script.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Tells one build of a program from another, so that a start need not read the whole of it for that. */
const buildOf = (name: string): string => crc32(readFileSync(`dist/${name}.cjs`)).toString(16);

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { 'review-process': 'src/review/review-process.ts' }, // a program of its own, which the worker starts
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  // CommonJS packages require Node's own modules
  banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" },
});
// What main.cjs runs: scripts whose value is a function, as src/cli/bundled.ts calls it.
for (const [program, held] of Object.entries(programs)) {
  const file = `dist/${program}.cjs`;
  await build({
    ...common,
    stdin: { contents: "export { thisProcess } from './src/cli/host.ts'; export { main } from './src/cli/program.ts';", resolveDir: '.' },
    outfile: file,
    format: 'cjs',
    supported: { 'dynamic-import': false }, // in a script Node warns of each first one that leaves the bundle; require can do what is left
    define: { 'import.meta.url': 'url' },
    banner: { js: '(function (module, require, url) {' },
    footer: { js: '})' },
    plugins: [
      {
        name: 'what is in another program',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, importer, kind }) => {
            const command = importer.endsWith('src/cli/commands.ts') && !held.includes(path.slice(2, -3).replace(/-command$/, ''));
            const cluster = held === reading && ON_A_CLUSTER.test(path);
            return kind === 'dynamic-import' && (command || cluster) ? { path, namespace: 'elsewhere' } : undefined;
          });
          onLoad({ filter: /.*/, namespace: 'elsewhere' }, ({ path }) => ({ contents: `throw new Error('${path} is in another program')` }));
        },
      },
    ],
  });
  writeFileSync(file, ascii(readFileSync(file, 'utf8')));
}
await build({
  ...common,
  // the second is what an embedded database runs in, as a thread
  entryPoints: { main: 'src/cli/bundled.ts', 'pglite-thread': 'src/store/pglite-thread.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs', // Node starts 5 ms sooner without its loader of modules
  supported: { 'dynamic-import': false },
  define: {
    PLATFORM: JSON.stringify(platform),
    READING: JSON.stringify(reading),
    BUILDS: JSON.stringify(Object.fromEntries(Object.keys(programs).map((program) => [program, buildOf(program)]))),
    'import.meta.url': 'url',
  },
  banner: { js: "const url = require('node:url').pathToFileURL(__filename).href;" },
});
await writeEmptyCluster(PGlite, 'dist');

// So that even the first review starts from code that V8 has kept, where the Node is the one of this build and git can read this checkout.
const story = 'docs/stories/1-6-create-kubernetes-deployment-manifests.md';
if (existsSync('.git') && existsSync(story)) {
  const review = ['dist/main.cjs', 'review', story, '--manifests', 'k8s'];
  const { status, stderr } = spawnSync(process.execPath, review, { env: { ...process.env, XDG_CACHE_HOME: 'dist' }, encoding: 'utf8' });
  if (status !== 0 && status !== 1) console.warn(`V8's code was not kept, so that a first review will be slower: ${stderr}`);
}
