import { notFound, stateConflict } from '../errors.ts';
import { findReview, retryReview as retry } from '../store/reviews.ts';
import { ById, ReviewBody, reviewBody } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const retryReview = defineOperation({
  id: 'retryReview',
  method: 'POST',
  path: '/reviews/:id/retry',
  summary: 'Queue a failed or cancelled review again',
  scope: 'write',
  status: 202,
  params: ById,
  answers: ReviewBody,
  async run({ id }, { store, queue, tenantId, reviewAttempts, traceparent }) {
    const queued = await retry(store, queue, tenantId, id, reviewAttempts, traceparent);
    const review = await findReview(store, tenantId, id);
    if (!review || queued === undefined) throw notFound('review', id);
    if (!queued) throw stateConflict(`this review is ${review.state} and cannot be retried`, 'Only a failed or cancelled review can be retried.');
    return reviewBody(review);
  },
});
