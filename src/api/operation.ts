import { z } from 'zod';
import type { Queue } from '../queue/queue.ts';
import type { SealingKeys } from '../repositories/credentials.ts';
import type { RepositoryDeps } from '../repositories/open-repository.ts';
import type { Store } from '../store/store.ts';
import type { EventBell } from './event-bell.ts';

/** What a token may do. Each includes the ones before it. */
export const scopes = ['read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** What every operation may use, made once when the API starts. */
export interface ApiDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly repositories: Pick<RepositoryDeps, 'hosts' | 'allowLocal'>;
  readonly sealingKeys: SealingKeys;
  readonly events: EventBell;
  /** starts after which a review is given up */
  readonly reviewAttempts: number;
}

/** Who asks, and until when somebody waits for the answer. */
export interface Context extends ApiDeps {
  readonly tenantId: string;
  readonly token: { readonly id: string; readonly name: string };
  readonly requestId: string;
  /** W3C trace context of this request, when traces are wanted */
  readonly traceparent: string | undefined;
  readonly signal: AbortSignal;
}

/** An answer that is not JSON: whole, or piece by piece. */
export interface TextAnswer {
  readonly type: string;
  readonly body: string | AsyncIterable<string>;
}

const nothing = z.strictObject({});
type Nothing = typeof nothing;

/** One thing that the API does, said once: its route, what it checks, its page in the OpenAPI document, and its function in the client come from here. */
export interface Operation<P extends z.ZodObject, Q extends z.ZodObject, H extends z.ZodObject, B extends z.ZodObject, A extends z.ZodType | MediaTypes> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** below /api/v1, with `:name` for each of `params` */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly params: P;
  readonly query: Q;
  /** lower case; others that a request has are not looked at */
  readonly headers: H;
  readonly body: B;
  /** 200 when it is not said */
  readonly status: 200 | 201 | 202;
  /** of the JSON answer, or the media types of a text */
  readonly answers: A;
  /** Gets what the request holds as one object: names are different in params, query, headers and body. */
  run(input: InputOf<P, Q, H, B>, context: Context): Promise<A extends z.ZodType ? z.input<A> : TextAnswer>;
}

export interface MediaTypes {
  readonly media: readonly string[];
}

/** `T`, or nothing at all where a schema has no fields: Zod types its values so that they could not be joined with others. */
export type IfFields<S extends z.ZodObject, T> = [keyof S['shape']] extends [never] ? unknown : T;

type InputOf<P extends z.ZodObject, Q extends z.ZodObject, H extends z.ZodObject, B extends z.ZodObject> = IfFields<P, z.output<P>> &
  IfFields<Q, z.output<Q>> &
  IfFields<H, z.output<H>> &
  IfFields<B, z.output<B>>;

// Method parameters are bivariant, so every operation is one of these, whatever it takes.
export type AnyOperation = Operation<z.ZodObject, z.ZodObject, z.ZodObject, z.ZodObject, z.ZodType | MediaTypes>;

export const isMedia = (answers: z.ZodType | MediaTypes): answers is MediaTypes => 'media' in answers;

type Optional = 'params' | 'query' | 'headers' | 'body' | 'status';

/** Describes an operation; what it does not take is left out. */
export function defineOperation<
  A extends z.ZodType | MediaTypes,
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  H extends z.ZodObject = Nothing,
  B extends z.ZodObject = Nothing,
>(operation: Omit<Operation<P, Q, H, B, A>, Optional> & Partial<Pick<Operation<P, Q, H, B, A>, Optional>>): Operation<P, Q, H, B, A> {
  const left = { params: nothing, query: nothing, headers: nothing, body: nothing, status: 200 as const };
  return { ...left, ...operation } as Operation<P, Q, H, B, A>;
}
