// The bare core, for bench/queue.ts: reviews the same stories in one process, without queue, store or API.
//   node bench/core.ts DIR COMMIT WARM-UP STORY...
import { readFileSync } from 'node:fs';
import { openCheckout } from '../src/checkout/open.ts';
import { json } from '../src/report/json.ts';
import { reportOf } from '../src/report/report.ts';
import { review } from '../src/review/review.ts';

const [dir = '', commit = '', warmUp = '', ...stories] = process.argv.slice(2);
const never = new AbortController().signal;

/** CPU time of this process and of the git processes that it has waited for, in ms. */
const cpu = (): number => {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
};

let bytes = 0;
let before = 0;
for (const [index, story] of stories.entries()) {
  if (index === Number(warmUp)) before = cpu();
  const checkout = await openCheckout(dir, commit, never);
  const report = reportOf(await review({ stories: [story], manifests: [] }, checkout, never));
  bytes += json.review(report, { colour: false }).length;
}
console.log(JSON.stringify({ cpuMs: cpu() - before, reviews: stories.length - Number(warmUp), bytes }));
