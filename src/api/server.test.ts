import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRedis } from '../../tests/servers.ts';
import { openLog } from '../log.ts';
import { openQueue, type Queue } from '../queue/queue.ts';
import { sealingKeys, unseal } from '../repositories/credentials.ts';
import { parseAllowedHost } from '../repositories/location.ts';
import { findCredential } from '../store/credentials.ts';
import { migrate } from '../store/migrate.ts';
import { addEvent, startReview } from '../store/reviews.ts';
import { openStore, type Store } from '../store/store.ts';
import type { EventKind } from '../store/tables.ts';
import { ensureTenant } from '../store/tenants.ts';
import { createToken } from '../store/tokens.ts';
import { ApiError, createClient } from './client.ts';
import type { AnyOperation, Scope } from './operation.ts';
import { operations } from './operations.ts';
import { openCounter, type RateLimit } from './plugins/rate-limit.ts';
import { openServer } from './server.ts';

const lines: string[] = [];
const secrets = new Set<string>();
const keys = sealingKeys([Buffer.alloc(32, 7).toString('base64')]);
vi.setConfig({ hookTimeout: 60_000 });
let store: Store;
let queue: Queue;
let app: FastifyInstance;
let baseUrl: string;

beforeAll(async () => {
  store = await openStore({ folder: undefined });
  await migrate(store);
  queue = openQueue(store, undefined, (error) => lines.push(String(error)));
  app = await openServer(
    { store, queue, sealingKeys: keys, reviewAttempts: 3, repositories: { hosts: [parseAllowedHost('github.com')!], allowLocal: false } },
    { log: openLog('trace', { write: (line) => lines.push(line) }), rate: { perMinute: 1000 } },
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app?.close();
  await queue?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
});

async function tokenOf(tenant: string, ...scopes: Scope[]): Promise<string> {
  const { text } = await createToken(store, await ensureTenant(store, tenant), { name: `${tenant} ${scopes}`, scopes });
  secrets.add(text);
  return text;
}
/** A second process's API on the same database. */
async function anotherServer(rate: RateLimit = { perMinute: 1000 }) {
  const server = await openServer(
    { store, queue, sealingKeys: keys, reviewAttempts: 3, repositories: { hosts: [parseAllowedHost('github.com')!], allowLocal: false } },
    { log: openLog('silent'), rate },
  );
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { baseUrl: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: () => server.close() };
}
const clientOf = async (tenant: string, ...scopes: Scope[]) => createClient(baseUrl, await tokenOf(tenant, ...scopes));
const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ApiError ? error.problem : String(error)),
  );
const order = (more = {}) => ({ repository: 'https://github.com/org/repo', ref: randomUUID().slice(0, 8), stories: ['story.md'], ...more });
/** Ends a review as a worker would, in the tables. */
const finish = (id: string, report: object) =>
  store.asOwner(async (db) => {
    const { tenant_id } = await db
      .updateTable('reviews')
      .set({ state: 'done', outcome: 'APPROVE', finished_at: sql<Date>`now()`, started_at: sql<Date>`now()` })
      .where('id', '=', id)
      .returning('tenant_id')
      .executeTakeFirstOrThrow();
    await db
      .insertInto('reports')
      .values({ review_id: id, tenant_id, format: 'json', body: JSON.stringify(report) })
      .execute();
    await db.updateTable('jobs').set({ state: 'done' }).where('id', '=', id).execute();
  });
const say = (tenantId: string, id: string, kind: EventKind, detail = {}) => store.asTenant(tenantId, (tx) => addEvent(tx, id, kind, detail));

describe('a review', () => {
  test('is accepted, found, listed, and cancelled once', async () => {
    const client = await clientOf('a', 'write');
    const { id, fresh } = await client.orderReview(order());
    expect(fresh).toBe(true);
    expect(await client.getReview({ id })).toMatchObject({
      id,
      state: 'queued',
      repository: 'https://github.com/org/repo',
      requestedBy: 'a write',
      failure: null,
    });
    expect((await client.listReviews({ state: 'queued' })).reviews.map((review) => review.id)).toContain(id);
    expect(await client.cancelReview({ id })).toMatchObject({ state: 'cancelled' });
    expect(await problemOf(client.cancelReview({ id }))).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    expect(await client.retryReview({ id })).toMatchObject({ state: 'queued' });
  });

  test('with the same Idempotency-Key is the same one; another request under it is refused', async () => {
    const client = await clientOf('a', 'write');
    const first = { ...order(), 'idempotency-key': randomUUID() };
    const ids = await Promise.all(Array.from({ length: 20 }, () => client.orderReview(first)));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
    expect(ids.filter(({ fresh }) => fresh)).toHaveLength(1);
    expect(await problemOf(client.orderReview({ ...first, ref: 'other' }))).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test.each([
    [{ repository: 'https://evil.example/r' }, 422, 'REPOSITORY_REFUSED'],
    [{ repository: '/etc' }, 422, 'REPOSITORY_REFUSED'],
    [{ repository: 'file:///etc' }, 422, 'REPOSITORY_REFUSED'],
    [{ repository: 'ext::sh -c id' }, 422, 'REPOSITORY_UNCLEAR'],
    [{ repository: 'https://u:p@github.com/r' }, 422, 'REPOSITORY_UNCLEAR'],
    [{ stories: [] }, 400, 'REQUEST_INVALID'],
    [{ stories: ['../x'] }, 400, 'REQUEST_INVALID'],
    [{ stories: ['/etc/passwd'] }, 400, 'REQUEST_INVALID'],
    [{ extra: 1 }, 400, 'REQUEST_INVALID'],
    [{ ref: '' }, 400, 'REQUEST_INVALID'],
    [{ ref: 'a\0b' }, 400, 'REQUEST_INVALID'],
    [{ ref: 'a\ud800' }, 400, 'REQUEST_INVALID'],
    [{ stories: ['a', 'a\ud800'] }, 400, 'REQUEST_INVALID'],
    [{ manifests: ['a\udc00'] }, 400, 'REQUEST_INVALID'],
  ])('with %j is refused with %i', async (more, status, code) => {
    expect(await problemOf((await clientOf('a', 'write')).orderReview(order(more)))).toMatchObject({ status, code, requestId: expect.any(String) });
  });

  test('pages follow each other without holes or repeats, newest first', async () => {
    const client = await clientOf('pages', 'write');
    const ordered: string[] = [];
    for (let n = 0; n < 7; n += 1) ordered.unshift((await client.orderReview(order())).id);
    const seen: string[] = [];
    let after: string | null | undefined;
    do {
      const page = await client.listReviews({ limit: 3, ...(after ? { after } : {}) });
      seen.push(...page.reviews.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(seen).toEqual(ordered);
    expect(await problemOf(client.listReviews({ after: 'nonsense' }))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  test('without a report says so; with one it is given in each format', async () => {
    const client = await clientOf('a', 'write');
    const { id } = await client.orderReview(order());
    expect(await problemOf(client.getReport({ id, format: 'md' }))).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    const report = { it: 'stands as it was stored' };
    await finish(id, report);
    const response = await client.getReport({ id, format: 'json' });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(report);
  });
});

describe('events', () => {
  const tenantOf = (id: string) =>
    store.asOwner(async (db) => (await db.selectFrom('reviews').select('tenant_id').where('id', '=', id).executeTakeFirstOrThrow()).tenant_id);
  const kinds = (text: string) => [...text.matchAll(/^event: (.+)$/gm)].map(([, kind]) => kind);

  test('come as they happen, and the stream ends with the review', async () => {
    const client = await clientOf('a', 'write');
    const { id } = await client.orderReview(order());
    const response = await client.listEvents({ id });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reading = response.text();
    const tenant = await tenantOf(id);
    await startReview(store, tenant, id);
    await say(tenant, id, 'judging', { done: 1, of: 2 });
    await say(tenant, id, 'judging', { done: 2, of: 2 });
    await say(tenant, id, 'done');
    const text = await reading;
    expect(kinds(text)).toEqual(['queued', 'cloning', 'judging', 'judging', 'done']);
    expect(text).toMatch(/^id: 4\nevent: judging\ndata: \{"kind":"judging","done":2,"of":2,"at":"[^"]+"\}$/m);
  });

  test('resume after Last-Event-ID, and a stream that has seen all ends at once', async () => {
    const client = await clientOf('a', 'write');
    const { id } = await client.orderReview(order());
    await client.cancelReview({ id });
    expect(kinds(await (await client.listEvents({ id })).text())).toEqual(['queued', 'cancelled']);
    expect(kinds(await (await client.listEvents({ id, 'last-event-id': '1' })).text())).toEqual(['cancelled']);
    expect(await (await client.listEvents({ id, 'last-event-id': '2' })).text()).toBe('');
    expect(await problemOf(client.listEvents({ id, 'last-event-id': 'x' }))).toMatchObject({ status: 400 });
  });

  test('are told within half a second, not at the next look', async () => {
    const client = await clientOf('a', 'write');
    const { id } = await client.orderReview(order());
    const reader = (await client.listEvents({ id })).body!.getReader();
    await reader.read(); // queued
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = Date.now();
    await startReview(store, await tenantOf(id), id);
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: cloning');
    expect(Date.now() - started).toBeLessThan(500);
    await reader.cancel();
  });
});

describe('a token', () => {
  const send = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) => fetch(`${baseUrl}${path}`, { ...init, headers });

  test.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic dTpw' }],
    ['one that was never made', { authorization: `Bearer aia_${'x'.repeat(43)}` }],
    ['no token at all', { authorization: "Bearer ' OR 1=1 --" }],
  ])('%s: 401', async (_, headers) => {
    const response = await send('/api/v1/reviews', headers);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  test('may do what its scopes say and nothing above', async () => {
    const reader = await clientOf('a', 'read');
    const writer = await clientOf('a', 'write');
    await reader.listReviews();
    expect(await problemOf(reader.orderReview(order()))).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    await writer.listReviews();
    expect(await problemOf(writer.listTokens())).toMatchObject({ status: 403 });
    expect(await problemOf(writer.createToken({ name: 'x', scopes: ['admin'] }))).toMatchObject({ status: 403 });
  });

  test('is shown once, used, noted, revoked and then dead', async () => {
    const admin = await clientOf('t', 'admin');
    const made = await admin.createToken({ name: 'ci', scopes: ['read'] });
    secrets.add(made.text);
    expect(made.token).toMatchObject({ name: 'ci', lastUsedAt: null, revokedAt: null, expiresAt: null });
    const ci = createClient(baseUrl, made.text);
    await ci.listReviews();
    const listed = (await admin.listTokens()).tokens.find(({ id }) => id === made.token.id)!;
    expect(listed.lastUsedAt).not.toBeNull();
    expect(JSON.stringify(await admin.listTokens())).not.toContain(made.text);
    expect(await admin.revokeToken({ id: made.token.id })).toMatchObject({ revokedAt: expect.any(String) });
    expect(await problemOf(ci.listReviews())).toMatchObject({ status: 401 });
  });

  test('that has expired is dead', async () => {
    const admin = await clientOf('t', 'admin');
    const { text } = await admin.createToken({ name: 'old', scopes: ['read'], expiresAt: new Date(Date.now() - 1000).toISOString() });
    expect(await problemOf(createClient(baseUrl, text).listReviews())).toMatchObject({ status: 401 });
  });

  test('the last use is written at most once a minute', async () => {
    const client = await clientOf('once', 'admin');
    await client.listReviews();
    const [before] = (await client.listTokens()).tokens;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.listReviews();
    const [after] = (await client.listTokens()).tokens;
    expect(after!.lastUsedAt).toBe(before!.lastUsedAt);
  });

  test('stands in the database as a hash only', async () => {
    const text = await tokenOf('hashed', 'read');
    const rows = await store.asOwner((db) => db.selectFrom('tokens').selectAll().execute());
    const kept = rows.map((row) => `${JSON.stringify(row)} ${Buffer.from(row.hash).toString('latin1')}`).join();
    expect(rows.length).toBeGreaterThan(0);
    expect(kept).not.toContain(text.slice(4));
  });

  test('that asks too often waits, and others do not', async () => {
    const limited = await openServer(
      { store, queue, sealingKeys: keys, reviewAttempts: 3, repositories: { hosts: [], allowLocal: false } },
      { log: openLog('silent'), rate: { perMinute: 3 } },
    );
    const token = await tokenOf('a', 'read');
    const get = (bearer: string) => limited.inject({ url: '/api/v1/reviews', headers: { authorization: `Bearer ${bearer}` } });
    const answers = [await get(token), await get(token), await get(token), await get(token)];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
    expect(answers[0]!.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-reset': '60' });
    expect(Number(answers[3]!.headers['retry-after'])).toBeGreaterThan(0);
    expect(answers[3]!.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect((await get(await tokenOf('a', 'read'))).statusCode).toBe(200);
    await limited.close();
  });

  test('a limit holds over all processes that share a Redis, and lets requests pass while it is away', async (context) => {
    await using redis = await startRedis();
    if (!redis) return context.skip();
    const counters = await Promise.all([1, 2].map(() => openCounter(redis.url, () => {})));
    await Promise.all(counters.map((counter) => new Promise((resolve) => counter.once('ready', resolve))));
    await using one = await anotherServer({ perMinute: 3, redis: counters[0]! });
    await using two = await anotherServer({ perMinute: 3, redis: counters[1]! });
    const token = await tokenOf('shared-limit', 'read');
    const ask = async ({ baseUrl: url }: { baseUrl: string }) => {
      const { status, headers } = await fetch(`${url}/api/v1/reviews`, { headers: { authorization: `Bearer ${token}` } });
      return [status, headers.get('ratelimit-remaining')];
    };
    expect([await ask(one), await ask(two), await ask(one)]).toEqual([
      [200, '2'],
      [200, '1'],
      [200, '0'],
    ]);
    expect((await ask(two))[0]).toBe(429);
    await redis.kill();
    expect((await ask(one))[0]).toBe(200);
    for (const counter of counters) counter.disconnect();
  });
});

describe('a credential', () => {
  test('is kept sealed, for its host and tenant, and cannot be read back', async () => {
    const admin = await clientOf('c', 'admin');
    secrets.add('planted-password');
    await admin.putCredential({ host: 'github.com', credential: { kind: 'https', username: 'bot', password: 'planted-password' } });
    const { credentials } = await admin.listCredentials();
    expect(credentials).toEqual([{ host: 'github.com', keyId: [...keys.keys()][0], createdAt: expect.any(String) }]);
    const tenantId = await ensureTenant(store, 'c');
    const sealed = (await findCredential(store, tenantId, 'github.com'))!;
    expect(Buffer.from(sealed.sealed).toString('latin1')).not.toContain('planted-password');
    expect(unseal(sealed, `${tenantId} github.com`, keys)).toMatchObject({ password: 'planted-password' });
    await admin.deleteCredential({ host: 'github.com' });
    expect(await problemOf(admin.deleteCredential({ host: 'github.com' }))).toMatchObject({ status: 404 });
  });
});

describe("another tenant's", () => {
  /** What each operation is tried with: ids of the tenant `mine`, by a full token of the tenant `theirs`. Whoever adds an operation adds its line. */
  const attempts = (mine: {
    review: string;
    story: string;
    token: string;
  }): Record<keyof typeof operations, { input: object; answer: 404 | ((body: string) => boolean) }> => ({
    orderReview: { input: order(), answer: (body) => !body.includes(mine.review) },
    listReviews: { input: {}, answer: (body) => !body.includes(mine.review) },
    getReview: { input: { id: mine.review }, answer: 404 },
    getReport: { input: { id: mine.review, format: 'json' }, answer: 404 },
    cancelReview: { input: { id: mine.review }, answer: 404 },
    retryReview: { input: { id: mine.review }, answer: 404 },
    listEvents: { input: { id: mine.review }, answer: 404 },
    listRepositories: { input: {}, answer: (body) => !body.includes('mine.example') && !body.includes('github.com/mine') },
    storyHistory: { input: { id: mine.story }, answer: 404 },
    createToken: { input: { name: 'x', scopes: ['read'] }, answer: (body) => !body.includes(mine.token) },
    listTokens: { input: {}, answer: (body) => !body.includes(mine.token) },
    revokeToken: { input: { id: mine.token }, answer: 404 },
    putCredential: { input: { host: 'mine.example', credential: { kind: 'https', username: 'u', password: 'p' } }, answer: () => true },
    listCredentials: { input: {}, answer: (body) => !body.includes('mine.host') },
    deleteCredential: { input: { host: 'mine.host' }, answer: 404 },
  });

  /** The same API on a database that holds nobody back: a superuser passes row-level security by. */
  let open: FastifyInstance;
  beforeAll(async () => {
    const asTenant: Store['asTenant'] = (tenantId, work) =>
      store.asOwner((db) =>
        db.transaction().execute(async (tx) => {
          await sql`SELECT set_config('search_path', 'ai_agents', true), set_config('app.tenant', ${tenantId}, true)`.execute(tx);
          return work(tx);
        }),
      );
    open = await openServer(
      {
        store: { ...store, asTenant },
        queue,
        sealingKeys: keys,
        reviewAttempts: 3,
        repositories: { hosts: [parseAllowedHost('github.com')!], allowLocal: false },
      },
      { log: openLog('error', { write: (line) => lines.push(line) }), rate: { perMinute: 1000 } },
    );
    await open.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => open?.close());

  const ways = ['row-level security and queries', 'queries alone'] as const;
  const cases = ways.flatMap((way) => (Object.keys(operations) as (keyof typeof operations)[]).map((id) => [id, way] as const));
  test.each(cases)('ids lead nowhere: %s, by %s', async (id, way) => {
    const mine = await clientOf('mine', 'admin');
    const review = (await mine.orderReview(order({ repository: 'https://github.com/mine/repo' }))).id;
    await finish(review, { secret: 'of mine' });
    const tokens = (await mine.listTokens()).tokens;
    await mine.putCredential({ host: 'mine.host', credential: { kind: 'https', username: 'u', password: 'p' } });
    const story = await store.asOwner(async (db) => {
      const row = await db.selectFrom('reviews').select(['tenant_id', 'repository_id']).where('id', '=', review).executeTakeFirstOrThrow();
      const made = await db
        .insertInto('stories')
        .values({ ...row, paths: [randomUUID()], title: 'mine' })
        .returning('id')
        .executeTakeFirstOrThrow();
      return made.id;
    });
    const { input, answer } = attempts({ review, story, token: tokens[0]!.id })[id];
    const url = way === 'queries alone' ? `http://127.0.0.1:${(open.server.address() as AddressInfo).port}` : baseUrl;
    const theirs = createClient(url, await tokenOf('theirs', 'admin')) as unknown as Record<string, (input: object) => Promise<unknown>>;
    if (answer === 404) {
      expect(await problemOf(theirs[id]!(input))).toMatchObject({ status: 404 });
      // and the same ids are there for their owner, so that 404 does not only say the id was wrong
      if ((operations[id] as AnyOperation).method === 'GET') await (mine as unknown as typeof theirs)[id]!(input);
    } else {
      expect(answer(JSON.stringify(await theirs[id]!(input)))).toBe(true);
    }
    expect((await mine.getReview({ id: review })).state).toBe('done');
    expect((await mine.listTokens()).tokens.find((token) => token.id === tokens[0]!.id)!.revokedAt).toBeNull();
  });
});

describe('over HTTP', () => {
  test('a request id is taken over when it can stand in a header, and made otherwise', async () => {
    const given = await fetch(`${baseUrl}/health`, { headers: { 'x-request-id': 'from-the-proxy.1' } });
    expect(given.headers.get('x-request-id')).toBe('from-the-proxy.1');
    const made = await fetch(`${baseUrl}/health`, { headers: { 'x-request-id': 'two words {}' } });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the request id goes on to the review', async () => {
    const token = await tokenOf('a', 'write');
    const response = await fetch(`${baseUrl}/api/v1/reviews`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-request-id': 'carry-me' },
      body: JSON.stringify(order()),
    });
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as { id: string };
    const row = await store.asOwner((db) => db.selectFrom('reviews').select('request_id').where('id', '=', id).executeTakeFirst());
    expect(row?.request_id).toBe('carry-me');
    expect(lines.some((line) => line.includes('"requestId":"carry-me"'))).toBe(true);
  });

  test.each([
    ['GET', '/nowhere', {}, undefined, 404, 'NOT_FOUND'],
    ['POST', '/api/v1/reviews', { 'content-type': 'application/json' }, '{', 400, 'REQUEST_INVALID'],
    ['POST', '/api/v1/reviews', { 'content-type': 'text/xml' }, '<x/>', 415, 'MEDIA_UNSUPPORTED'],
    ['POST', '/api/v1/reviews', { 'content-type': 'text/plain' }, '{}', 415, 'MEDIA_UNSUPPORTED'],
    ['POST', '/api/v1/reviews', { 'content-type': 'application/json' }, `{"ref":"${'x'.repeat(300_000)}"}`, 413, 'REQUEST_INVALID'],
    ['GET', '/api/v1/reviews/not-an-id', {}, undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/v1/reviews?limit=1000', {}, undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/v1/reviews?unknown=1', {}, undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/v1/reviews/00000000-0000-4000-8000-000000000000/report.exe', {}, undefined, 400, 'REQUEST_INVALID'],
  ])('%s %s with %j is a problem document', async (method, path, headers, body, status, code) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${await tokenOf('a', 'admin')}` },
      ...(body !== undefined && { body }),
    });
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await response.json()).toMatchObject({ status, code, type: `urn:ai-agents:problem:${code}`, detail: expect.any(String), hint: expect.any(String) });
    expect(response.status).toBe(status);
  });

  test('a bug answers 500 without its words, which are in the log under the request id', async () => {
    const broken = await openServer(
      {
        store: { ...store, asTenant: () => Promise.reject(new TypeError('inner words')) },
        queue,
        sealingKeys: keys,
        reviewAttempts: 3,
        repositories: { hosts: [], allowLocal: false },
      },
      { log: openLog('info', { write: (line) => lines.push(line) }), rate: { perMinute: 1000 } },
    );
    const token = await tokenOf('a', 'read');
    const response = await broken.inject({ url: '/api/v1/reviews', headers: { authorization: `Bearer ${token}`, 'x-request-id': 'the-bug' } });
    expect([response.statusCode, response.json().code]).toEqual([500, 'INTERNAL']);
    expect(response.body).not.toContain('inner words');
    expect(lines.some((line) => line.includes('the-bug') && line.includes('inner words') && line.includes('stack'))).toBe(true);
    await broken.close();
  });

  test('health and readiness say which part is not ready', async () => {
    expect(await (await fetch(`${baseUrl}/health`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${baseUrl}/health/ready`)).json()).toEqual({ status: 'ready', database: 'ok', schema: 'ok', queue: 'ok' });
    const ready = async (more: object) => {
      const other = await openServer(
        { store, queue, sealingKeys: keys, reviewAttempts: 3, repositories: { hosts: [], allowLocal: false }, ...more },
        { log: openLog('silent'), rate: { perMinute: 1 } },
      );
      const response = await other.inject('/health/ready');
      expect((await other.inject('/health')).statusCode).toBe(200);
      await other.close();
      return [response.statusCode, response.json()];
    };
    expect(await ready({ queue: { ...queue, trouble: async () => 'the broker is away' } })).toEqual([
      503,
      { status: 'not ready', database: 'ok', schema: 'ok', queue: 'the broker is away' },
    ]);
    const away = { ...store, outsideTenants: () => Promise.reject(new Error('connection refused')) };
    expect(await ready({ store: away })).toEqual([503, { status: 'not ready', database: 'connection refused', schema: 'unknown', queue: 'ok' }]);
    await using empty = await openStore({ folder: undefined });
    const [status, body] = await ready({ store: empty });
    expect([status, body]).toEqual([503, expect.objectContaining({ database: 'ok', schema: expect.stringContaining('0001') })]);
  });

  test('metrics count requests by route, jobs by state, and what reviews gave', async () => {
    const client = await clientOf('a', 'write');
    await client.orderReview(order());
    const text = await (await fetch(`${baseUrl}/metrics`)).text();
    expect(text).toMatch(/^http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/reviews",status="202"\} \d+$/m);
    expect(text).toMatch(/^ai_agents_jobs\{name="review",state="queued"\} [1-9]\d*$/m);
    expect(text).toMatch(/^ai_agents_queue_age_seconds\{name="review"\} \d/m);
    expect(text).toMatch(/^ai_agents_reviews\{state="done",outcome="APPROVE"\} [1-9]/m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
  });

  test('how long stages took is a histogram that only grows, the same from every process', async () => {
    const client = await clientOf('stages', 'write');
    const tenant = await ensureTenant(store, 'stages');
    const bucketsOf = (text: string, stage: string) =>
      [...text.matchAll(/^ai_agents_review_stage_seconds_(\w+)\{stage="(\w+)"(?:,le="([^"]+)")?\} (\S+)$/gm)]
        .filter(([, , of]) => of === stage)
        .map(([, kind, , le, value]) => [le ?? kind!, Number(value)] as const);
    const read = async (url: string) => (await fetch(`${url}/metrics`)).text();
    const before = new Map(bucketsOf(await read(baseUrl), 'cloning'));
    const { id } = await client.orderReview(order());
    await store.asTenant(tenant, async (tx) => {
      const at = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`;
      await sql`INSERT INTO events (review_id, seq, tenant_id, kind, at) VALUES
        (${id}, 2, ${tenant}, 'cloning', ${at(1)}), (${id}, 3, ${tenant}, 'reading', ${at(4)}), (${id}, 4, ${tenant}, 'done', ${at(5)})`.execute(tx);
      await sql`SELECT note_stages(${id})`.execute(tx);
    });
    await using other = await anotherServer();
    for (const url of [baseUrl, other.baseUrl]) {
      const grown = bucketsOf(await read(url), 'cloning').map(([le, value]) => [le, Math.round(value - before.get(le)!)] as const);
      expect(grown.slice(0, 4)).toEqual([
        ['0.1', 0],
        ['0.25', 0],
        ['0.5', 0],
        ['1', 0],
      ]);
      expect(grown.slice(4)).toEqual([
        ...['2.5'].map((le) => [le, 0]),
        ...['5', '10', '30', '60', '120', '300', '600', '+Inf'].map((le) => [le, 1]),
        ['sum', 3],
        ['count', 1],
      ]);
    }
    // another tenant's review counts for nobody
    await store.asTenant(await ensureTenant(store, 'a'), (tx) => sql`SELECT note_stages(${id})`.execute(tx));
    expect(new Map(bucketsOf(await read(baseUrl), 'cloning')).get('count')).toBe(before.get('count')! + 1);
  });

  test('the page of operations fetches nothing and runs nothing', async () => {
    const page = await fetch(`${baseUrl}/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(html).not.toMatch(/<script|<img|<link|<iframe|@import|url\(|(?:src|href)="(?!#|\/openapi\.json")/);
    for (const id of Object.keys(operations)) expect(html).toContain(`id="${id}"`);
    expect(await (await fetch(`${baseUrl}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.1' });
  });

  test('closing answers what comes on connections that are open, and tells their clients to leave', async () => {
    const closing = await openServer(
      { store, queue, sealingKeys: keys, reviewAttempts: 3, repositories: { hosts: [], allowLocal: false } },
      { log: openLog('silent'), rate: { perMinute: 100 }, drainSeconds: 5 },
    );
    await closing.listen({ host: '127.0.0.1', port: 0 });
    const port = (closing.server.address() as AddressInfo).port;
    using agent = Object.assign(new Agent({ keepAlive: true }), { [Symbol.dispose]: () => agent.destroy() });
    const ask = () =>
      new Promise<{ status: number | undefined; connection: string | undefined; reused: boolean }>((resolve, reject) => {
        const request = httpRequest({ port, host: '127.0.0.1', path: '/health', agent }, (response) => {
          response.resume().once('end', () => {
            resolve({ status: response.statusCode, connection: response.headers.connection, reused: request.reusedSocket });
          });
        });
        request.once('error', reject).end();
      });
    expect(await ask()).toEqual({ status: 200, connection: 'keep-alive', reused: false });
    const started = Date.now();
    const closed = closing.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await ask()).toEqual({ status: 200, connection: 'close', reused: true });
    await closed;
    expect(Date.now() - started).toBeLessThan(3000); // it does not wait on when nobody is left
  });

  test('closing ends event streams and lets a request that is under way finish', async () => {
    const closing = await openServer(
      { store, queue, sealingKeys: keys, reviewAttempts: 3, repositories: { hosts: [parseAllowedHost('github.com')!], allowLocal: false } },
      { log: openLog('silent'), rate: { perMinute: 100 } },
    );
    await closing.listen({ host: '127.0.0.1', port: 0 });
    const port = (closing.server.address() as AddressInfo).port;
    const token = await tokenOf('a', 'write');
    const client = createClient(`http://127.0.0.1:${port}`, token);
    const { id } = await client.orderReview(order());
    const stream = (await client.listEvents({ id })).text();
    const answer = new Promise<number>((resolve, reject) => {
      const slow = httpRequest(
        { port, host: '127.0.0.1', method: 'POST', path: '/api/v1/reviews', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
        (response) => {
          response.resume();
          resolve(response.statusCode!);
        },
      ).once('error', reject);
      slow.write('{"repository":"https://github.com/o/r",');
      setTimeout(() => slow.end('"stories":["a"]}'), 300);
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = Date.now();
    await Promise.all([closing.close(), stream]);
    expect(await answer).toBe(202);
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

test('no secret of this whole run stands in the log', () => {
  expect(lines.length).toBeGreaterThan(50);
  expect(secrets.size).toBeGreaterThan(10);
  const text = lines.join('');
  for (const secret of secrets) expect(text).not.toContain(secret);
});
