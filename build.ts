import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import description from './package.json' with { type: 'json' };

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
  entryPoints: ['src/cli/main.ts'],
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
