import type { FastifyInstance, FastifyRequest } from 'fastify';
import { scopeMissing, unauthenticated } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { findTokenUser, type TokenUser } from '../../store/tokens.ts';
import { type Scope, scopes } from '../operation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    user: TokenUser | undefined;
  }
  interface FastifyContextConfig {
    scope?: Scope;
  }
}

/** Who sent a request that has passed `requireToken`. */
export function userOf(request: FastifyRequest): TokenUser {
  if (!request.user) throw new Error('routes below /api/v1 run after requireToken');
  return request.user;
}

/** Lets only requests with a live token of the route's scope go on. */
export function requireToken(api: FastifyInstance, store: Store): void {
  api.decorateRequest('user', undefined);
  api.addHook('onRequest', async (request) => {
    const [, text] = /^Bearer +([^ ]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (text === undefined) throw unauthenticated('none was sent');
    request.user = await findTokenUser(store, text);
    if (!request.user) throw unauthenticated('this one is not known, or it is revoked or expired');
  });
  api.addHook('preValidation', async (request) => {
    const needed = request.routeOptions.config.scope ?? 'admin';
    // each scope includes the ones before it
    if (!userOf(request).scopes.some((scope) => scopes.indexOf(scope) >= scopes.indexOf(needed))) throw scopeMissing(needed);
  });
}
