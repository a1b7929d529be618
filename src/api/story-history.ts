import { z } from 'zod';
import { notFound } from '../errors.ts';
import { storyHistory as history } from '../store/reviews.ts';
import { ById, Id, Time } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const storyHistory = defineOperation({
  id: 'storyHistory',
  method: 'GET',
  path: '/stories/:id/history',
  summary: "Read the verdict of each of a story's claims over commits: what became untrue, and at which commit",
  scope: 'read',
  params: ById,
  answers: z.object({
    claims: z.array(
      z.object({
        claimId: z.string(),
        text: z.string(),
        untrueSince: z.string().nullable().describe('The commit at which it stopped being met, when it is not met now'),
        verdicts: z.array(z.object({ commit: z.string(), review: Id, verdict: z.string(), because: z.string(), at: Time })),
      }),
    ),
  }),
  async run({ id }, { store, tenantId }) {
    const claims = await history(store, tenantId, id);
    if (!claims) throw notFound('story', id);
    return {
      claims: claims.map(({ claimId, text, untrueSince, verdicts }) => ({
        claimId,
        text,
        untrueSince: untrueSince ?? null,
        verdicts: verdicts.map(({ reviewId, at, ...rest }) => ({ ...rest, review: reviewId, at: at.toISOString() })),
      })),
    };
  },
});
