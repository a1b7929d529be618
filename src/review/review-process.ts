import { Problem } from '../errors.ts';
import { json } from '../report/json.ts';
import { reportOf } from '../report/report.ts';
import { openFetched } from '../repositories/open-repository.ts';
import type { FinishedReview } from '../store/reviews.ts';
import { type Progress, type Review, review } from './review.ts';
import type { FromReview, ReviewTask, ToReview } from './review-processes.ts';

// The program of a review's own process: see `ReviewProcesses`, which starts it and speaks with it.

const stop = new AbortController();
let answered = (_goOn: boolean): void => {};

process.on('message', (message: ToReview) => {
  if ('start' in message) void run(message.start);
  else if ('goOn' in message) answered(message.goOn);
  else process.exit();
});
// The worker is gone, however it went: nobody wants the answer any more.
process.on('disconnect', () => process.exit());

async function run(task: ReviewTask): Promise<void> {
  try {
    const checkout = await openFetched(task, stop.signal);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answered = resolve;
    tell({ commit: checkout.commit });
    if (await promise) tell({ finished: finishedReview(await review(task, checkout, stop.signal, seldom(100))) });
    else tell({ skipped: true });
  } catch (error) {
    if (error instanceof Problem) tell({ problem: { code: error.code, message: error.message, hint: error.hint } });
    else tell({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

const tell = (message: FromReview): void => void process.send?.(message);

/** Passes on progress, but not more often than so many milliseconds. */
function seldom(ms: number): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return (...progress) => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    tell({ progress });
  };
}

function finishedReview(done: Review): FinishedReview {
  return {
    outcome: done.outcome,
    storyPaths: done.story.paths,
    storyTitle: done.story.title,
    claims: done.claims.map(({ claim, verdict }) => ({
      claimId: claim.id,
      kind: claim.kind,
      text: claim.text,
      ticked: claim.ticked,
      verdict: verdict.is,
      because: verdict.because,
    })),
    reports: { json: json.review(reportOf(done), { colour: false }) },
  };
}
