import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queue } from '../src/queue/queue.ts';
import { takeJob } from '../src/store/jobs.ts';
import { assertUsable, migrate, schemaTrouble } from '../src/store/migrate.ts';
import {
  addEvent,
  bindToCommit,
  cancelReview,
  endReview,
  findReport,
  findReview,
  listEvents,
  listReviews,
  orderReview,
  type ReviewOrder,
  retryReview,
  saveReview,
  saveSameAs,
  startReview,
  storyHistory,
} from '../src/store/reviews.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { createToken, findTokenUser, listTokens, revokeToken } from '../src/store/tokens.ts';
import { eventually, insertJob, newTenant, startBackends } from './backends.ts';

const backends = await startBackends();
// a server's folder has thousands of files
afterAll(() => backends[Symbol.asyncDispose](), 120_000);

const bell = () => {
  const rung: string[] = [];
  return { rung, ring: (starts: readonly { id: string }[]) => void rung.push(...starts.map(({ id }) => id)) } as unknown as Queue & { rung: string[] };
};
const order: ReviewOrder = { repository: 'https://git.example.com/shop', ref: 'main', stories: ['story.md'], manifests: [], from: 'person' };
const commit = (letter: string) => letter.repeat(40);
const twenty = <T>(make: (n: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, n) => make(n)));
const finished = (verdict: string, outcome: 'APPROVE' | 'BLOCKED' = 'APPROVE') => ({
  outcome,
  storyPaths: ['story.md'],
  storyTitle: 'A shop',
  claims: [
    { claimId: 'AC1', kind: 'criterion', text: 'It runs', ticked: null, verdict, because: 'seen' },
    { claimId: 'T1', kind: 'task', text: 'Write it', ticked: true, verdict: 'met', because: 'seen' },
  ],
  reports: { json: `{"verdict":"${verdict}"}` },
});

describe.each(backends.stores)('store on $name', ({ open }) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  }, 60_000);
  afterAll(() => store[Symbol.asyncDispose]());

  /** Brings a review to its end as a worker would. */
  async function finish(tenantId: string, id: string, at: string, verdict = 'met', outcome: 'APPROVE' | 'BLOCKED' = 'APPROVE') {
    await startReview(store, tenantId, id);
    await bindToCommit(store, tenantId, id, at);
    await store.asTenant(tenantId, (tx) => saveReview(tx, tenantId, id, finished(verdict, outcome)));
  }

  const fail = (tenantId: string, id: string) =>
    store.asTenant(tenantId, async (tx) => {
      await tx.updateTable('jobs').where('id', '=', id).set({ state: 'dead', reason_code: 'X' }).execute();
      await endReview(tx, id, { is: 'failed', code: 'X', message: 'x', hint: 'x' });
    });

  test('is at its version, and the role that works is held by row-level security', async () => {
    await expect(schemaTrouble(store)).resolves.toBeUndefined();
    await expect(assertUsable(store)).resolves.toBeUndefined();
    await expect(migrate(store)).resolves.toEqual([]);
  });

  test('every table belongs to tenants and says so to the database', async () => {
    const { rows } = await store.asOwner((db) =>
      sql<{ table: string; secured: boolean }>`SELECT relname AS table, relrowsecurity AS secured FROM pg_class
        WHERE relnamespace = 'ai_agents'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'kysely%' ORDER BY 1`.execute(db),
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ secured }) => !secured)).toEqual([]);
  });

  describe('tenants', () => {
    test('see their own rows only, whatever they ask for', async () => {
      const [mine, theirs] = [await newTenant(store), await newTenant(store)];
      const { id } = await orderReview(store, bell(), theirs, order);
      await finish(theirs, id, commit('a'));
      const theirToken = await createToken(store, theirs, { name: 'theirs', scopes: ['read'] });
      const review = (await findReview(store, theirs, id))!;

      expect(await findReview(store, mine, id)).toBeUndefined();
      expect((await listReviews(store, mine, {}, { limit: 10 })).reviews).toEqual([]);
      expect((await listReviews(store, mine, {}, { limit: 10, after: id })).reviews).toEqual([]);
      expect(await findReport(store, mine, id, 'json')).toBeUndefined();
      expect(await listEvents(store, mine, id, 0)).toEqual([]);
      expect(await cancelReview(store, mine, id)).toBeUndefined();
      expect(await retryReview(store, bell(), mine, id)).toBeUndefined();
      expect(await storyHistory(store, mine, review.story_id!)).toBeUndefined();
      expect(await listTokens(store, mine)).toEqual([]);
      expect(await revokeToken(store, mine, theirToken.token.id)).toBeUndefined();
      const counts = await store.asTenant(mine, (tx) =>
        Promise.all(
          (['tenants', 'tokens', 'repositories', 'stories', 'reviews', 'reports', 'verdicts', 'events', 'jobs'] as const).map(
            async (table) => (await sql<{ n: number }>`SELECT count(*)::integer AS n FROM ${sql.table(table)}`.execute(tx)).rows[0]!.n,
          ),
        ),
      );
      expect(counts).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    });

    test('cannot write rows into another, nor point at its rows', async () => {
      const [mine, theirs] = [await newTenant(store), await newTenant(store)];
      const { id } = await orderReview(store, bell(), theirs, order);
      const { repository_id } = (await findReview(store, theirs, id))!;
      const insert = (tenant_id: string, repository: string) =>
        store.asTenant(mine, (tx) =>
          tx
            .insertInto('stories')
            .values({ tenant_id, repository_id: repository, paths: ['x'], title: 'x' })
            .execute(),
        );
      await expect(insert(theirs, repository_id)).rejects.toThrow('row-level security');
      await expect(insert(mine, repository_id)).rejects.toThrow('foreign key');
      await expect(store.asTenant(mine, (tx) => insertJob(tx, { tenantId: theirs, name: 'x', input: {}, priority: 1 }))).rejects.toThrow('row-level security');
      await expect(store.asTenant(mine, (tx) => addEvent(tx, id, 'done'))).rejects.toThrow('there is no such review');
      const { numUpdatedRows } = await store.asTenant(mine, (tx) => tx.updateTable('reviews').set({ ref: 'x' }).where('id', '=', id).executeTakeFirst());
      expect(numUpdatedRows).toBe(0n);
    });

    test('order under row-level security too, whatever the login may do', async () => {
      await using other = await open();
      const tenant = await newTenant(other);
      await other.asOwner((db) => sql`ALTER POLICY own_rows ON ai_agents.jobs WITH CHECK (false)`.execute(db));
      await expect(orderReview(other, bell(), tenant, order)).rejects.toThrow('row-level security');
      await other.asOwner((db) => sql`ALTER POLICY own_rows ON ai_agents.jobs WITH CHECK (tenant_id = ai_agents.tenant())`.execute(db));
      await orderReview(other, bell(), tenant, order);
      const rights = await other.call(sql`SELECT current_user = session_user AS own, coalesce(current_setting('app.tenant', true), '') AS tenant`);
      expect(rights).toEqual([{ own: true, tenant: '' }]);
    }, 60_000);

    test('outside of them nothing is there, and a tenant leaves nothing behind in its connection', async () => {
      const tenant = await newTenant(store);
      await orderReview(store, bell(), tenant, order);
      await twenty(() => store.asTenant(tenant, (tx) => tx.selectFrom('reviews').select('id').execute()));
      const seen = await twenty(() => store.outsideTenants((tx) => tx.selectFrom('reviews').select('id').execute()));
      expect(seen.flat()).toEqual([]);
    });

    test('may not change their own limit, make tenants, or change tables', async () => {
      const tenant = await newTenant(store);
      const refused = (statement: string) =>
        expect(store.asTenant(tenant, (tx) => sql.raw(statement).execute(tx))).rejects.toThrow(/permission denied|must be owner/);
      await refused('UPDATE tenants SET max_running = 1000');
      await refused(`INSERT INTO tenants (name) VALUES ('more')`);
      await refused('ALTER TABLE reviews DISABLE ROW LEVEL SECURITY');
      await refused('DELETE FROM reviews');
      await refused('CREATE TABLE ai_agents.mine ()');
    });
  });

  describe('ordering a review', () => {
    test('a commit ordered twenty times at once is reviewed once', async () => {
      const tenant = await newTenant(store);
      const queue = bell();
      const orders = await twenty(() => orderReview(store, queue, tenant, { ...order, ref: commit('a') }));
      expect(new Set(orders.map(({ id }) => id)).size).toBe(1);
      expect(orders.filter(({ fresh }) => fresh)).toHaveLength(1);
      expect(queue.rung).toHaveLength(1);
    });

    test('a branch ordered twenty times at once, before any has started, is reviewed once; after the start again', async () => {
      const tenant = await newTenant(store);
      const orders = await twenty(() => orderReview(store, bell(), tenant, order));
      expect(new Set(orders.map(({ id }) => id)).size).toBe(1);
      await startReview(store, tenant, orders[0]!.id);
      expect(await orderReview(store, bell(), tenant, order)).toMatchObject({ fresh: true });
    });

    test('other stories, other manifests, another repository or another tenant are other reviews', async () => {
      const tenant = await newTenant(store);
      const ids = [
        await orderReview(store, bell(), tenant, order),
        await orderReview(store, bell(), tenant, { ...order, stories: ['other.md'] }),
        await orderReview(store, bell(), tenant, { ...order, manifests: ['k8s'] }),
        await orderReview(store, bell(), tenant, { ...order, repository: 'https://git.example.com/other' }),
        await orderReview(store, bell(), await newTenant(store), order),
      ];
      expect(new Set(ids.map(({ id }) => id)).size).toBe(5);
    });

    test('one key used twenty times at once gives one review, also for another commit since; with another order it is an error', async () => {
      const tenant = await newTenant(store);
      const orders = await twenty(() => orderReview(store, bell(), tenant, { ...order, idempotencyKey: 'k' }));
      expect(new Set(orders.map(({ id }) => id)).size).toBe(1);
      await startReview(store, tenant, orders[0]!.id);
      expect(await orderReview(store, bell(), tenant, { ...order, idempotencyKey: 'k' })).toEqual({ id: orders[0]!.id, fresh: false });
      await expect(orderReview(store, bell(), tenant, { ...order, ref: 'other', idempotencyKey: 'k' })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      expect(await orderReview(store, bell(), await newTenant(store), { ...order, idempotencyKey: 'k' })).toMatchObject({ fresh: true });
    });

    test('what failed or was cancelled may be ordered again', async () => {
      const tenant = await newTenant(store);
      const at = { ...order, ref: commit('b') };
      const first = await orderReview(store, bell(), tenant, at);
      await fail(tenant, first.id);
      const second = await orderReview(store, bell(), tenant, at);
      expect(second).toMatchObject({ fresh: true });
      await cancelReview(store, tenant, second.id);
      expect(await orderReview(store, bell(), tenant, at)).toMatchObject({ fresh: true });
    });

    test('what a webhook asked for hurries when a person asks for it too', async () => {
      const tenant = await newTenant(store);
      const { id } = await orderReview(store, bell(), tenant, { ...order, from: 'webhook' });
      expect(await orderReview(store, bell(), tenant, order)).toEqual({ id, fresh: false });
      await orderReview(store, bell(), tenant, { ...order, from: 'webhook' });
      expect(await store.asTenant(tenant, (tx) => tx.selectFrom('jobs').select('priority').where('id', '=', id).executeTakeFirst())).toEqual({ priority: 10 });
    });

    test('the job is there exactly when the review is', async () => {
      const tenant = await newTenant(store);
      const { id } = await orderReview(store, bell(), tenant, { ...order, from: 'webhook', attempts: 7 });
      const job = await store.asTenant(tenant, (tx) => tx.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst());
      expect(job).toMatchObject({ name: 'review', input: { reviewId: id }, state: 'queued', priority: 20, attempts: 0, max_attempts: 7 });
      // A number that does not fit makes the job fail, when the review has been written.
      const failing = { ...order, ref: 'other', attempts: 2 ** 40, idempotencyKey: 'k', repository: 'https://git.example.com/new' };
      await expect(orderReview(store, bell(), tenant, failing)).rejects.toThrow();
      const rest = await store.asTenant(tenant, (tx) =>
        Promise.all(
          (['repositories', 'reviews', 'jobs', 'events', 'idempotency_keys'] as const).map((table) => tx.selectFrom(table).select('tenant_id').execute()),
        ),
      );
      expect(rest.map((rows) => rows.length)).toEqual([1, 1, 1, 1, 0]);
    });
  });

  describe('binding to a commit', () => {
    test('of twenty reviews that turn out to be of one commit, one does the work', async () => {
      const tenant = await newTenant(store);
      const ids = await twenty(async (n) => (await orderReview(store, bell(), tenant, { ...order, ref: `branch-${n}` })).id);
      await Promise.all(ids.map((id) => startReview(store, tenant, id)));
      const holders = await Promise.all(ids.map((id) => bindToCommit(store, tenant, id, commit('c'))));
      const [worker] = ids.filter((_, n) => holders[n] === undefined);
      expect(holders.filter((holder) => holder === undefined)).toHaveLength(1);
      expect(holders.filter((holder) => holder && holder.id !== worker)).toEqual([]);
    });

    test('the others get the same report when it is done, and one takes over when it fails', async () => {
      const tenant = await newTenant(store);
      const [one, two] = [
        await orderReview(store, bell(), tenant, { ...order, ref: 'one' }),
        await orderReview(store, bell(), tenant, { ...order, ref: 'two' }),
      ];
      for (const { id } of [one, two]) await startReview(store, tenant, id);
      expect(await bindToCommit(store, tenant, one.id, commit('d'))).toBeUndefined();
      expect(await bindToCommit(store, tenant, two.id, commit('d'))).toMatchObject({ id: one.id, outcome: null });
      await fail(tenant, one.id);
      expect(await bindToCommit(store, tenant, two.id, commit('d'))).toBeUndefined();
      await store.asTenant(tenant, (tx) => saveReview(tx, tenant, two.id, finished('met')));

      expect(await retryReview(store, bell(), tenant, one.id)).toBe(true);
      await startReview(store, tenant, one.id);
      const holder = await bindToCommit(store, tenant, one.id, commit('d'));
      expect(holder).toMatchObject({ id: two.id, outcome: 'APPROVE' });
      await store.asTenant(tenant, (tx) => saveSameAs(tx, one.id, { id: two.id, outcome: 'APPROVE' }));
      expect(await findReview(store, tenant, one.id)).toMatchObject({ state: 'done', same_as: two.id, commit: commit('d') });
      expect(await findReport(store, tenant, one.id, 'json')).toBe('{"verdict":"met"}');
    });
  });

  describe('cancelling and retrying', () => {
    test('a waiting review is cancelled at once, an ended one is not, and a cancelled one can be retried', async () => {
      const tenant = await newTenant(store);
      const { id } = await orderReview(store, bell(), tenant, order);
      expect(await cancelReview(store, tenant, id)).toBe(true);
      expect(await findReview(store, tenant, id)).toMatchObject({ state: 'cancelled' });
      expect(await cancelReview(store, tenant, id)).toBe(false);
      const queue = bell();
      expect(await retryReview(store, queue, tenant, id)).toBe(true);
      expect(await retryReview(store, queue, tenant, id)).toBe(false);
      expect(queue.rung).toEqual([id]);
      expect(await findReview(store, tenant, id)).toMatchObject({ state: 'queued', finished_at: null });
      expect(await cancelReview(store, tenant, crypto.randomUUID())).toBeUndefined();
    });

    test('a retried review stands in nobody’s way', async () => {
      const tenant = await newTenant(store);
      const first = await orderReview(store, bell(), tenant, order);
      await cancelReview(store, tenant, first.id);
      const second = await orderReview(store, bell(), tenant, order);
      expect(await retryReview(store, bell(), tenant, first.id)).toBe(true);
      expect(second.id).not.toBe(first.id);
    });
  });

  describe('events', () => {
    test('written by twenty at once they are numbered without holes, and each is told', async () => {
      const tenant = await newTenant(store);
      const { id } = await orderReview(store, bell(), tenant, order);
      await startReview(store, tenant, id);
      let heard = 0;
      const deaf = await store.listen('ai_agents_events', (review) => {
        if (review === id) heard += 1;
      });
      await twenty((n) => store.asTenant(tenant, (tx) => addEvent(tx, id, 'judging', { done: n, of: 20 })));
      const events = await listEvents(store, tenant, id, 0);
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 22 }, (_, n) => n + 1));
      expect((await listEvents(store, tenant, id, 20)).map(({ seq }) => seq)).toEqual([21, 22]);
      await eventually(async () => heard === 20);
      await deaf();
    });

    test('how far a review is, is no news after its end', async () => {
      const tenant = await newTenant(store);
      const { id } = await orderReview(store, bell(), tenant, order);
      await finish(tenant, id, commit('e'));
      await store.asTenant(tenant, (tx) => addEvent(tx, id, 'judging', { done: 1, of: 2 }));
      expect((await listEvents(store, tenant, id, 0)).map(({ kind }) => kind)).toEqual(['queued', 'cloning', 'reading', 'done']);
    });
  });

  test('pages go through all reviews once, newest first, also while others come', async () => {
    const tenant = await newTenant(store);
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) {
      ids.unshift((await orderReview(store, bell(), tenant, { ...order, ref: `r${n}` })).id);
      await sleep(2); // PGlite's clock counts milliseconds, and two of one millisecond are equally new
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listReviews(store, tenant, {}, { limit: 3, ...(after && { after }) });
      seen.push(...page.reviews.map(({ id }) => id));
      after = page.next;
      await orderReview(store, bell(), tenant, { ...order, ref: `later${seen.length}` });
    } while (after);
    expect(seen).toEqual(ids);
    expect((await listReviews(store, tenant, { repository: order.repository, state: 'queued' }, { limit: 100 })).reviews).toHaveLength(10);
    expect((await listReviews(store, tenant, { repository: 'https://git.example.com/none' }, { limit: 100 })).reviews).toEqual([]);
    expect((await listReviews(store, tenant, { state: 'done' }, { limit: 100 })).reviews).toEqual([]);
  });

  test('a story’s history says what became untrue, and at which commit', async () => {
    const tenant = await newTenant(store);
    for (const [at, verdict] of [
      ['1', 'unmet'],
      ['2', 'met'],
      ['3', 'unmet'],
      ['4', 'unproven'],
    ] as const) {
      const { id } = await orderReview(store, bell(), tenant, { ...order, ref: commit(at) });
      await finish(tenant, id, commit(at), verdict, verdict === 'met' ? 'APPROVE' : 'BLOCKED');
    }
    const [newest] = (await listReviews(store, tenant, {}, { limit: 1 })).reviews;
    const history = await storyHistory(store, tenant, newest!.story_id!);
    expect(history!.map(({ claimId, untrueSince }) => [claimId, untrueSince])).toEqual([
      ['AC1', commit('3')],
      ['T1', undefined],
    ]);
    expect(history![0]!.verdicts.map(({ verdict }) => verdict)).toEqual(['unmet', 'met', 'unmet', 'unproven']);
    expect(await findReport(store, tenant, newest!.id, 'json')).toBe('{"verdict":"unproven"}');
  });

  test('a story with 5,000 claims is stored', async () => {
    const tenant = await newTenant(store);
    const { id } = await orderReview(store, bell(), tenant, order);
    const claims = Array.from({ length: 5000 }, (_, n) => ({
      claimId: `T${n}`,
      kind: 'task',
      text: 'x'.repeat(100),
      ticked: n % 2 === 0,
      verdict: 'met',
      because: 'seen',
    }));
    await startReview(store, tenant, id);
    await store.asTenant(tenant, (tx) => saveReview(tx, tenant, id, { ...finished('met'), claims }));
    const rows = await store.asTenant(tenant, (tx) => tx.selectFrom('verdicts').select(['position', 'claim_id', 'ticked']).orderBy('position').execute());
    expect(rows).toHaveLength(5000);
    expect(rows[4999]).toEqual({ position: 5000, claim_id: 'T4999', ticked: false });
  });

  test('a token is found by its text until it is revoked or expires', async () => {
    const tenant = await newTenant(store);
    const { text, token } = await createToken(store, tenant, { name: 'ci', scopes: ['read', 'write'] });
    const old = await createToken(store, tenant, { name: 'old', scopes: ['read'], expiresAt: new Date(Date.now() - 1000) });
    expect(await findTokenUser(store, text)).toMatchObject({ tenantId: tenant, name: 'ci', scopes: ['read', 'write'] });
    expect(await findTokenUser(store, old.text)).toBeUndefined();
    await revokeToken(store, tenant, token.id);
    expect(await findTokenUser(store, text)).toBeUndefined();
  });
});

describe.runIf(backends.postgres)('store on a PostgreSQL server', () => {
  test('twenty that migrate at once bring an empty database to its version, and one of them does it', async () => {
    const url = backends.postgres!.database();
    const steps = await twenty(async () => {
      await using store = await openStore({ url });
      return migrate(store);
    });
    expect(steps.filter((taken) => taken.length > 0)).toHaveLength(1);
  }, 60_000);

  test('works through a login that owns nothing, and that login cannot migrate', async () => {
    const { postgres } = backends;
    const url = postgres!.database();
    await using owner = await openStore({ url });
    const worker = postgres!.login(url, 'worker_login', '');
    await using before = await openStore({ url: worker });
    await expect(assertUsable(before)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
    await migrate(owner);
    await owner.asOwner((db) => sql`GRANT ai_agents_app TO worker_login`.execute(db));
    await using store = await openStore({ url: worker });
    await assertUsable(store);
    const tenant = await newTenant(owner);
    const { id } = await orderReview(store, bell(), tenant, order);
    expect(await takeJob(store, ['review'], crypto.randomUUID(), 30, 100)).toMatchObject({ id });
    await expect(newTenant(store)).rejects.toThrow('permission denied');
    await expect(store.asOwner((db) => sql`ALTER TABLE ai_agents.reviews DISABLE ROW LEVEL SECURITY`.execute(db))).rejects.toThrow('must be owner');
  });

  test('a login that does not inherit the rights of its role is told so', async () => {
    const { postgres } = backends;
    const url = postgres!.database();
    await using owner = await openStore({ url });
    await migrate(owner);
    const worker = postgres!.login(url, 'proud_login', 'NOINHERIT');
    await owner.asOwner((db) => sql`GRANT ai_agents_app TO proud_login`.execute(db));
    await using store = await openStore({ url: worker });
    await expect(assertUsable(store)).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE', message: expect.stringContaining('inherit') });
  });

  test('an owner that is no superuser can migrate', async () => {
    const { postgres } = backends;
    const url = postgres!.database();
    const plain = postgres!.login(url, 'plain_owner', 'CREATEROLE');
    await using root = await openStore({ url });
    await root.asOwner((db) => sql.raw(`GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO plain_owner`).execute(db));
    await root.asOwner((db) => sql`GRANT ai_agents_app TO plain_owner WITH ADMIN OPTION`.execute(db));
    await using owner = await openStore({ url: plain });
    expect((await migrate(owner)).length).toBeGreaterThan(0);
    await assertUsable(owner);
    const tenant = await newTenant(owner);
    expect(await orderReview(owner, bell(), tenant, order)).toMatchObject({ fresh: true });
  });

  test('a database that is newer than the program is not touched', async () => {
    await using store = await openStore({ url: backends.postgres!.database() });
    await migrate(store);
    await store.asOwner((db) => sql`INSERT INTO ai_agents.kysely_migration VALUES ('9999-tomorrow', ${new Date().toISOString()})`.execute(db));
    await expect(migrate(store)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
    await expect(schemaTrouble(store)).resolves.toBeUndefined();
  });

  test('a server that is away is said to be away, and heard again when it is back', async () => {
    const { postgres } = backends;
    await using store = await openStore({ url: postgres!.database() });
    await migrate(store);
    const tenant = await newTenant(store);
    const { id } = await orderReview(store, bell(), tenant, order);
    const heard: string[] = [];
    await store.listen('ai_agents_events', (review) => heard.push(review));
    await postgres!.kill();
    await expect(assertUsable(store)).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE' });
    await postgres!.start();
    await startReview(store, tenant, id);
    await eventually(async () => {
      await store.asTenant(tenant, (tx) => addEvent(tx, id, 'judging', { done: 1, of: 2 }));
      return heard.includes(id);
    });
  });
});
