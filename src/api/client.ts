import type { z } from 'zod';
import { routes } from './client-routes.ts';
import type { IfFields, MediaTypes, Operation } from './operation.ts';
import type { Operations } from './operations.ts';
import type { ProblemBody } from './problem.ts';

// Types come from the operations themselves and are gone when this runs, so a client brings no server with it.
type InputOf<O> =
  O extends Operation<infer P, infer Q, infer H, infer B, infer _>
    ? IfFields<P, z.input<P>> & IfFields<Q, z.input<Q>> & IfFields<H, z.input<H>> & IfFields<B, z.input<B>>
    : never;
type AnswerOf<O> =
  O extends Operation<infer _P, infer _Q, infer _H, infer _B, infer A> ? (A extends z.ZodType ? z.output<A> : A extends MediaTypes ? Response : never) : never;

/** A function for each operation: it takes path, query, header and body values as one object; a text answer comes as the Response itself. */
export type Client = {
  [K in keyof Operations]: Record<never, never> extends InputOf<Operations[K]>
    ? (input?: InputOf<Operations[K]>, signal?: AbortSignal) => Promise<AnswerOf<Operations[K]>>
    : (input: InputOf<Operations[K]>, signal?: AbortSignal) => Promise<AnswerOf<Operations[K]>>;
};

/** An answer that is not 2xx. */
export class ApiError extends Error {
  readonly problem: z.infer<typeof ProblemBody>;
  constructor(problem: z.infer<typeof ProblemBody>) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/**
 * A client of a running platform.
 * @param baseUrl e.g. `http://127.0.0.1:8000`
 * @param token as `ai-agents token create` printed it
 */
export function createClient(baseUrl: string, token: string): Client {
  const call = async (id: keyof Operations, input: Readonly<Record<string, unknown>> = {}, signal?: AbortSignal) => {
    const { method, path, query, headers, text } = routes[id];
    const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
    const take = (name: string) => {
      const value = rest.get(name);
      rest.delete(name);
      return value;
    };
    const url = new URL(`/api/v1${path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(take(name))))}`, baseUrl);
    for (const name of query) if (rest.has(name)) url.searchParams.set(name, String(take(name)));
    const sent = new Headers({ authorization: `Bearer ${token}` });
    for (const name of headers) if (rest.has(name)) sent.set(name, String(take(name)));
    if (rest.size > 0) sent.set('content-type', 'application/json');
    const body = rest.size > 0 ? JSON.stringify(Object.fromEntries(rest)) : undefined;
    const response = await fetch(url, { method, headers: sent, ...(body !== undefined && { body }), ...(signal && { signal }) });
    if (!response.ok) throw new ApiError((await response.json()) as z.infer<typeof ProblemBody>);
    return text ? response : response.json();
  };
  return Object.fromEntries(
    Object.keys(routes).map((id) => [id, (input?: Readonly<Record<string, unknown>>, signal?: AbortSignal) => call(id as keyof Operations, input, signal)]),
  ) as unknown as Client;
}
