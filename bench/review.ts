// How long a cold review of the reference story takes, against an empty Node process in the same run, and how much memory.
//   npm run build && node bench/review.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { referenceTree, STORY } from './reference-tree.ts';

const RUNS = 15;
const MAIN = resolve(import.meta.dirname, '../dist/main.cjs');
const AT_EXIT = 'data:text/javascript,process.on("exit",()=>process.stderr.write("\\nRSS "+process.resourceUsage().maxRSS+"\\n"))';

const root = referenceTree();
if (!root) {
  console.log('skipped: the reference tree is not beside this project');
  process.exit(0);
}

const timed = (args: readonly string[], env: NodeJS.ProcessEnv = {}): { ms: number; stderr: string; status: number | null } => {
  const start = process.hrtime.bigint();
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, env: { ...process.env, ...env } });
  return { ms: Number(process.hrtime.bigint() - start) / 1e6, stderr: run.stderr, status: run.status };
};
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const review = [MAIN, 'review', STORY, '--format', 'json'];
if (timed(review).status !== 1) throw new Error('the review of the reference tree did not end with "not approved"');
const ratios: number[] = [];
const empty: number[] = [];
const whole: number[] = [];
const firsts: number[] = [];
for (let run = 0; run < RUNS; run++) {
  empty.push(timed(['-e', '0']).ms);
  whole.push(timed(review).ms);
  ratios.push(whole.at(-1)! / empty.at(-1)!);
  if (run % 3 === 0) firsts.push(timed(review, { XDG_CACHE_HOME: mkdtempSync(join(root, 'first-')) }).ms / empty.at(-1)!);
}
const rss = Number(/RSS (\d+)/.exec(timed(['--import', AT_EXIT, ...review]).stderr)?.[1]) / 1024;
rmSync(root, { recursive: true });

console.log(
  `node -e 0: ${median(empty).toFixed(0)} ms; review: ${median(whole).toFixed(0)} ms; ratio, pair by pair: ${median(ratios).toFixed(1)} (limit 8); a user’s first: ${median(firsts).toFixed(1)}; peak memory ${rss.toFixed(0)} MB (limit 120)`,
);
process.exitCode = median(ratios) <= 8 && rss < 120 ? 0 : 1;
