import { rmSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { build } from 'esbuild';
import description from './package.json' with { type: 'json' };
import { writeEmptyCluster } from './src/store/empty-cluster.ts';

/**
 * What a review needs, bundled, so that it reads a handful of files instead of two hundred: bench/results.md. Everything else stays in
 * node_modules: some of it brings files of its own (WebAssembly, Lua), and a review loads none of it.
 */
const bundled = [
  'commander',
  'fastest-levenshtein',
  'js-yaml',
  'markdown-it',
  'mdast-util-from-markdown',
  'mdast-util-gfm',
  'micromark-extension-gfm',
  'unbash',
  'zod',
];

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
  external: Object.keys(description.dependencies).filter((name) => !bundled.includes(name)),
  // commander is CommonJS and requires Node's own modules
  banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" },
  logLevel: 'warning',
});
await writeEmptyCluster(PGlite, 'dist');
