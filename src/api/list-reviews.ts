import { z } from 'zod';
import { listReviews as list } from '../store/reviews.ts';
import { Id, Outcome, ReviewBody, reviewBody, State } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const listReviews = defineOperation({
  id: 'listReviews',
  method: 'GET',
  path: '/reviews',
  summary: 'List reviews, newest first',
  scope: 'read',
  query: z.strictObject({
    state: State.optional(),
    outcome: Outcome.optional(),
    repository: z.string().max(2000).optional(),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    limit: z.coerce.number<string | number>().int().min(1).max(100).default(20),
    after: Id.optional().describe('`next` of the page before'),
  }),
  answers: z.object({ reviews: z.array(ReviewBody), next: z.string().nullable().describe('Null on the last page') }),
  async run({ limit, after, ...filter }, { store, tenantId }) {
    const page = await list(store, tenantId, filter, { limit, ...(after !== undefined && { after }) });
    return { reviews: page.reviews.map(reviewBody), next: page.next ?? null };
  },
});
