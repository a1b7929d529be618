import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { ReviewOutcome, ReviewState } from './tables.ts';

/** What ended within the last day, over all tenants and without their names. */
export interface ReviewTotals {
  readonly reviews: readonly { state: ReviewState; outcome: ReviewOutcome | null; count: number }[];
  readonly verdicts: readonly { verdict: string; count: number }[];
  /** seconds that each stage took */
  readonly stages: readonly { stage: string; p50: number; p95: number }[];
}

export async function reviewTotals(store: Store): Promise<ReviewTotals> {
  const { rows } = await store.outsideTenants((tx) => sql<{ totals: ReviewTotals }>`SELECT review_totals() AS totals`.execute(tx));
  return rows[0]!.totals;
}
