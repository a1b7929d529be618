import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { ReviewOutcome, ReviewState } from './tables.ts';

/** What ended within the last day, over all tenants and without their names. */
export interface ReviewTotals {
  readonly reviews: readonly { state: ReviewState; outcome: ReviewOutcome | null; count: number }[];
  readonly verdicts: readonly { verdict: string; count: number }[];
}

/** Reviews whose stage took more than the bound below `le` and not more than `le`, since the database was made. */
export interface StageBucket {
  readonly stage: string;
  /** seconds; the last one of a stage is Infinity */
  readonly le: number;
  readonly count: number;
  /** of these reviews together */
  readonly seconds: number;
}

export async function reviewTotals(store: Store): Promise<ReviewTotals> {
  const { rows } = await store.outsideTenants((tx) => sql<{ totals: ReviewTotals }>`SELECT review_totals() AS totals`.execute(tx));
  return rows[0]!.totals;
}

/** By stage and bound, in this order. */
export const stageTotals = (store: Store): Promise<StageBucket[]> => store.call(sql<StageBucket>`SELECT * FROM ai_agents.stage_totals()`);
