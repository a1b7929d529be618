import type { Selectable } from 'kysely';
import type { Queue } from '../queue/queue.ts';
import type { Store } from './store.ts';
import type { EventTable, ReviewState, ReviewTable } from './tables.ts';

export interface ReviewOrder {
  /** the repository's URL, as checked by whoever asks */
  readonly repository: string;
  readonly ref: string;
  readonly stories: readonly string[];
  readonly manifests: readonly string[];
  /** a person goes before a webhook */
  readonly from: 'person' | 'webhook';
  readonly requestedBy?: string;
  readonly requestId?: string;
  /** the same key and the same order give the same review */
  readonly idempotencyKey?: string;
}

export interface StoredReview extends Selectable<ReviewTable> {
  readonly repository: string;
}

/**
 * Accepts a review: review, job and first event in one transaction, then rings for a worker.
 * @returns the review's id; `fresh` is false when this commit and these stories have one already, or the key was used before
 * @throws Problem IDEMPOTENCY_KEY_REUSED when the key was used for another order
 */
export declare function orderReview(store: Store, queue: Queue, tenantId: string, order: ReviewOrder): Promise<{ id: string; fresh: boolean }>;
export declare function findReview(store: Store, tenantId: string, id: string): Promise<StoredReview | undefined>;
/** Newest first. `after` is the `next` of the page before. */
export declare function listReviews(
  store: Store,
  tenantId: string,
  filter: { state?: ReviewState; repository?: string; commit?: string; outcome?: ReviewTable['outcome'] },
  page: { limit: number; after?: string },
): Promise<{ reviews: StoredReview[]; next: string | undefined }>;
/** The report in a format, following `same_as`; undefined when the review has none (yet). */
export declare function findReport(store: Store, tenantId: string, reviewId: string, format: string): Promise<string | undefined>;
/** Cancels what is queued at once; asks a running one to stop (within a second). @returns false when it had ended already, undefined when there is none */
export declare function cancelReview(store: Store, tenantId: string, id: string): Promise<boolean | undefined>;
/** Gives a failed or cancelled review three more attempts. @returns false when it is not in such a state, undefined when there is none */
export declare function retryReview(store: Store, queue: Queue, tenantId: string, id: string): Promise<boolean | undefined>;
/** Events after `seq` (0 for all), in order. Wake on `store.listen('ai_agents_events', id => …)`, and look once a second besides. */
export declare function listEvents(store: Store, tenantId: string, reviewId: string, afterSeq: number): Promise<Selectable<EventTable>[]>;
export interface ClaimHistory {
  readonly claimId: string;
  readonly text: string;
  readonly verdicts: readonly { commit: string; reviewId: string; verdict: string; because: string; at: Date }[];
  /** the commit at which `met` was last lost, when it is lost now */
  readonly untrueSince: string | undefined;
}
/** The verdict of each claim over commits; undefined when the tenant has no such story. */
export declare function storyHistory(store: Store, tenantId: string, storyId: string): Promise<ClaimHistory[] | undefined>;
