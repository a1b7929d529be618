import { sql } from 'kysely';
import type { Store, Tx } from './store.ts';

/** One start of a job. It names the start, not just the job: when the job has gone on to another, this one can change nothing any more. */
export interface Run {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly input: unknown;
  /** 1 for the first start */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** the process that has it */
  readonly worker: string;
  /** W3C trace context of the request that it is for */
  readonly traceparent: string | undefined;
}

interface JobRow {
  id: string;
  tenant_id: string;
  name: string;
  input: unknown;
  attempts: number;
  max_attempts: number;
  worker: string;
  traceparent: string | null;
}
const runOf = (row: JobRow): Run => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  input: row.input,
  attempt: row.attempts,
  maxAttempts: row.max_attempts,
  worker: row.worker,
  traceparent: row.traceparent ?? undefined,
});

/** Takes the job whose turn it is, over all tenants; the attempt is counted before it starts. Undefined when none may start now. */
export async function takeJob(store: Store, names: readonly string[], worker: string, leaseSeconds: number, tenantLimit: number): Promise<Run | undefined> {
  const [row] = await store.call(sql<JobRow>`SELECT * FROM ai_agents.take_job(${[...names]}, ${worker}, ${leaseSeconds}, ${tenantLimit})`);
  return row && runOf(row);
}

/** Says that a worker lives and still has these runs. @returns those that are its own no more, and those that somebody wants to stop */
export async function renewLeases(store: Store, worker: string, runs: readonly Run[], leaseSeconds: number): Promise<{ lost: string[]; cancelled: string[] }> {
  const rows = await store.call(
    sql<{ id: string; attempts: number; cancelled: boolean }>`SELECT * FROM ai_agents.renew_leases(${worker}, ${runs.map(({ id }) => id)}, ${leaseSeconds})`,
  );
  const lost = runs.filter((run) => !rows.some(({ id, attempts }) => id === run.id && attempts === run.attempt));
  return { lost: lost.map(({ id }) => id), cancelled: rows.filter(({ cancelled }) => cancelled).map(({ id }) => id) };
}

/** Ids of this worker's jobs that somebody wants to stop. */
export async function cancelledJobs(store: Store, worker: string): Promise<string[]> {
  const rows = await store.call(sql<{ id: string }>`SELECT ai_agents.cancelled_jobs(${worker}) AS id`);
  return rows.map(({ id }) => id);
}

/** Runs whose worker has not renewed its lease in time. */
export async function lostRuns(store: Store, names: readonly string[]): Promise<Run[]> {
  return (await store.call(sql<JobRow>`SELECT * FROM ai_agents.lost_jobs(${[...names]})`)).map(runOf);
}

/** Ends a run well. @returns false when the run is not the job's current one any more, or the job was cancelled: then nothing may be saved */
export const finishRun = (tx: Tx, run: Run): Promise<boolean> =>
  changed(ofRun(tx, run).where('cancel_requested_at', 'is', null).set({ state: 'done', worker: null, lease_until: null, finished_at: sql<Date>`now()` }));

/** Ends a job for good, with the reason. @returns false as above */
export const buryRun = (tx: Tx, run: Run, reason: { code: string; message: string }): Promise<boolean> =>
  changed(
    ofRun(tx, run)
      .where('cancel_requested_at', 'is', null)
      .set({ state: 'dead', worker: null, lease_until: null, reason_code: reason.code, reason: reason.message, finished_at: sql<Date>`now()` }),
  );

/** Puts a job back after a failed attempt, to run after a delay. @returns false as above */
export const requeueRun = (tx: Tx, run: Run, reason: { code: string; message: string }, inMs: number): Promise<boolean> =>
  changed(
    ofRun(tx, run)
      .where('cancel_requested_at', 'is', null)
      .set({ state: 'queued', worker: null, lease_until: null, reason_code: reason.code, reason: reason.message, run_at: after(inMs) }),
  );

/** Puts a job back as if this run had never started: it gets another attempt instead. @returns false as above */
export const handBackRun = (tx: Tx, run: Run, inMs: number): Promise<boolean> =>
  changed(
    ofRun(tx, run)
      .where('cancel_requested_at', 'is', null)
      .set(({ eb }) => ({ state: 'queued', worker: null, lease_until: null, max_attempts: eb('max_attempts', '+', 1), run_at: after(inMs) })),
  );

/** Ends a run whose job somebody wants to stop. @returns false when nobody does, or the run is not the job's current one any more */
export const cancelRun = (tx: Tx, run: Run): Promise<boolean> =>
  changed(
    ofRun(tx, run).where('cancel_requested_at', 'is not', null).set({ state: 'cancelled', worker: null, lease_until: null, finished_at: sql<Date>`now()` }),
  );

/**
 * Cancels a job: at once when it waits; when it runs, its worker is told.
 * @returns what became of it; undefined when it had ended already
 */
export async function cancelJob(tx: Tx, id: string): Promise<'cancelled' | 'told' | undefined> {
  const job = await tx
    .updateTable('jobs')
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .set({
      cancel_requested_at: sql<Date>`coalesce(cancel_requested_at, now())`,
      state: sql`CASE state WHEN 'queued' THEN 'cancelled' ELSE state END`,
      finished_at: sql<Date>`CASE state WHEN 'queued' THEN now() END`,
    })
    .returning('state')
    .executeTakeFirst();
  if (!job) return undefined;
  if (job.state === 'cancelled') return 'cancelled';
  await sql`SELECT pg_notify('ai_agents_cancel', ${id})`.execute(tx);
  return 'told';
}

/** Gives an ended job that did not succeed so many attempts more. @returns its next attempt; undefined when it is not such a job */
export async function reviveJob(tx: Tx, id: string, attempts: number, traceparent?: string): Promise<number | undefined> {
  const job = await tx
    .updateTable('jobs')
    .where('id', '=', id)
    .where('state', 'in', ['dead', 'cancelled'])
    .set(({ eb }) => ({
      state: 'queued',
      max_attempts: eb('attempts', '+', attempts),
      traceparent: traceparent ?? null,
      run_at: sql<Date>`now()`,
      cancel_requested_at: null,
      reason_code: null,
      reason: null,
      finished_at: null,
    }))
    .returning('attempts')
    .executeTakeFirst();
  return job && job.attempts + 1;
}

/** Whether a tenant has jobs that could run now but for its limit, and one of its running ones is about to end. */
export async function isHeldBack(tx: Tx, tenantId: string, tenantLimit: number): Promise<boolean> {
  const { rows } = await sql<{
    held: boolean;
  }>`SELECT EXISTS (SELECT FROM jobs WHERE tenant_id = ${tenantId} AND state = 'queued' AND run_at <= clock_timestamp())
    AND (SELECT count(*) FROM jobs WHERE tenant_id = ${tenantId} AND state = 'running') >= (SELECT coalesce(max_running, ${tenantLimit}::integer) FROM tenants WHERE id = ${tenantId}) AS held`.execute(
    tx,
  );
  return rows[0]?.held ?? false;
}

/** Jobs that wait or run, over all tenants, by name and state; how long the one that is due longest has waited, in seconds. */
export async function jobDepth(store: Store): Promise<{ name: string; state: string; count: number; oldestDueSeconds: number }[]> {
  const rows = await store.call(sql<{ name: string; state: string; count: number; oldest_due_seconds: number }>`SELECT * FROM ai_agents.job_depth()`);
  return rows.map(({ oldest_due_seconds, ...row }) => ({ ...row, oldestDueSeconds: oldest_due_seconds }));
}

const after = (ms: number) => sql<Date>`clock_timestamp() + make_interval(secs => ${ms / 1000})`;

const ofRun = (tx: Tx, run: Run) =>
  tx.updateTable('jobs').where('id', '=', run.id).where('state', '=', 'running').where('attempts', '=', run.attempt).where('worker', '=', run.worker);

async function changed(update: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<boolean> {
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}
