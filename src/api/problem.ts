import { z } from 'zod';
import { mediaUnsupported, overloaded, Problem, requestInvalid } from '../errors.ts';

/** An error as every answer that is not 2xx says it (RFC 9457), with our code and what to do. */
export const ProblemBody = z
  .object({
    type: z.string().describe('urn:ai-agents:problem: and the code'),
    title: z.string().describe('What the HTTP status says'),
    status: z.int(),
    code: z.string().describe('Stable; docs/errors.md lists them'),
    detail: z.string(),
    hint: z.string().describe('What to do about it'),
    requestId: z.string().describe("The same as in the program's log"),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Each value of the request that does not fit'),
  })
  .meta({ id: 'Problem' });

const statuses: Readonly<Record<string, number>> = {
  REQUEST_INVALID: 400,
  UNAUTHENTICATED: 401,
  SCOPE_MISSING: 403,
  NOT_FOUND: 404,
  STATE_CONFLICT: 409,
  CREDENTIAL_SEALED: 409,
  CREDENTIALS_OFF: 409,
  MEDIA_UNSUPPORTED: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  REPOSITORY_UNCLEAR: 422,
  REPOSITORY_REFUSED: 422,
  RATE_LIMITED: 429,
  DATABASE_UNUSABLE: 503,
  SCHEMA_OUTDATED: 503,
  UNAVAILABLE: 503,
};
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The codes of PostgreSQL, its drivers and the system that say the database is away, rather than that we asked it nonsense. */
const away = /^(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|57P0[123]|08\d{3}|53\d{3})$/;

/** What an error is to the one who asked. A bug says nothing of itself: its stack is in the log, under the request's id. */
export function problemBody(error: unknown, requestId: string): z.infer<typeof ProblemBody> {
  const problem = asProblem(error);
  const status = statusOf(error, problem);
  return {
    type: `urn:ai-agents:problem:${problem.code}`,
    title: titles[status] ?? 'Error',
    status,
    code: problem.code,
    detail: problem.message,
    hint: problem.hint,
    requestId,
    ...(problem.cause instanceof z.ZodError && {
      errors: problem.cause.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    }),
  };
}

function statusOf(error: unknown, problem: Problem): number {
  if (problem.code in statuses && problem.code !== 'REQUEST_INVALID') return statuses[problem.code]!;
  const own = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof own === 'number' && own >= 400 && own < 600) return own;
  return statuses[problem.code] ?? 500;
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof z.ZodError) return requestInvalid(error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; '), error);
  if (error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return mediaUnsupported();
  // Fastify's own: a body that is no JSON, is too large, or comes too slowly
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) return requestInvalid(error.message);
  if (isAway(error)) return overloaded(isFull(error) ? 'the database has no space left on its disk, so nothing new is taken' : 'the database does not answer');
  return new Problem('INTERNAL', 'something went wrong in here', { hint: "Report it with the request's id, under which the log has the rest." });
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: disk_full */
const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '53100';

/** Whether the database was away: narrower than `isPassing`, which is for those who may try again, and would hide bugs here. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return away.test(error.code);
  if (error instanceof AggregateError) return error.errors.some(isAway);
  return /^Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}
