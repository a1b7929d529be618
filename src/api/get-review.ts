import { notFound } from '../errors.ts';
import { findReview } from '../store/reviews.ts';
import { ById, ReviewBody, reviewBody } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const getReview = defineOperation({
  id: 'getReview',
  method: 'GET',
  path: '/reviews/:id',
  summary: 'Read one review: its state, commit and outcome',
  scope: 'read',
  params: ById,
  answers: ReviewBody,
  async run({ id }, { store, tenantId }) {
    const review = await findReview(store, tenantId, id);
    if (!review) throw notFound('review', id);
    return reviewBody(review);
  },
});
