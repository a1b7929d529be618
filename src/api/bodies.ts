import { z } from 'zod';
import type { StoredReview } from '../store/reviews.ts';

/** What several operations take and give. */

export const Id = z.uuid().describe('As another operation gave it');

/** An id as a path takes it. */
export const ById = z.strictObject({ id: Id });

/** A git host as a path takes it. */
export const ByHost = z.strictObject({
  host: z
    .string()
    .max(253)
    .regex(/^[a-z0-9.-]+$/)
    .describe('e.g. git.example.com, without a port'),
});

export const Time = z.iso.datetime().describe('RFC 3339, UTC');

export const at = (time: Date | null): string | null => time?.toISOString() ?? null;

export const State = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']).meta({ id: 'State' });
export const Outcome = z.enum(['APPROVE', 'CHANGES REQUESTED', 'BLOCKED']).meta({ id: 'Outcome' });

export const ReviewBody = z
  .object({
    id: Id,
    repository: z.string(),
    ref: z.string().describe('As it was asked for'),
    commit: z.string().nullable().describe('What the ref was when the review started'),
    stories: z.array(z.string()),
    manifests: z.array(z.string()),
    state: State,
    outcome: Outcome.nullable().describe('Of a review that is done'),
    failure: z.object({ code: z.string(), detail: z.string().nullable(), hint: z.string().nullable() }).nullable().describe('Why a failed review failed'),
    sameAs: Id.nullable().describe('The review of the same commit and stories whose report is this one’s'),
    story: Id.nullable().describe('For its history'),
    requestedBy: z.string().nullable(),
    createdAt: Time,
    startedAt: Time.nullable(),
    finishedAt: Time.nullable(),
  })
  .meta({ id: 'Review' });

export const reviewBody = (review: StoredReview): z.input<typeof ReviewBody> => ({
  id: review.id,
  repository: review.repository,
  ref: review.ref,
  commit: review.commit,
  stories: review.stories,
  manifests: review.manifests,
  state: review.state,
  outcome: review.outcome,
  failure: review.failure_code === null ? null : { code: review.failure_code, detail: review.failure, hint: review.failure_hint },
  sameAs: review.same_as,
  story: review.story_id,
  requestedBy: review.requested_by,
  createdAt: review.created_at.toISOString(),
  startedAt: at(review.started_at),
  finishedAt: at(review.finished_at),
});
