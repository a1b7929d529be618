import { notFound, stateConflict } from '../errors.ts';
import { cancelReview as cancel, findReview } from '../store/reviews.ts';
import { ById, ReviewBody, reviewBody } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const cancelReview = defineOperation({
  id: 'cancelReview',
  method: 'POST',
  path: '/reviews/:id/cancel',
  summary: 'Stop a review: at once when it waits, within a second when it runs',
  scope: 'write',
  status: 202,
  params: ById,
  answers: ReviewBody,
  async run({ id }, { store, tenantId }) {
    const stopped = await cancel(store, tenantId, id);
    const review = await findReview(store, tenantId, id);
    if (!review || stopped === undefined) throw notFound('review', id);
    if (!stopped) throw stateConflict(`this review is ${review.state} and cannot be cancelled`, 'Only a queued or running review can be cancelled.');
    return reviewBody(review);
  },
});
