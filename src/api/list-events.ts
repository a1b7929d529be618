import { z } from 'zod';
import { notFound } from '../errors.ts';
import { findReview, listEvents as list } from '../store/reviews.ts';
import { ById } from './bodies.ts';
import { type Context, defineOperation } from './operation.ts';

/** After which no further event comes, unless somebody retries. */
const last = ['done', 'failed', 'cancelled'];
/** So that proxies which close silent connections see a life sign. */
const silence = 15_000;

export const listEvents = defineOperation({
  id: 'listEvents',
  method: 'GET',
  path: '/reviews/:id/events',
  summary: 'Follow a review as server-sent events: queued, cloning, reading, judging n of m, then done, failed or cancelled',
  scope: 'read',
  params: ById,
  headers: z.object({ 'last-event-id': z.coerce.number<string>().int().min(0).max(2_147_483_647).default(0).describe('Only events after this one') }),
  answers: { media: ['text/event-stream'] },
  async run({ id, 'last-event-id': after }, context) {
    if (!(await findReview(context.store, context.tenantId, id))) throw notFound('review', id);
    return { type: 'text/event-stream', body: follow(id, after, context) };
  },
});

async function* follow(id: string, after: number, { store, tenantId, events, signal }: Context): AsyncGenerator<string> {
  using attendance = events.attend(id); // before looking, so that nothing falls between
  let seen = after;
  let spoke = Date.now();
  while (!signal.aborted) {
    const fresh = await list(store, tenantId, id, seen);
    for (const { seq, kind, done, of, note, at } of fresh) {
      const data = { kind, ...(of !== null && { done, of }), ...(note !== null && { note }), at: at.toISOString() };
      yield `id: ${seq}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
      seen = seq;
      spoke = Date.now();
    }
    if (last.includes(fresh.at(-1)?.kind ?? '')) return;
    if (fresh.length === 0 && (await isOver(store, tenantId, id))) return; // resumed after its last event
    if (Date.now() - spoke > silence) {
      yield ': still here\n\n';
      spoke = Date.now();
    }
    await attendance.rung(signal);
  }
}

async function isOver(store: Context['store'], tenantId: string, id: string): Promise<boolean> {
  const review = await findReview(store, tenantId, id);
  return review === undefined || last.includes(review.state);
}
