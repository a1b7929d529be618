// How right the reviewer is on stories with known verdicts: found, decided, right, false met per case.
//   npm run build && node bench/cases.ts --mirrors DIR [--only NAME] [--cases DIR] [--wrong]
// DIR/OWNER+NAME/repo is a git directory of each case's repository. The scorer and the labels stand beside this project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const scorer = resolve(import.meta.dirname, '../../shared/cases/score.mjs');
if (!existsSync(scorer)) {
  console.log('skipped: the labelled cases are not beside this project');
  process.exit(0);
}
const { status } = spawnSync(process.execPath, [scorer, ...process.argv.slice(2), '--', process.execPath, resolve(import.meta.dirname, '../dist/main.cjs')], {
  stdio: 'inherit',
});
process.exitCode = status ?? 2;
