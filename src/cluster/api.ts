import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent, type RequestOptions, request as requestHttps } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { clusterRefused, clusterUnreachable, credentialsExpired, interrupted } from '../errors.ts';
import type { LiveObject } from './object.ts';
import { TimeLimit } from './time-limit.ts';

/** What the API server said instead of doing it: an HTTP status with Kubernetes' own reason and details. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly { field?: string; message?: string; reason?: string }[];
  constructor(status: number, body: string) {
    const said = parseStatus(body);
    super(said?.message ?? (body.slice(0, 300) || `HTTP ${status}`));
    this.name = 'ApiError';
    this.status = status;
    this.reason = said?.reason ?? '';
    this.causes = said?.details?.causes ?? [];
  }
}

/** What went wrong on a cluster, as a Problem where it is known: an interruption comes as many errors, and what the API server refuses us as its own. */
export function problemOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return interrupted();
  return error instanceof ApiError ? clusterRefused(error) : error;
}

interface Status {
  message?: string;
  reason?: string;
  details?: { causes?: { field?: string; message?: string; reason?: string }[] };
}

function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal | undefined;
  /** how long to go on when the server cannot be reached or is overloaded, in milliseconds; none for a request that must not run twice */
  patience?: number;
}

export interface Answer {
  status: number;
  text: string;
  /** of `Warning` headers: what the API server or an admission plugin remarked */
  warnings: readonly string[];
  /** the server's own clock, in milliseconds since the epoch */
  at: number;
}

export const APPLY_PATCH = 'application/apply-patch+yaml';
export const MERGE_PATCH = 'application/merge-patch+json';
const PATIENCE = 30_000;
const ANSWER_WITHIN = 40_000;
const NEVER = new AbortController().signal;

/**
 * Requests to one API server with the credentials of one context. The client library finds those (files, exec plugins, OIDC); the requests are
 * our own because the library opens a TLS connection for each, and its serializers drop the fields they do not know, which are the ones to complain about.
 */
export class Api {
  /** sent so far, repeats included */
  requests = 0;
  readonly config: KubeConfig;
  readonly context: string;
  readonly #server: URL;
  #agent: Agent | undefined;
  // Not Date.now: a machine that slept has not been ignored.
  #lastAnswer = performance.now();

  constructor(config: KubeConfig, context: string) {
    this.config = config;
    this.context = context;
    this.#server = new URL(config.getCurrentCluster()?.server ?? '');
  }

  /** The server's address, for messages. */
  get address(): string {
    return this.#server.origin;
  }

  /** For how many milliseconds the server has said nothing at all. */
  get silentFor(): number {
    return performance.now() - this.#lastAnswer;
  }

  /** Sends one request and gives whatever comes back, errors of the server included. */
  async send(path: string, { patience = PATIENCE, ...request }: Request = {}): Promise<Answer> {
    const until = Date.now() + patience;
    for (let wait = 200; ; wait = Math.min(wait * 2, 2_000)) {
      let failure: unknown;
      try {
        const answer = await this.#once(path, request);
        if (answer.status !== 429 && answer.status < 502) return answer;
        if (answer.status > 504 || Date.now() + wait > until) return answer;
      } catch (error) {
        if (request.signal?.aborted) throw interrupted();
        failure = error;
      }
      if (failure !== undefined && (!isPassing(failure) || Date.now() + wait > until)) throw clusterUnreachable(this.address, failure);
      await sleep(wait, undefined, { signal: request.signal }).catch(() => {
        throw interrupted();
      });
    }
  }

  /** As `send`, but what the server refuses is thrown as ApiError, and credentials it does not take as a Problem. */
  async ask(path: string, request: Request = {}): Promise<Answer> {
    const answer = await this.send(path, request);
    if (answer.status === 401) throw credentialsExpired(this.context);
    if (answer.status >= 400) throw new ApiError(answer.status, answer.text);
    return answer;
  }

  async json<T = LiveObject>(path: string, request: Request = {}): Promise<T> {
    return JSON.parse((await this.ask(path, request)).text) as T; // the API server's answer is what its API says it is
  }

  /** The object, or undefined when there is none. */
  async find<T = LiveObject>(path: string, signal?: AbortSignal): Promise<T | undefined> {
    try {
      return await this.json<T>(path, { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * The lines of an answer as they come, until the server ends it or `signal` aborts.
   * @param opened told when the server has begun to answer: the first line may be long in coming
   */
  async *lines(path: string, query: Request['query'], signal: AbortSignal, opened: () => void = () => {}): AsyncGenerator<string> {
    const response = await this.#open(path, { query, signal });
    if (response.statusCode !== 200) throw new ApiError(response.statusCode ?? 0, await textOf(response));
    this.#lastAnswer = performance.now();
    opened();
    // Not node:readline: it emits a broken connection where nobody can catch it.
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for await (const chunk of response) {
      this.#lastAnswer = performance.now();
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  }

  close(): void {
    this.#agent?.destroy();
  }

  async #once(path: string, request: Request): Promise<Answer> {
    using limit = new TimeLimit(request.signal ?? NEVER, ANSWER_WITHIN);
    try {
      const response = await this.#open(path, { ...request, signal: limit.signal });
      const text = await textOf(response);
      this.#lastAnswer = performance.now();
      const warnings = [response.headers.warning ?? []].flat().flatMap(warningTexts);
      return { status: response.statusCode ?? 0, text, warnings, at: Date.parse(response.headers.date ?? '') || Date.now() };
    } catch (error) {
      throw limit.isOver ? new Error(`no answer within ${ANSWER_WITHIN / 1_000} seconds`, { cause: error }) : error;
    }
  }

  async #open(path: string, { method = 'GET', query = {}, body, contentType, accept, signal }: Request): Promise<IncomingMessage> {
    this.requests++;
    const url = new URL(this.#server.pathname.replace(/\/$/, '') + path, this.#server);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    const options: RequestOptions = { method, ...(signal ? { signal } : {}) };
    await this.config.applyToHTTPSOptions(options);
    options.agent = this.#agentFor(options);
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const content = sent === undefined ? {} : { 'content-type': contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(sent)) };
    options.headers = Object.assign({}, options.headers, { accept: accept ?? 'application/json', 'user-agent': 'ai-agents' }, content);
    return new Promise((resolve, reject) => {
      const request: ClientRequest = (url.protocol === 'http:' ? requestHttp : requestHttps)(url, options, resolve);
      request.on('error', reject);
      request.end(sent);
    });
  }

  #agentFor(options: RequestOptions): RequestOptions['agent'] {
    if (this.config.getCurrentCluster()?.proxyUrl || this.#server.protocol === 'http:') return options.agent;
    const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options;
    // Exec plugins may renew a client certificate; a connection that is open keeps the one it was opened with.
    const given = Object.entries({ ca, cert, key, passphrase, rejectUnauthorized, servername }).filter(([, value]) => value !== undefined);
    return (this.#agent ??= new Agent({ keepAlive: true, ...Object.fromEntries(given) }));
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** RFC 7234 5.5: `299 - "text"`, several in one header separated by commas. */
function warningTexts(header: string): string[] {
  return Array.from(header.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g), (match) => match[1]!.replace(/\\(.)/g, '$1'));
}

const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_SOCKET']);

/** Whether a failure to connect may be over in a moment: a restart, a closed connection, a lost network. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && PASSING.has(String(error.code))) || error.message === 'socket hang up' || error.message === 'aborted');
