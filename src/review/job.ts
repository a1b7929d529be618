import { z } from 'zod';
import { Problem, reviewTimeout } from '../errors.ts';
import { LinkedAbort } from '../linked-abort.ts';
import { defineJob, type JobContext } from '../queue/job.ts';
import type { Fetched, RepositoryRequest } from '../repositories/open-repository.ts';
import { addEvent, bindToCommit, endReview, type Holder, reviewJobName, saveReview, saveSameAs, startReview } from '../store/reviews.ts';
import type { ReviewProcesses } from './review-processes.ts';

export interface ReviewJobDeps {
  /** `fetchRepository` with the worker's settings */
  readonly fetchRepository: (request: RepositoryRequest, signal: AbortSignal) => Promise<Fetched>;
  readonly processes: ReviewProcesses;
  readonly timeoutSeconds: number;
}

/** Failures of this kind may be gone at the next attempt; every other Problem says something about the repository or the story. */
const passing = ['CLONE_FAILED', 'CLONE_TIMED_OUT', 'GIT_FAILED', 'REVIEW_CRASHED', 'REVIEW_TIMEOUT'];

/** How long a review waits before it asks again whether the other review of its commit has ended, in milliseconds. */
const waitForHolder = 1_000;

/** Reviews a story at the commit that its ref named when the first attempt got so far. */
export const reviewJob = defineJob({
  name: reviewJobName,
  input: z.object({ reviewId: z.uuid() }),
  async run({ reviewId }, context: JobContext<ReviewJobDeps>) {
    const { store, tenantId, deps } = context;
    const review = await startReview(store, tenantId, reviewId);
    if (!review) return async () => {}; // it has ended, and with it what this job was for
    context.log.setBindings({ request: review.request_id }); // so that its lines lead back to who asked
    if (review.commit !== null && !review.holds) {
      const holder = await bindToCommit(store, tenantId, reviewId, review.commit);
      if (holder) return follow(reviewId, holder);
    }
    using limit = new Limit(context.signal, deps.timeoutSeconds);
    const { signal } = limit;
    try {
      context.stage('cloning');
      await using fetched = await deps.fetchRepository({ tenantId, repository: review.repository, ref: review.commit ?? review.ref }, signal);
      const { dir, ref, fileBytes } = fetched;
      let holder: Holder | undefined;
      const isOurs = async (commit: string | null) => {
        context.stage('judging');
        // Only a work tree has no commit, and a ref was named.
        holder = await bindToCommit(store, tenantId, reviewId, commit!);
        return holder === undefined;
      };
      await using progress = new StoredProgress(context, reviewId);
      context.stage('reading');
      const finished = await deps.processes.run(
        { dir, ref, fileBytes, stories: review.stories, manifests: review.manifests },
        isOurs,
        (stage, done, of) => stage === 'judging' && progress.say(done, of),
        signal,
      );
      if (finished) return (tx) => saveReview(tx, tenantId, reviewId, finished);
      return follow(reviewId, holder!);
    } catch (error) {
      throw limit.isOver ? reviewTimeout(deps.timeoutSeconds) : error;
    }
  },
  async ended(tx, reviewId, end) {
    switch (end.is) {
      case 'dead':
        return endReview(tx, reviewId, { is: 'failed', code: end.problem.code, message: end.problem.message, hint: end.problem.hint });
      case 'cancelled':
        return endReview(tx, reviewId, { is: 'cancelled' });
      case 'retrying':
        return endReview(tx, reviewId, { is: 'queued', message: end.problem.message });
      case 'handed back':
        return endReview(tx, reviewId, { is: 'queued' });
    }
  },
  worthRetrying: (error) => !(error instanceof Problem) || passing.includes(error.code),
});

/** Ends with what the other review of this commit found, or waits for it. One that fails holds the commit no more, and this one takes its place. */
function follow(reviewId: string, { id, outcome }: Holder) {
  if (outcome === null) return { notBeforeMs: waitForHolder };
  return (tx: Parameters<typeof saveSameAs>[0]) => saveSameAs(tx, reviewId, { id, outcome });
}

/** Aborts when another signal does, or when the time is over. */
class Limit extends LinkedAbort {
  readonly #timer: NodeJS.Timeout;
  isOver = false;

  constructor(parent: AbortSignal, seconds: number) {
    super(parent);
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.abort(reviewTimeout(seconds));
    }, seconds * 1000);
  }

  override [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    super[Symbol.dispose]();
  }
}

/** Stores how far a review is, one event at a time and at most two a second; the newest wins. */
class StoredProgress implements AsyncDisposable {
  readonly #context: JobContext<ReviewJobDeps>;
  readonly #reviewId: string;
  #writing: Promise<void> = Promise.resolve();
  #last = Number.NEGATIVE_INFINITY;

  constructor(context: JobContext<ReviewJobDeps>, reviewId: string) {
    this.#context = context;
    this.#reviewId = reviewId;
  }

  say(done: number, of: number): void {
    if (performance.now() - this.#last < 500) return;
    this.#last = performance.now();
    const { store, tenantId, log } = this.#context;
    // A review does not fail because nobody could be told how far it is.
    this.#writing = this.#writing
      .then(() => store.asTenant(tenantId, (tx) => addEvent(tx, this.#reviewId, 'judging', { done, of })))
      .catch((error: unknown) => log.warn({ err: error }, 'progress was not stored'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }
}
