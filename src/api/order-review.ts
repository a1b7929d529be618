import { z } from 'zod';
import { repositoryRefused } from '../errors.ts';
import { allowedBy, parseLocation } from '../repositories/location.ts';
import { orderReview as order } from '../store/reviews.ts';
import { Id } from './bodies.ts';
import { type ApiDeps, defineOperation } from './operation.ts';

const path = z
  .string()
  .min(1)
  .max(1000)
  .refine((text) => !text.startsWith('/') && !text.split('/').includes('..') && !text.includes('\0'), 'expected a path below the repository');

export const orderReview = defineOperation({
  id: 'orderReview',
  method: 'POST',
  path: '/reviews',
  summary: 'Ask for a review of a story at a commit',
  scope: 'write',
  status: 202,
  headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional().describe('The same key with the same request gives the same review') }),
  body: z.strictObject({
    repository: z.string().min(1).max(2000).describe('https://…, ssh://… or git@host:path; under `serve` also a path of its machine'),
    ref: z.string().min(1).max(250).default('HEAD').describe('A branch, a tag or a commit'),
    stories: z.array(path).min(1).max(50).describe("Paths of the story's files"),
    manifests: z.array(path).max(50).default([]).describe('Files or folders to look for manifests in; everywhere when empty'),
    from: z.enum(['person', 'webhook']).default('person').describe('A person goes before a webhook'),
  }),
  answers: z.object({ id: Id, fresh: z.boolean().describe('False when this was asked for before') }),
  async run(
    { 'idempotency-key': idempotencyKey, repository, ...rest },
    { store, queue, tenantId, token, requestId, traceparent, repositories, reviewAttempts },
  ) {
    return order(store, queue, tenantId, {
      ...rest,
      repository: checkedAddress(repository, repositories),
      requestedBy: token.name,
      requestId,
      traceparent,
      attempts: reviewAttempts,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  },
});

/** The repository's address in its one spelling. What is refused by its text is refused here, rather than by a job later. */
function checkedAddress(text: string, { hosts, allowLocal }: ApiDeps['repositories']): string {
  const location = parseLocation(text);
  if (location.kind === 'local' && !allowLocal) throw repositoryRefused('a path', 'only `ai-agents serve` reviews repositories of its own machine');
  if (location.kind !== 'local' && !allowedBy(location, hosts)) {
    throw repositoryRefused(location.text, `${location.host} is not on the list of allowed hosts for ${location.kind}`);
  }
  return location.text;
}
