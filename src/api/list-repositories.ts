import { z } from 'zod';
import { listRepositories as list } from '../store/repositories.ts';
import { Id, Outcome, State, Time } from './bodies.ts';
import { defineOperation } from './operation.ts';

const RepositoryBody = z
  .object({
    id: Id,
    url: z.string(),
    stories: z.array(z.object({ id: Id, title: z.string(), paths: z.array(z.string()) })),
    latest: z.object({ id: Id, state: State, outcome: Outcome.nullable(), commit: z.string().nullable() }).nullable().describe('The newest review'),
    createdAt: Time,
  })
  .meta({ id: 'Repository' });

export const listRepositories = defineOperation({
  id: 'listRepositories',
  method: 'GET',
  path: '/repositories',
  summary: 'List the repositories that were ever reviewed, with their stories',
  scope: 'read',
  query: z.strictObject({
    limit: z.coerce.number<string | number>().int().min(1).max(100).default(50),
    after: z.string().max(2000).optional().describe('`next` of the page before'),
  }),
  answers: z.object({ repositories: z.array(RepositoryBody), next: z.string().nullable().describe('Null on the last page') }),
  async run(page, { store, tenantId }) {
    const { repositories, next } = await list(store, tenantId, page);
    return {
      repositories: repositories.map(({ created_at, ...rest }) => ({ ...rest, stories: [...rest.stories], createdAt: created_at.toISOString() })),
      next: next ?? null,
    };
  },
});
