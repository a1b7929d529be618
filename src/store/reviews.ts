import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { idempotencyReused } from '../errors.ts';
import type { Queue } from '../queue/queue.ts';
import { version } from '../version.ts';
import { cancelJob, reviveJob } from './jobs.ts';
import type { Store, Tx } from './store.ts';
import type { EventKind, EventTable, ReviewOutcome, ReviewState, ReviewTable } from './tables.ts';

export const reviewJobName = 'review';
const priorities = { person: 10, webhook: 20 };

export interface ReviewOrder {
  /** the repository's address, as checked by whoever asks */
  readonly repository: string;
  readonly ref: string;
  readonly stories: readonly string[];
  readonly manifests: readonly string[];
  /** a person goes before a webhook */
  readonly from: 'person' | 'webhook';
  /** starts before it is given up; 3 when not said */
  readonly attempts?: number;
  readonly requestedBy?: string;
  readonly requestId?: string;
  /** W3C trace context of that request */
  readonly traceparent?: string | undefined;
  /** the same key and the same order give the same review */
  readonly idempotencyKey?: string;
}

export interface StoredReview extends Selectable<ReviewTable> {
  readonly repository: string;
}

/**
 * Accepts a review: review, job and first event in one transaction, which is one statement; then rings for a worker.
 * @returns the review's id; `fresh` is false when this commit and these stories have one already, one for this ref has not started yet, or the key was used before
 * @throws Problem IDEMPOTENCY_KEY_REUSED when the key was used for another order
 */
export async function orderReview(store: Store, queue: Queue, tenantId: string, order: ReviewOrder): Promise<{ id: string; fresh: boolean }> {
  const { from, attempts = 3, repository, ref, stories, manifests } = order;
  const wanted = {
    ...order,
    commit: isCommit(ref) ? ref : null,
    // what two reviews of one commit share when they must say the same
    subject: sha256([version, stories, manifests]),
    priority: priorities[from],
    attempts,
    requestHash: sha256([repository, ref, stories, manifests]),
  };
  const [ordered] = await store.call(
    sql<{ id: string; fresh: boolean }>`SELECT review AS id, fresh FROM ai_agents.order_review(${tenantId}, ${JSON.stringify(wanted)})`,
  );
  if (!ordered) throw idempotencyReused();
  if (ordered.fresh) queue.ring([{ id: ordered.id, attempt: 1 }]);
  return ordered;
}

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
const isCommit = (ref: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);

/** The tenant's own reviews. Row-level security says the same; each must do without the other. */
const reviewsOf = (tx: Tx, tenantId: string) =>
  tx
    .selectFrom('reviews')
    .innerJoin('repositories', 'repositories.id', 'reviews.repository_id')
    .where('reviews.tenant_id', '=', tenantId)
    .selectAll('reviews')
    .select('repositories.url as repository');

const isThere = async (tx: Tx, tenantId: string, id: string): Promise<boolean> =>
  (await tx.selectFrom('reviews').select('id').where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst()) !== undefined;

export const findReview = (store: Store, tenantId: string, id: string): Promise<StoredReview | undefined> =>
  store.asTenant(tenantId, (tx) => reviewsOf(tx, tenantId).where('reviews.id', '=', id).executeTakeFirst());

export interface ReviewFilter {
  readonly state?: ReviewState;
  /** the repository's address */
  readonly repository?: string;
  readonly commit?: string;
  readonly outcome?: ReviewOutcome;
}

/**
 * Reviews, newest first.
 * @param page `after` is the id of the last review of the page before; unknown ids give an empty page
 */
export async function listReviews(
  store: Store,
  tenantId: string,
  filter: ReviewFilter,
  page: { readonly limit: number; readonly after?: string },
): Promise<{ reviews: StoredReview[]; next: string | undefined }> {
  const found = await store.asTenant(tenantId, (tx) => {
    let query = reviewsOf(tx, tenantId)
      .orderBy('reviews.created_at', 'desc')
      .orderBy('reviews.id', 'desc')
      .limit(page.limit + 1);
    if (filter.state) query = query.where('reviews.state', '=', filter.state);
    if (filter.outcome) query = query.where('reviews.outcome', '=', filter.outcome);
    if (filter.commit) query = query.where('reviews.commit', '=', filter.commit);
    if (filter.repository !== undefined) {
      query = query.where('reviews.repository_id', '=', (eb) =>
        eb.selectFrom('repositories').select('repositories.id').where('repositories.tenant_id', '=', tenantId).where('url', '=', filter.repository!),
      );
    }
    // Two values, not a row from a subquery: only so does PostgreSQL walk the index from there.
    if (page.after) {
      query = query.where(sql<boolean>`(reviews.created_at, reviews.id) < ((SELECT created_at FROM reviews WHERE id = ${page.after}), ${page.after}::uuid)`);
    }
    return query.execute();
  });
  const reviews = found.slice(0, page.limit);
  return { reviews, next: found.length > page.limit ? reviews.at(-1)!.id : undefined };
}

/** The report in a format; undefined when the review has none (yet). */
export async function findReport(store: Store, tenantId: string, reviewId: string, format: string): Promise<string | undefined> {
  const report = await store.asTenant(tenantId, (tx) =>
    tx
      .selectFrom('reports')
      .innerJoin('reviews', (join) => join.on(sql<boolean>`reports.review_id = coalesce(reviews.same_as, reviews.id)`))
      .select('reports.body')
      .where('reviews.tenant_id', '=', tenantId)
      .where('reviews.id', '=', reviewId)
      .where('reports.format', '=', format)
      .executeTakeFirst(),
  );
  return report?.body;
}

/**
 * Cancels a waiting review at once, and asks a running one to stop, which it does within a second.
 * @returns false when it had ended already, undefined when there is none
 */
export async function cancelReview(store: Store, tenantId: string, id: string): Promise<boolean | undefined> {
  return store.asTenant(tenantId, async (tx) => {
    if (!(await isThere(tx, tenantId, id))) return undefined;
    const cancelled = await cancelJob(tx, id);
    if (cancelled === 'cancelled') await endReview(tx, id, { is: 'cancelled' });
    return cancelled !== undefined;
  });
}

/**
 * Gives a failed or cancelled review more attempts.
 * @returns false when it is in neither state, undefined when there is none
 */
export async function retryReview(store: Store, queue: Queue, tenantId: string, id: string, attempts = 3, traceparent?: string): Promise<boolean | undefined> {
  const retried = await store.asTenant(tenantId, async (tx) => {
    if (!(await isThere(tx, tenantId, id))) return undefined;
    const attempt = await reviveJob(tx, id, attempts, traceparent);
    if (attempt === undefined) return { attempt };
    // `started_at` is set even when it never was: a review that waits again must not stand in the way of one that was ordered since.
    await tx
      .updateTable('reviews')
      .where('id', '=', id)
      .set({ state: 'queued', failure_code: null, failure: null, failure_hint: null, finished_at: null, started_at: sql<Date>`coalesce(started_at, now())` })
      .execute();
    await addEvent(tx, id, 'queued');
    return { attempt };
  });
  if (retried?.attempt !== undefined) queue.ring([{ id, attempt: retried.attempt }]);
  return retried && retried.attempt !== undefined;
}

/** Events after `seq` (0 for all), in order. Wait for more with `store.listen('ai_agents_events', …)`, and look once a second besides. */
export const listEvents = (store: Store, tenantId: string, reviewId: string, afterSeq: number): Promise<Selectable<EventTable>[]> =>
  store.asTenant(tenantId, (tx) =>
    tx
      .selectFrom('events')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('review_id', '=', reviewId)
      .where('seq', '>', afterSeq)
      .orderBy('seq')
      .limit(1000)
      .execute(),
  );

/** Adds an event with the next number of its review, and tells those who listen when the transaction is committed. */
export async function addEvent(tx: Tx, reviewId: string, kind: EventKind, detail: { done?: number; of?: number; note?: string } = {}): Promise<void> {
  await sql`SELECT add_event(${reviewId}, ${kind}, ${detail.done ?? null}, ${detail.of ?? null}, ${detail.note ?? null})`.execute(tx);
}

/** What a run needs to know of its review, which counts as started from here. Undefined when the review has ended or is gone. */
export const startReview = (store: Store, tenantId: string, id: string) =>
  store.asTenant(tenantId, async (tx) => {
    const review = await tx
      .updateTable('reviews')
      .from('repositories')
      .whereRef('repositories.id', '=', 'reviews.repository_id')
      .where('reviews.id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .set({ state: 'running', started_at: sql<Date>`coalesce(started_at, now())` })
      .returning(['ref', 'commit', 'holds', 'stories', 'manifests', 'request_id', 'url as repository'])
      .executeTakeFirst();
    // One that waits for another review of its commit starts again and again, and that is nobody's news.
    if (review && (review.commit === null || review.holds)) await addEvent(tx, id, 'cloning');
    return review;
  });

/** The review that does the work for a commit and a subject. */
export type Holder = Pick<Selectable<ReviewTable>, 'id' | 'state' | 'outcome'>;

/**
 * Binds a review to its commit, for good.
 * @returns the other review that does the work for this commit already, or undefined when this one does
 */
export async function bindToCommit(store: Store, tenantId: string, id: string, commit: string): Promise<Holder | undefined> {
  for (;;) {
    try {
      return await store.asTenant(tenantId, async (tx) => {
        const holder = await tx
          .selectFrom('reviews as other')
          .innerJoin('reviews as mine', (join) => join.onRef('mine.repository_id', '=', 'other.repository_id').onRef('mine.subject', '=', 'other.subject'))
          .select(['other.id', 'other.state', 'other.outcome'])
          .where('mine.id', '=', id)
          .where('other.commit', '=', commit)
          .where('other.holds', '=', true)
          .where('other.id', '!=', id)
          .executeTakeFirst();
        await tx
          .updateTable('reviews')
          .where('id', '=', id)
          .set({ commit, holds: holder === undefined })
          .execute();
        if (!holder) await addEvent(tx, id, 'reading');
        return holder;
      });
    } catch (error) {
      // The unique index let another one in since we looked: look again.
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error;
    }
  }
}

export interface FinishedClaim {
  readonly claimId: string;
  readonly kind: string;
  readonly text: string;
  readonly ticked: boolean | null;
  readonly verdict: string;
  readonly because: string;
}

export interface FinishedReview {
  readonly outcome: ReviewOutcome;
  readonly storyPaths: readonly string[];
  readonly storyTitle: string;
  readonly claims: readonly FinishedClaim[];
  /** text by format */
  readonly reports: Readonly<Record<string, string>>;
}

/** Stores a finished review: report, verdicts, outcome and last event. */
export async function saveReview(tx: Tx, tenantId: string, id: string, finished: FinishedReview): Promise<void> {
  const storyId = await storyOf(tx, tenantId, id, finished);
  await tx
    .insertInto('reports')
    .values(Object.entries(finished.reports).map(([format, body]) => ({ review_id: id, tenant_id: tenantId, format, body })))
    .execute();
  // One parameter for each column, not for each value: a large story would have more than the 65,535 that a statement may have.
  const { claims } = finished;
  await sql`INSERT INTO verdicts (review_id, tenant_id, story_id, position, claim_id, kind, text, ticked, verdict, because)
    SELECT ${id}, ${tenantId}, ${storyId}, position, claim_id, kind, text, ticked, verdict, because
    FROM unnest(${claims.map(({ claimId }) => claimId)}::text[], ${claims.map(({ kind }) => kind)}::text[], ${claims.map(({ text }) => text)}::text[],
      ${claims.map(({ ticked }) => ticked)}::boolean[], ${claims.map(({ verdict }) => verdict)}::text[], ${claims.map(({ because }) => because)}::text[])
    WITH ORDINALITY AS claim (claim_id, kind, text, ticked, verdict, because, position)`.execute(tx);
  await endReview(tx, id, { is: 'done', outcome: finished.outcome, storyId });
  await sql`SELECT note_stages(${id})`.execute(tx); // last: what it changes is the same few rows for all
}

/** Ends a review with the result of another one of the same commit and subject. */
export async function saveSameAs(tx: Tx, id: string, other: { id: string; outcome: ReviewOutcome }): Promise<void> {
  const { story_id } = await tx.selectFrom('reviews').select('story_id').where('id', '=', other.id).executeTakeFirstOrThrow();
  await endReview(tx, id, { is: 'done', outcome: other.outcome, storyId: story_id, sameAs: other.id });
}

async function storyOf(tx: Tx, tenantId: string, reviewId: string, { storyPaths, storyTitle }: FinishedReview): Promise<string> {
  const paths = sql<string[]>`${[...storyPaths]}::text[]`;
  const find = () =>
    tx
      .selectFrom('stories')
      .innerJoin('reviews', 'reviews.repository_id', 'stories.repository_id')
      .select('stories.id')
      .where('reviews.id', '=', reviewId)
      .where('stories.paths', '=', paths)
      .executeTakeFirst();
  const known = await find();
  if (known) return known.id;
  const inserted = await tx
    .insertInto('stories')
    .columns(['tenant_id', 'repository_id', 'paths', 'title'])
    .expression((eb) =>
      eb
        .selectFrom('reviews')
        .select([eb.val(tenantId).as('tenant_id'), 'repository_id', paths.as('paths'), eb.val(storyTitle).as('title')])
        .where('id', '=', reviewId),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return (inserted ?? (await find()))!.id;
}

export type ReviewEnd =
  | { readonly is: 'done'; readonly outcome: ReviewOutcome; readonly storyId: string | null; readonly sameAs?: string }
  | { readonly is: 'failed'; readonly code: string; readonly message: string; readonly hint: string }
  | { readonly is: 'cancelled' }
  /** back in the queue; without a message nobody needs to know */
  | { readonly is: 'queued'; readonly message?: string };

/** Writes how a review ended, or that it waits again, with the event that says so. */
export async function endReview(tx: Tx, id: string, end: ReviewEnd): Promise<void> {
  const now = sql<Date>`now()`;
  const set = tx.updateTable('reviews').where('id', '=', id);
  switch (end.is) {
    case 'done':
      await set.set({ state: 'done', outcome: end.outcome, story_id: end.storyId, same_as: end.sameAs ?? null, finished_at: now }).execute();
      return addEvent(tx, id, 'done', { note: end.outcome });
    case 'failed':
      await set.set({ state: 'failed', holds: false, failure_code: end.code, failure: end.message, failure_hint: end.hint, finished_at: now }).execute();
      return addEvent(tx, id, 'failed', { note: end.message });
    case 'cancelled':
      await set.set({ state: 'cancelled', holds: false, finished_at: now }).execute();
      return addEvent(tx, id, 'cancelled');
    case 'queued':
      await set.set({ state: 'queued' }).execute();
      if (end.message !== undefined) await addEvent(tx, id, 'retrying', { note: end.message });
  }
}

export interface ClaimHistory {
  readonly claimId: string;
  /** as the newest review has it */
  readonly text: string;
  /** oldest first */
  readonly verdicts: readonly ClaimVerdict[];
  /** the commit at which `met` was lost, when it is lost now */
  readonly untrueSince: string | undefined;
}
export interface ClaimVerdict {
  readonly commit: string;
  readonly reviewId: string;
  readonly verdict: string;
  readonly because: string;
  readonly at: Date;
}

/** The verdict of each claim of a story over commits; undefined when the tenant has no such story. */
export async function storyHistory(store: Store, tenantId: string, storyId: string): Promise<ClaimHistory[] | undefined> {
  const rows = await store.asTenant(tenantId, async (tx) => {
    if (!(await tx.selectFrom('stories').select('id').where('tenant_id', '=', tenantId).where('id', '=', storyId).executeTakeFirst())) return undefined;
    return tx
      .selectFrom('verdicts')
      .innerJoin('reviews', 'reviews.id', 'verdicts.review_id')
      .select(['claim_id', 'text', 'commit', 'review_id', 'verdict', 'because', 'finished_at'])
      .where('verdicts.tenant_id', '=', tenantId)
      .where('verdicts.story_id', '=', storyId)
      .orderBy('reviews.created_at')
      .orderBy('position')
      .execute();
  });
  if (!rows) return undefined;
  return [...Map.groupBy(rows, ({ claim_id }) => claim_id)].map(([claimId, ofClaim]) => {
    const verdicts = ofClaim.map((row) => ({ commit: row.commit!, reviewId: row.review_id, verdict: row.verdict, because: row.because, at: row.finished_at! }));
    return { claimId, text: ofClaim.at(-1)!.text, verdicts, untrueSince: untrueSince(verdicts) };
  });
}

/** The first commit after the last one at which the claim was met; undefined when it is met now or never was. */
export function untrueSince(verdicts: readonly Pick<ClaimVerdict, 'commit' | 'verdict'>[]): string | undefined {
  const lastMet = verdicts.findLastIndex(({ verdict }) => verdict === 'met');
  return lastMet < 0 ? undefined : verdicts[lastMet + 1]?.commit;
}
