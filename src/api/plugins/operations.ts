import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { requestInvalid } from '../../errors.ts';
import { LinkedAbort } from '../../linked-abort.ts';
import type { AnyOperation, ApiDeps, TextAnswer } from '../operation.ts';
import { isMedia } from '../operation.ts';
import { operations } from '../operations.ts';
import { userOf } from './tokens.ts';

/** Gives each operation its route. What comes in is parsed by its schemas, and what goes out too: a field that is not described is not sent. */
export function addOperations(api: FastifyInstance, deps: ApiDeps, closing: AbortSignal): void {
  for (const operation of Object.values<AnyOperation>(operations)) {
    api.route({
      method: operation.method,
      url: operation.path,
      config: { scope: operation.scope },
      handler: (request, reply) => answer(operation, deps, closing, request, reply),
    });
  }
}

async function answer(operation: AnyOperation, deps: ApiDeps, closing: AbortSignal, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const input = {
    ...operation.params.parse(request.params),
    ...operation.query.parse(request.query),
    ...operation.headers.parse(only(operation.headers, request.headers)),
    ...operation.body.parse(request.body ?? {}),
  };
  for (const [name, value] of Object.entries(input)) {
    for (const text of [value].flat()) if (typeof text === 'string' && !isStorable(text)) throw requestInvalid(`${name}: it has characters that are no text`);
  }
  const gone = new LinkedAbort(closing);
  reply.raw.once('close', () => {
    gone.abort();
    gone[Symbol.dispose]();
  });
  const { tenantId, tokenId, name } = userOf(request);
  const context = {
    ...deps,
    tenantId,
    token: { id: tokenId, name },
    requestId: request.id,
    traceparent: request.span?.traceparent,
    signal: gone.signal,
  };
  const result = await operation.run(input, context);
  reply.code(operation.status).header('cache-control', 'no-store');
  if (isMedia(operation.answers)) {
    const { type, body } = result as TextAnswer;
    reply.type(type);
    if (typeof body === 'string') return reply.send(body);
    return reply.header('connection', 'close').header('x-accel-buffering', 'no').send(Readable.from(body));
  }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(operation.answers.parse(result)));
}

/** Whether PostgreSQL has a way to write it: not the NUL character, nor half of one that takes two. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

const only = (schema: z.ZodObject, headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
