import { randomUUID } from 'node:crypto';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { jobFailed, Problem, workerLost } from '../errors.ts';
import type { Job, JobEnd, Save } from '../queue/job.ts';
import type { Bell, Queue } from '../queue/queue.ts';
import { buryRun, cancelledJobs, cancelRun, finishRun, handBackRun, isHeldBack, lostRuns, type Run, renewLeases, requeueRun, takeJob } from '../store/jobs.ts';
import { assertUsable } from '../store/migrate.ts';
import { isPassing, type Store, type Tx } from '../store/store.ts';
import type { Span, Tracer } from '../telemetry.ts';
import { backoffMs } from './backoff.ts';
import { Slots } from './slots.ts';

export interface WorkerOptions<D> {
  readonly store: Store;
  readonly queue: Queue;
  // biome-ignore lint/suspicious/noExplicitAny: each job parses an input of its own
  readonly jobs: readonly Job<any, D>[];
  readonly deps: D;
  readonly log: Logger;
  readonly tracer?: Tracer | undefined;
  /** jobs at one time */
  readonly concurrency: number;
  /** jobs of one tenant at one time, over all workers, where its row names no other number; 8 when not said */
  readonly tenantLimit?: number;
  /** after so long without a sign of life the worker's jobs go to another one */
  readonly leaseSeconds: number;
  /** so long a worker told to stop lets its jobs go on */
  readonly graceSeconds: number;
  /** so often it looks by itself for jobs that nobody rang for, and for lost ones; 2 when not said */
  readonly lookSeconds?: number;
  /** by the number of the failed attempt */
  readonly backoff?: (attempt: number) => number;
  /** a file whose time is set to now as long as the worker's loop turns */
  readonly heartbeat?: string;
  /** a file that is there while the worker is connected and takes jobs */
  readonly ready?: string;
}

export interface Worker extends AsyncDisposable {
  readonly id: string;
  /** Takes no more jobs, lets those that run go on for the grace period, and hands back what is left then. */
  stop(): Promise<void>;
}

/** Why a run is aborted. */
type Stop = 'cancelled' | 'lost' | 'worker stops';

/** What became of a run, before the database has agreed. */
type Result = { readonly is: 'done'; readonly save: Save } | JobEnd | { readonly is: 'lost' };

interface Running {
  readonly run: Run;
  readonly stop: (why: Stop) => void;
}

/** How often the worker sees to its leases and cancellations, in milliseconds: half of the second that a cancellation may take. */
const tick = 500;

/** How long a run may take to end when its signal says so, in milliseconds. */
const deafMs = 3_000;

/** Takes jobs and runs them, until it is stopped. */
export function startWorker<D>(options: WorkerOptions<D>): Worker {
  const { store, queue, log, leaseSeconds, tenantLimit = 8, backoff = backoffMs } = options;
  const id = randomUUID();
  const jobs = new Map(options.jobs.map((job) => [job.name, job]));
  const names = [...jobs.keys()];
  const running = new Map<string, Running>();
  const slots = new Slots(options.concurrency);
  const stopping = new AbortController();
  const turns = new Set<Promise<void>>();
  /** whether the grace period is over */
  let late = false;

  /** Takes the job whose turn it is and runs it, and the next one as long as nobody else would be woken for it. */
  async function takeTurn(untilEmpty: boolean): Promise<void> {
    using slot = await slots.take(stopping.signal);
    if (!slot) return;
    for (;;) {
      if (stopping.signal.aborted) return;
      const run = await takeJob(store, names, id, leaseSeconds, tenantLimit);
      if (!run) return;
      if (untilEmpty && slots.free > 0) track(takeTurn(true));
      const heldBack = await perform(run);
      if (!heldBack && !untilEmpty) return;
    }
  }

  async function track(turn: Promise<void>): Promise<void> {
    const tracked = turn.catch((error: unknown) => log.warn({ err: error }, 'a turn ended early'));
    turns.add(tracked);
    await tracked;
    turns.delete(tracked);
  }

  /** @returns whether the tenant has more jobs, which waited only because this one ran */
  async function perform(run: Run): Promise<boolean> {
    const job = jobs.get(run.name)!;
    const runLog = log.child({ job: run.id, attempt: run.attempt });
    const controller = new AbortController();
    running.set(run.id, { run, stop: (why) => controller.abort(why) });
    const began = performance.now();
    runLog.info({ tenant: run.tenantId, name: run.name }, 'job started');
    const span = options.tracer?.start(`job ${run.name}`, 'CONSUMER', run.traceparent, { 'job.id': run.id, 'job.attempt': run.attempt, tenant: run.tenantId });
    let failed: unknown;
    try {
      const result = await resultOf(job, run, controller.signal, runLog, span);
      if ('problem' in result) failed = result.problem;
      const settled = await settle(job, run, result, runLog);
      runLog.info({ ms: Math.round(performance.now() - began), ended: settled.is }, 'job ended');
      span?.set({ 'job.ended': settled.is });
      return settled.heldBack;
    } catch (error) {
      failed = error;
      throw error;
    } finally {
      span?.end(failed);
      running.delete(run.id);
    }
  }

  async function resultOf(job: Job<object, D>, run: Run, signal: AbortSignal, runLog: Logger, span: Span | undefined): Promise<Result> {
    let stage: Span | undefined;
    let failed: unknown;
    try {
      const { deps } = options;
      const answer = await job.run(job.input.parse(run.input), {
        deps,
        store,
        tenantId: run.tenantId,
        jobId: run.id,
        attempt: run.attempt,
        log: runLog,
        signal,
        stage(name) {
          stage?.end();
          stage = span && options.tracer?.start(name, 'INTERNAL', span.traceparent);
        },
      });
      return typeof answer === 'function' ? { is: 'done', save: answer } : { is: 'handed back', inMs: answer.notBeforeMs };
    } catch (error) {
      failed = error;
      if (!signal.aborted) return failure(job, run, error, runLog);
      const why: Stop = signal.reason;
      return why === 'worker stops' ? { is: 'handed back', inMs: 0 } : { is: why };
    } finally {
      stage?.end(failed);
    }
  }

  function failure(job: Job<object, D>, run: Run, error: unknown, runLog: Logger): JobEnd {
    const problem = error instanceof Problem ? error : jobFailed(error);
    runLog.warn({ err: error, code: problem.code }, 'job failed');
    if (run.attempt >= run.maxAttempts || !job.worthRetrying(error)) return { is: 'dead', problem };
    return { is: 'retrying', problem, inMs: backoff(run.attempt) };
  }

  /** Writes what became of a run. While the database is away it waits for it, for as long as the lease might still be the run's own. */
  async function settle(job: Job<object, D>, run: Run, result: Result, runLog: Logger): Promise<{ is: Result['is']; heldBack: boolean }> {
    const until = performance.now() + leaseSeconds * 1000;
    for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, 2_000)) {
      try {
        const settled = await store.asTenant(run.tenantId, async (tx) => {
          const heldBack = await isHeldBack(tx, run.tenantId, tenantLimit);
          return { is: await write(tx, job, run, result), heldBack };
        });
        if ('inMs' in result && result.inMs === 0) queue.ring([{ id: run.id, attempt: run.attempt + 1 }]);
        return settled;
      } catch (error) {
        if (isPassing(error) && performance.now() < until && !late) await sleep(waitMs);
        else if (result.is === 'done') return settle(job, run, failure(job, run, error, runLog), runLog);
        else throw error;
      }
    }
  }

  /** Comes after the files of liveness and readiness, leases, cancellations, lost jobs and forgotten ones, again and again. */
  async function turn(): Promise<void> {
    let [renewed, looked] = [performance.now(), Number.NEGATIVE_INFINITY];
    let answersSince: number | undefined = Number.NEGATIVE_INFINITY;
    let trouble: string | undefined = 'it has just started';
    await showReady(false);
    while (!ended.signal.aborted) {
      await beat();
      try {
        const now = performance.now();
        if (running.size > 0 && now - renewed > (leaseSeconds * 1000) / 3) {
          renewed = now;
          await renew();
        } else if (running.size > 0) await stopCancelled();
        if (now - looked > (options.lookSeconds ?? 2) * 1000) {
          looked = now;
          bell ??= await attend();
          // While the database was away nobody could renew a lease: everyone has as long as one lasts to do so.
          const lost = await lostRuns(store, names);
          answersSince ??= now;
          if (now - answersSince > leaseSeconds * 1000) await putBack(lost);
          trouble = await queue.trouble();
          if (!stopping.signal.aborted && slots.free > 0) track(takeTurn(true));
        }
      } catch (error) {
        answersSince = undefined;
        renewed = Number.NEGATIVE_INFINITY;
        const now = error instanceof Error ? error.message : String(error);
        if (now !== trouble) log.warn({ err: error }, 'the worker cannot take jobs');
        trouble = now;
      }
      await showReady(trouble === undefined && !stopping.signal.aborted);
      await sleep(tick, undefined, { signal: ended.signal }).catch(() => {}); // woken to end
    }
  }

  // Only once the database is there and safe to work on: BullMQ remembers for ever that it was not.
  async function attend(): Promise<Bell> {
    await assertUsable(store);
    return queue.listen(options.concurrency, () => track(takeTurn(false)));
  }

  async function renew(): Promise<void> {
    const mine = [...running.values()];
    const { lost, cancelled } = await renewLeases(
      store,
      id,
      mine.map(({ run }) => run),
      leaseSeconds,
    );
    for (const job of lost) mine.find(({ run }) => run.id === job)?.stop('lost');
    for (const job of cancelled) running.get(job)?.stop('cancelled');
  }

  async function stopCancelled(): Promise<void> {
    for (const job of await cancelledJobs(store, id)) running.get(job)?.stop('cancelled');
  }

  async function putBack(lost: readonly Run[]): Promise<void> {
    for (const run of lost) {
      const problem = workerLost(run.attempt);
      const job = jobs.get(run.name)!;
      const end: JobEnd = run.attempt >= run.maxAttempts ? { is: 'dead', problem } : { is: 'retrying', problem, inMs: 0 };
      const is = await store.asTenant(run.tenantId, (tx) => write(tx, job, run, end));
      log.warn({ job: run.id, attempt: run.attempt, lostBy: run.worker, is }, 'a job was lost by its worker');
      if (is === 'retrying') queue.ring([{ id: run.id, attempt: run.attempt + 1 }]);
    }
  }

  async function beat(): Promise<void> {
    const { heartbeat } = options;
    if (heartbeat === undefined) return;
    const now = new Date();
    // Not written anew each time: a full disk must not look like a dead worker.
    await utimes(heartbeat, now, now)
      .catch(() => writeFile(heartbeat, ''))
      .catch((error: unknown) => log.warn({ err: error }, 'the heartbeat file cannot be written'));
  }

  let shownReady: boolean | undefined; // the file may be a killed worker's
  async function showReady(isReady: boolean): Promise<void> {
    const { ready } = options;
    if (ready === undefined || shownReady === isReady) return;
    await (isReady ? writeFile(ready, '') : rm(ready, { force: true })).catch((error: unknown) =>
      log.warn({ err: error }, 'the readiness file cannot be changed'),
    );
    shownReady = isReady;
  }

  const ended = new AbortController();
  let bell: Bell | undefined;
  const deaf = store.listen('ai_agents_cancel', (job) => running.get(job)?.stop('cancelled')).catch(() => undefined); // the loop looks too
  const loop = turn();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    stopping.abort();
    await showReady(false);
    await bell?.mute();
    const allTurns = Promise.all(turns);
    await Promise.race([allTurns, sleep(options.graceSeconds * 1000, undefined, { ref: false })]);
    late = true;
    for (const { stop: end } of running.values()) end('worker stops');
    // One that does not listen is left to its lease: it must not keep the worker from ending.
    await Promise.race([allTurns, sleep(deafMs, undefined, { ref: false })]);
    ended.abort();
    await loop;
    void deaf.then((stopListening) => stopListening?.()); // not waited for: while the database is away it is still trying
    await bell?.close(turns.size > 0);
  }

  return {
    id,
    stop: () => (stopped ??= stop()),
    [Symbol.asyncDispose]: () => (stopped ??= stop()),
  };
}

/** Writes a run's end if the run is still the job's own; else that it was cancelled, if it was. */
async function write(tx: Tx, job: Job<object, never>, run: Run, result: Result): Promise<Result['is']> {
  if (await accepted(tx, run, result)) {
    if (result.is === 'done') await result.save(tx);
    else if (result.is !== 'lost') await job.ended(tx, run.id, result);
    return result.is;
  }
  if (!(await cancelRun(tx, run))) return 'lost';
  await job.ended(tx, run.id, { is: 'cancelled' });
  return 'cancelled';
}

function accepted(tx: Tx, run: Run, result: Result): Promise<boolean> | false {
  switch (result.is) {
    case 'done':
      return finishRun(tx, run);
    case 'dead':
      return buryRun(tx, run, result.problem);
    case 'retrying':
      return requeueRun(tx, run, result.problem, result.inMs);
    case 'handed back':
      return handBackRun(tx, run, result.inMs);
    case 'cancelled':
    case 'lost':
      return false;
  }
}
