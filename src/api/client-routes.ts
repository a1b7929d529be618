// Generated from operations.ts by `npx vitest run src/api/documents.test.ts -u`.

interface Route {
  readonly method: string;
  readonly path: string;
  /** what goes into the query, and into headers; the path says the rest, and what is left is the body */
  readonly query: readonly string[];
  readonly headers: readonly string[];
  readonly text: boolean;
}

export const routes = {
  orderReview: { method: 'POST', path: '/reviews', query: [], headers: ['idempotency-key'], text: false },
  listReviews: { method: 'GET', path: '/reviews', query: ['state', 'outcome', 'repository', 'commit', 'limit', 'after'], headers: [], text: false },
  getReview: { method: 'GET', path: '/reviews/:id', query: [], headers: [], text: false },
  getReport: { method: 'GET', path: '/reviews/:id/report.:format', query: [], headers: [], text: true },
  cancelReview: { method: 'POST', path: '/reviews/:id/cancel', query: [], headers: [], text: false },
  retryReview: { method: 'POST', path: '/reviews/:id/retry', query: [], headers: [], text: false },
  listEvents: { method: 'GET', path: '/reviews/:id/events', query: [], headers: ['last-event-id'], text: true },
  listRepositories: { method: 'GET', path: '/repositories', query: ['limit', 'after'], headers: [], text: false },
  storyHistory: { method: 'GET', path: '/stories/:id/history', query: [], headers: [], text: false },
  createToken: { method: 'POST', path: '/tokens', query: [], headers: [], text: false },
  listTokens: { method: 'GET', path: '/tokens', query: [], headers: [], text: false },
  revokeToken: { method: 'DELETE', path: '/tokens/:id', query: [], headers: [], text: false },
  putCredential: { method: 'PUT', path: '/credentials/:host', query: [], headers: [], text: false },
  listCredentials: { method: 'GET', path: '/credentials', query: [], headers: [], text: false },
  deleteCredential: { method: 'DELETE', path: '/credentials/:host', query: [], headers: [], text: false },
} as const satisfies Record<string, Route>;
