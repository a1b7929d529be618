import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
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

/** The commands that go to platform.cjs, all others to program.cjs: a program half as large starts 20 ms sooner. */
const platform = ['serve', 'api', 'worker', 'migrate', 'token'];

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
for (const [name, leftOut] of [
  ['program', platform],
  ['platform', commands.flatMap((command) => (platform.includes(command.name) ? [] : command.name))],
] as const)
  await build({
    ...common,
    stdin: { contents: "export { thisProcess } from './src/cli/host.ts'; export { main } from './src/cli/program.ts';", resolveDir: '.' },
    outfile: `dist/${name}.cjs`,
    format: 'cjs',
    supported: { 'dynamic-import': false }, // in a script Node warns of each first one that leaves the bundle; require can do what is left
    define: { 'import.meta.url': 'url' },
    banner: { js: '(function (module, require, url) {' },
    footer: { js: '})' },
    plugins: [
      {
        name: 'commands of the other program',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\/[\w-]+\.ts$/ }, ({ path, importer, kind }) =>
            kind === 'dynamic-import' && importer.endsWith('src/cli/commands.ts') && leftOut.includes(path.slice(2, -3))
              ? { path, namespace: 'left-out' }
              : undefined,
          );
          onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '' }));
        },
      },
    ],
  });
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
    BUILDS: JSON.stringify({ program: buildOf('program'), platform: buildOf('platform') }),
    'import.meta.url': 'url',
  },
  banner: { js: "const url = require('node:url').pathToFileURL(__filename).href;" },
});
await writeEmptyCluster(PGlite, 'dist');

// So that even the first review starts from code that V8 has kept, where the Node is the one of this build.
if (existsSync('fixtures/first-review')) {
  const review = ['dist/main.cjs', 'review', 'fixtures/first-review/docs/story.md', '--manifests', 'fixtures/first-review/k8s'];
  const { status, stderr } = spawnSync(process.execPath, review, { env: { ...process.env, XDG_CACHE_HOME: 'dist' }, encoding: 'utf8' });
  if (status !== 1) throw new Error(`the program that was built does not review: ${stderr}`);
}
