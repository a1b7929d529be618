import { rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { build } from 'esbuild';
import { writeEmptyCluster } from './src/store/empty-cluster.ts';

/**
 * Everything is bundled, so that a program reads a handful of files instead of hundreds: bench/results.md. Only these stay in node_modules: the
 * one brings files of its own (WebAssembly), the other is large and seldom needed.
 */
const external = ['@electric-sql/pglite', '@kubernetes/client-node'];

rmSync('dist', { recursive: true, force: true });
await build({
  // the second one is a program of its own, which the worker starts
  entryPoints: { main: 'src/cli/main.ts', 'review-process': 'src/review/review-process.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  external,
  // commander is CommonJS and requires Node's own modules
  banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" },
  logLevel: 'warning',
});
await writeEmptyCluster(PGlite, 'dist');
