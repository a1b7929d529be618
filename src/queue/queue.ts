import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { Store, Tx } from '../store/store.ts';

/** What a job's run is given besides its input. `D` is what the worker was started with. */
export interface JobContext<D> {
  readonly deps: D;
  readonly store: Store;
  readonly tenantId: string;
  readonly jobId: string;
  /** 1 for the first start */
  readonly attempt: number;
  /** aborted when the job is cancelled, its lease is lost, or the worker stops */
  readonly signal: AbortSignal;
}

/** What to save when a run has succeeded: it runs in the transaction that ends the job, so both happen or neither. */
export type Save = (tx: Tx) => Promise<void>;

export type JobEnd =
  | { readonly is: 'dead'; readonly problem: Problem }
  | { readonly is: 'cancelled' }
  | { readonly is: 'retrying'; readonly problem: Problem; readonly inMs: number };

/** A job is a name, an input schema and a function that may run twice. */
export interface Job<I extends object, D> {
  readonly name: string;
  readonly input: z.ZodType<I>;
  run(input: I, context: JobContext<D>): Promise<Save | undefined>;
  /** Tells the job's own tables how it ended when no `Save` did; in the transaction that ends it. */
  ended(tx: Tx, input: I, end: JobEnd): Promise<void>;
  /** whether another attempt could end otherwise */
  worthRetrying(error: unknown): boolean;
}

export declare function defineJob<I extends object, D>(job: Job<I, D>): Job<I, D>;

/**
 * The bell. PostgreSQL decides what runs; this only wakes workers with ids. Losing all of it loses no job: the sweeper rings again.
 * BullMQ on Redis, BullMQ on PostgreSQL, or BullMQ on PGlite: `tests/queue.contract.test.ts`.
 */
export interface Queue extends AsyncDisposable {
  readonly is: 'redis' | 'postgres' | 'pglite';
  /** Rings for these jobs; never throws and never waits for a broker. */
  ring(jobs: readonly { id: string; attempt: number; priority: number; inMs?: number }[]): void;
  /** Whether the broker answers, for readiness: undefined when it does, else what is wrong. */
  trouble(signal: AbortSignal): Promise<string | undefined>;
}

export declare function openQueue(store: Store, redisUrl: string | undefined): Promise<Queue>;
/** For metrics: jobs by state and name over all tenants, and the age of the oldest one that is due, in seconds. */
export declare function queueDepth(store: Store): Promise<{ name: string; state: string; count: number; oldestDueSeconds: number }[]>;
