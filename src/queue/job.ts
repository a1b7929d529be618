import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { Store, Tx } from '../store/store.ts';

/** What a run is given besides its input. `D` is what the worker was started with. */
export interface JobContext<D> {
  readonly deps: D;
  readonly store: Store;
  readonly tenantId: string;
  readonly jobId: string;
  /** 1 for the first start */
  readonly attempt: number;
  readonly log: Logger;
  /** aborted when the job is cancelled, its lease is lost, or the worker stops */
  readonly signal: AbortSignal;
  /** Says that a part of the work begins, and the one before ends, for whoever follows traces. */
  readonly stage: (name: string) => void;
}

/** What to save when a run has succeeded: it runs in the transaction that ends the job, so both happen or neither. */
export type Save = (tx: Tx) => Promise<void>;

/** How a run ended when it did not succeed. */
export type JobEnd =
  | { readonly is: 'dead'; readonly problem: Problem }
  | { readonly is: 'retrying'; readonly problem: Problem; readonly inMs: number }
  /** not counted: the worker stops, or the run asked for another time */
  | { readonly is: 'handed back'; readonly inMs: number }
  | { readonly is: 'cancelled' };

/** A job is a name, an input schema and a function that may run twice. */
export interface Job<I extends object, D> {
  readonly name: string;
  readonly input: z.ZodType<I>;
  /**
   * Does the work, and changes nothing that a second run would mind.
   * @returns what to save, or in how many milliseconds to be run again without counting this attempt
   */
  run(input: I, context: JobContext<D>): Promise<Save | { readonly notBeforeMs: number }>;
  /** Tells the job's own tables how a run ended, in the transaction that ends it. */
  ended(tx: Tx, jobId: string, end: JobEnd): Promise<void>;
  /** Whether another attempt could end otherwise. */
  worthRetrying(error: unknown): boolean;
}

export const defineJob = <I extends object, D>(job: Job<I, D>): Job<I, D> => job;
