// The bare core, for bench/queue.ts, which starts this and names the stories: reviews in one process, without queue, store or API.
import { openCheckout } from '../src/checkout/open.ts';
import { json } from '../src/report/json.ts';
import { reportOf } from '../src/report/report.ts';
import { review } from '../src/review/review.ts';

const [dir = '', commit = ''] = process.argv.slice(2);
const never = new AbortController().signal;

process.on('message', async (stories: readonly string[]) => {
  for (const story of stories) {
    const checkout = await openCheckout(dir, commit, never);
    json.review(reportOf(await review({ stories: [story], manifests: [] }, checkout, never)), { colour: false });
  }
  process.send!('done');
});
