import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { rateLimited } from '../../errors.ts';
import { userOf } from './tokens.ts';

/** What a token may ask in a minute, and where that is counted. */
export interface RateLimit {
  readonly perMinute: number;
  /** shared by all processes; without it each counts for itself, and n of them together let through n times as much */
  readonly redis?: Redis | undefined;
}

/**
 * Limits what a token may ask. While Redis is away requests pass uncounted: to refuse all of them would be the greater harm.
 * Wrong tokens are not counted: 256 bits cannot be guessed, and behind a proxy everybody would share one address's count.
 */
export async function limitRates(api: FastifyInstance, { perMinute, redis }: RateLimit): Promise<void> {
  await api.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    hook: 'preValidation', // when the token is known
    enableDraftSpec: true, // RateLimit-Limit, -Remaining and -Reset
    ...(redis && { redis, nameSpace: 'ai-agents-rate:', skipOnError: true }),
    keyGenerator: (request: FastifyRequest) => userOf(request).tokenId,
    errorResponseBuilder: (_, { ttl }) => rateLimited(Math.ceil(ttl / 1000)),
  });
}

/** A connection for counting: nobody waits long for it, and what it cannot do at once it does not do later. */
export async function openCounter(url: string, onTrouble: (error: Error) => void): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { connectTimeout: 1_000, commandTimeout: 500, maxRetriesPerRequest: 0, enableOfflineQueue: false });
  redis.on('error', onTrouble);
  return redis;
}
