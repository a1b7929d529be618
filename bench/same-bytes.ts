// Whether the same bytes under review give the same report, byte for byte: 20 runs of each format in several locales and time zones.
//   npm run build && node bench/same-bytes.ts
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { referenceTree, STORY } from './reference-tree.ts';

const MAIN = resolve(import.meta.dirname, '../dist/main.cjs');
const LOCALES = ['C', 'en_US.UTF-8', 'tr_TR.UTF-8', 'de_DE.UTF-8', 'ja_JP.UTF-8'];
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Kiritimati'];

const root = referenceTree();
if (!root) {
  console.log('skipped: the reference tree is not beside this project');
  process.exit(0);
}
for (const format of ['text', 'md', 'json']) {
  const seen = new Set<string>();
  for (let run = 0; run < 20; run++) {
    const env = { ...process.env, LC_ALL: LOCALES[run % LOCALES.length], LANG: LOCALES[run % LOCALES.length], TZ: ZONES[run % ZONES.length] };
    const { stdout, status } = spawnSync(process.execPath, [MAIN, 'review', STORY, '--format', format], { cwd: root, env, maxBuffer: 1 << 26 });
    if (status !== 1) throw new Error(`exit ${status}`);
    seen.add(createHash('sha256').update(stdout).digest('hex'));
  }
  console.log(`${format}: ${seen.size === 1 ? 'one report in 20 runs' : `${seen.size} different reports in 20 runs`}`);
  if (seen.size !== 1) process.exitCode = 1;
}
rmSync(root, { recursive: true });
