import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rateLimited } from '../../errors.ts';
import { userOf } from './tokens.ts';

/**
 * Limits what a token may ask in a minute, counted in this process: n processes together let through n times as much.
 * Wrong tokens are not counted: 256 bits cannot be guessed, and behind a proxy everybody would share one address's count.
 */
export async function limitRates(api: FastifyInstance, max: number): Promise<void> {
  await api.register(rateLimit, {
    max,
    timeWindow: 60_000,
    hook: 'preValidation', // when the token is known
    enableDraftSpec: true, // RateLimit-Limit, -Remaining and -Reset
    keyGenerator: (request: FastifyRequest) => userOf(request).tokenId,
    errorResponseBuilder: (_, { ttl }) => rateLimited(Math.ceil(ttl / 1000)),
  });
}
