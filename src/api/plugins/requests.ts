import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { notFound } from '../../errors.ts';
import { isAway, problemBody } from '../problem.ts';

/** The caller's own id when it is one that can stand in a log line and a header, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Every answer carries its request's id; every error is a problem document; every request is one log line. */
export function answerInForm(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
  });
  app.setNotFoundHandler((request) => {
    const { pathname } = new URL(request.url, 'http://x');
    throw notFound(request.method, pathname, 'See /docs for what there is.');
  });
  app.setErrorHandler((error, request, reply) => {
    const body = problemBody(error, request.id);
    // What the caller did wrong is in the line of the request; what went wrong in here needs its stack.
    if (body.status >= 500) request.log[isAway(error) ? 'warn' : 'error']({ err: error, code: body.code }, 'request failed');
    if (body.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(body.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(body));
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, user } = request;
    const quiet = routeOptions.url?.startsWith('/health') || routeOptions.url === '/metrics';
    request.log[quiet ? 'debug' : 'info'](
      {
        method,
        route: routeOptions.url ?? '(none)',
        path: new URL(request.url, 'http://x').pathname, // a query could hold what does not belong in a log
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(user && { tenantId: user.tenantId, tokenId: user.tokenId }),
      },
      'request',
    );
  });
}
