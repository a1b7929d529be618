import { cancelReview } from './cancel-review.ts';
import { createToken } from './create-token.ts';
import { deleteCredential } from './delete-credential.ts';
import { getReport } from './get-report.ts';
import { getReview } from './get-review.ts';
import { listCredentials } from './list-credentials.ts';
import { listEvents } from './list-events.ts';
import { listRepositories } from './list-repositories.ts';
import { listReviews } from './list-reviews.ts';
import { listTokens } from './list-tokens.ts';
import { orderReview } from './order-review.ts';
import { putCredential } from './put-credential.ts';
import { retryReview } from './retry-review.ts';
import { revokeToken } from './revoke-token.ts';
import { storyHistory } from './story-history.ts';

/** Everything that /api/v1 does. */
export const operations = {
  orderReview,
  listReviews,
  getReview,
  getReport,
  cancelReview,
  retryReview,
  listEvents,
  listRepositories,
  storyHistory,
  createToken,
  listTokens,
  revokeToken,
  putCredential,
  listCredentials,
  deleteCredential,
};
export type Operations = typeof operations;
