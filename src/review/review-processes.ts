import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainEnvironment } from '../config.ts';
import { Problem, reviewCrashed } from '../errors.ts';
import type { FinishedReview } from '../store/reviews.ts';
import type { Progress, ReviewRequest } from './review.ts';

/** What a review's process is asked to do. */
export interface ReviewTask extends ReviewRequest {
  /** a folder where the commit's files can be read without the network, see `openFetched` */
  readonly dir: string;
  readonly ref: string;
  readonly fileBytes: number | undefined;
}

/** From the worker to a review's process, and back. */
export type ToReview = { readonly start: ReviewTask } | { readonly goOn: boolean } | { readonly stop: true };
export type FromReview =
  | { readonly commit: string | null }
  | { readonly progress: Parameters<Progress> }
  | { readonly finished: FinishedReview }
  | { readonly skipped: true }
  | { readonly problem: { code: string; message: string; hint: string } }
  | { readonly bug: string };

/** How long a process that was asked to stop may take before it is killed, in milliseconds. */
const politeMs = 200;

/**
 * Runs reviews in processes of their own, which live on for the next one. A review is one long computation: within the worker it would hold up
 * leases and cancellations, and one that runs out of memory would take all others with it. The processes are given no configuration, so no secret.
 */
export class ReviewProcesses implements AsyncDisposable {
  readonly #memoryMegabytes: number;
  readonly #idleMs: number;
  readonly #program: URL;
  readonly #idle: { child: ChildProcess; retire: NodeJS.Timeout }[] = [];
  readonly #all = new Set<ChildProcess>();

  /**
   * @param memoryMegabytes heap that one review may fill
   * @param idleMs after which a process that has nothing to do ends
   */
  constructor(
    memoryMegabytes: number,
    idleMs = 30_000,
    program = new URL(import.meta.url.endsWith('.ts') ? './review-process.ts' : './review-process.js', import.meta.url),
  ) {
    this.#memoryMegabytes = memoryMegabytes;
    this.#idleMs = idleMs;
    this.#program = program;
  }

  /** Ids of all its processes. */
  get pids(): number[] {
    return Array.from(this.#all, ({ pid }) => pid!);
  }

  /**
   * Reviews what `task` names.
   * @param goOn asked with the commit before the review begins; when it says no, there is no review and the answer is undefined
   * @param signal kills the process, within half a second
   * @throws Problem of the review, or REVIEW_CRASHED when its process ended before it did
   */
  async run(task: ReviewTask, goOn: (commit: string | null) => Promise<boolean>, progress: Progress, signal: AbortSignal): Promise<FinishedReview | undefined> {
    signal.throwIfAborted();
    const child = this.#take();
    const answer = Promise.withResolvers<FinishedReview | undefined>();
    let answered = false; // by the process itself, which is then ready for the next review
    const heard = (message: FromReview) => {
      if ('progress' in message) return progress(...message.progress);
      if ('commit' in message) return goOn(message.commit).then((yes) => send(child, { goOn: yes }), answer.reject);
      answered = true;
      if ('finished' in message) answer.resolve(message.finished);
      else if ('skipped' in message) answer.resolve(undefined);
      else if ('problem' in message) answer.reject(new Problem(message.problem.code, message.problem.message, { hint: message.problem.hint }));
      else answer.reject(Object.assign(new Error('the review has a bug'), { stack: message.bug }));
    };
    let said = '';
    const hear = (text: string) => (said = (said + text).slice(-10_000));
    const died = (code: number | null, killedBy: string | null) => {
      const last = /^FATAL ERROR: (.*)$/m.exec(said)?.[1] ?? (killedBy ? `killed by ${killedBy}` : `exit code ${code}`);
      answer.reject(reviewCrashed(last));
    };
    const stop = () => answer.reject(signal.reason);
    // 'close' comes when all that it said has been read, 'exit' may come before
    child.on('message', heard).on('close', died).on('error', answer.reject);
    child.stderr!.on('data', hear);
    signal.addEventListener('abort', stop, { once: true });
    try {
      send(child, { start: task });
      return await answer.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      child.off('message', heard).off('close', died).off('error', answer.reject);
      child.stderr!.off('data', hear);
      if (answered && !signal.aborted) this.#keep(child);
      else await end(child);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#all, end));
  }

  #take(): ChildProcess {
    const waiting = this.#idle.pop();
    if (waiting) {
      clearTimeout(waiting.retire);
      return waiting.child;
    }
    const child = fork(this.#program, {
      execArgv: [`--max-old-space-size=${this.#memoryMegabytes}`],
      env: plainEnvironment(),
      // A group of its own, so that the git processes which it has started end with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr!.setEncoding('utf8').resume();
    this.#all.add(child);
    child.on('exit', () => {
      this.#all.delete(child);
      const at = this.#idle.findIndex((idle) => idle.child === child);
      if (at >= 0) clearTimeout(this.#idle.splice(at, 1)[0]!.retire);
    });
    child.on('error', () => {}); // of a message to a process that is gone; 'exit' says so too
    return child;
  }

  #keep(child: ChildProcess): void {
    if (!child.connected) return;
    const retire = setTimeout(() => end(child), this.#idleMs).unref();
    this.#idle.push({ child, retire });
  }
}

const send = (child: ChildProcess, message: ToReview): void => void (child.connected && child.send(message));

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  send(child, { stop: true });
  await Promise.race([gone, sleep(politeMs)]);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // the whole group has ended
  }
  await gone;
}
