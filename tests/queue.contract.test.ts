import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { fileNotFound } from '../src/errors.ts';
import { defineJob, type Job, type JobContext, type JobEnd } from '../src/queue/job.ts';
import type { Queue } from '../src/queue/queue.ts';
import { cancelJob, finishRun, jobDepth, lostRuns, renewLeases, reviveJob, takeJob } from '../src/store/jobs.ts';
import type { Store } from '../src/store/store.ts';
import { startWorker, type WorkerOptions } from '../src/worker/worker.ts';
import { eventually, insertJob, newTenant, silent, startBackends } from './backends.ts';

const backends = await startBackends();
// a server's folder has thousands of files
afterAll(() => backends[Symbol.asyncDispose](), 120_000);

const Input = z.object({ n: z.number() });
type Context = JobContext<undefined>;
type Run = (n: number, context: Context) => Promise<unknown>;

describe.each(backends.queues)('queue on $name', (backend) => {
  let store: Store;
  let queue: Queue;
  const open: AsyncDisposable[] = [];
  beforeAll(async () => {
    store = await backend.open();
    queue = backend.queue(store);
  }, 60_000);
  afterEach(async () => {
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  }, 60_000);
  afterAll(async () => {
    await queue[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  /** A kind of job of its own for one test, which writes down what happens to it. */
  function newJob(run: Run, more: Partial<Job<{ n: number }, undefined>> = {}) {
    const ends: (JobEnd & { id: string })[] = [];
    const job = defineJob<{ n: number }, undefined>({
      name: randomUUID(),
      input: Input,
      run: async ({ n }, context) => {
        const answer = await run(n, context);
        return typeof answer === 'number' ? { notBeforeMs: answer } : async () => {};
      },
      ended: async (_tx, id, end) => void ends.push({ ...end, id }),
      worthRetrying: () => true,
      ...more,
    });
    return { ...job, ends };
  }
  function work(job: Job<{ n: number }, undefined>, more: Partial<WorkerOptions<undefined>> = {}) {
    const worker = startWorker({
      store,
      queue,
      jobs: [job],
      deps: undefined,
      log: silent,
      concurrency: 4,
      leaseSeconds: 30,
      graceSeconds: 5,
      lookSeconds: 0.2,
      backoff: () => 50,
      ...more,
    });
    open.push(worker);
    return worker;
  }
  async function add(job: { name: string }, tenantId: string, n: number, more: { priority?: number; maxAttempts?: number; silent?: boolean } = {}) {
    const id = randomUUID();
    await store.asTenant(tenantId, (tx) =>
      insertJob(tx, { id, tenantId, name: job.name, input: { n }, priority: more.priority ?? 10, maxAttempts: more.maxAttempts }),
    );
    if (!more.silent) queue.ring([{ id, attempt: 1 }]);
    return id;
  }
  const find = (tenantId: string, id: string) =>
    store.asTenant(tenantId, (tx) => tx.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
  const reaches = (tenantId: string, id: string, state: string, withinMs?: number) =>
    eventually(async () => {
      const job = await find(tenantId, id);
      return job.state === state && job;
    }, withinMs);
  const cancel = (tenantId: string, id: string) => store.asTenant(tenantId, (tx) => cancelJob(tx, id));

  test('forty jobs run once each, by three workers', async () => {
    const tenant = await newTenant(store, 100);
    const ran: number[] = [];
    const job = newJob(async (n) => ran.push(n) && undefined);
    for (let each = 0; each < 3; each++) work(job);
    const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => add(job, tenant, n)));
    await Promise.all(ids.map((id) => reaches(tenant, id, 'done')));
    expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(job.ends).toEqual([]);
  });

  test('a job that nobody rang for runs too', async () => {
    const tenant = await newTenant(store);
    const job = newJob(async () => {});
    const ids = await Promise.all([1, 2, 3].map((n) => add(job, tenant, n, { silent: true })));
    work(job, { concurrency: 1 });
    await Promise.all(ids.map((id) => reaches(tenant, id, 'done')));
  });

  test('a person goes before a webhook, and who came first before who came later', async () => {
    const tenant = await newTenant(store);
    const ran: number[] = [];
    const job = newJob(async (n) => ran.push(n) && undefined);
    const ids = [];
    for (const [n, priority] of [
      [1, 20],
      [2, 20],
      [3, 10],
      [4, 20],
      [5, 10],
    ] as const)
      ids.push(await add(job, tenant, n, { priority }));
    work(job, { concurrency: 1 });
    await Promise.all(ids.map((id) => reaches(tenant, id, 'done')));
    expect(ran).toEqual([3, 5, 1, 2, 4]);
  });

  test('a tenant has no more jobs running than it may, over all workers, and all of them run', async () => {
    const tenant = await newTenant(store, 2);
    let [now, most] = [0, 0];
    const job = newJob(async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(20);
      now -= 1;
    });
    for (let each = 0; each < 3; each++) work(job);
    const ids = await Promise.all(Array.from({ length: 15 }, (_, n) => add(job, tenant, n)));
    await Promise.all(ids.map((id) => reaches(tenant, id, 'done')));
    expect(most).toBe(2);
  });

  test('a tenant without a number of its own has the workers’', async () => {
    const tenant = await newTenant(store);
    let [now, most] = [0, 0];
    const job = newJob(async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(20);
      now -= 1;
    });
    work(job, { tenantLimit: 3, concurrency: 6 });
    const ids = await Promise.all(Array.from({ length: 9 }, (_, n) => add(job, tenant, n)));
    await Promise.all(ids.map((id) => reaches(tenant, id, 'done')));
    expect(most).toBe(3);
  });

  test('a tenant with many jobs does not keep others waiting', async () => {
    const [many, few] = [await newTenant(store, 100), await newTenant(store, 100)];
    const ran: string[] = [];
    const job = newJob(async (_, { tenantId }) => {
      ran.push(tenantId);
      await sleep(5);
    });
    const ids: [string, string][] = [];
    for (let n = 0; n < 30; n++) ids.push([many, await add(job, many, n, { priority: 10 })]);
    for (let n = 0; n < 3; n++) ids.push([few, await add(job, few, n, { priority: 20 })]);
    work(job, { concurrency: 2 });
    await Promise.all(ids.map(([tenant, id]) => reaches(tenant, id, 'done')));
    expect(ran.lastIndexOf(few)).toBeLessThan(10);
  });

  test('a failed attempt is followed by another, later, until one succeeds', async () => {
    const tenant = await newTenant(store);
    const at: number[] = [];
    const job = newJob(async (_, { attempt }) => {
      at.push(performance.now());
      if (attempt < 3) throw new Error('not yet');
    });
    work(job, { backoff: (attempt) => attempt * 100 });
    const done = await reaches(tenant, await add(job, tenant, 1), 'done');
    expect(done.attempts).toBe(3);
    expect(at[1]! - at[0]!).toBeGreaterThan(95);
    expect(at[2]! - at[1]!).toBeGreaterThan(190);
    expect(job.ends.map(({ is }) => is)).toEqual(['retrying', 'retrying']);
  });

  test('a job that fails each time is dead in the end, says why, and can be given more attempts', async () => {
    const tenant = await newTenant(store);
    let broken = true;
    const job = newJob(async () => {
      if (broken) throw new Error('broken pipe');
    });
    work(job);
    const id = await add(job, tenant, 1);
    expect(await reaches(tenant, id, 'dead')).toMatchObject({ attempts: 3, reason_code: 'JOB_FAILED', reason: expect.stringContaining('broken pipe') });
    expect(job.ends.at(-1)).toMatchObject({ is: 'dead', id });
    broken = false;
    const attempt = await store.asTenant(tenant, (tx) => reviveJob(tx, id, 3));
    queue.ring([{ id, attempt: attempt! }]);
    expect(await reaches(tenant, id, 'done')).toMatchObject({ attempts: 4 });
  });

  test('a failure that another attempt would not change is final at once', async () => {
    const tenant = await newTenant(store);
    const job = newJob(
      async () => {
        throw fileNotFound('story.md');
      },
      { worthRetrying: () => false },
    );
    work(job);
    expect(await reaches(tenant, await add(job, tenant, 1), 'dead')).toMatchObject({ attempts: 1, reason_code: 'FILE_NOT_FOUND' });
  });

  test('a run may ask for another time, and that is not an attempt', async () => {
    const tenant = await newTenant(store);
    let asked = 0;
    const job = newJob(async () => (++asked < 6 ? 20 : undefined));
    work(job);
    await reaches(tenant, await add(job, tenant, 1), 'done', 15_000);
    expect(asked).toBe(6);
  });

  test('what a run saves and its end are one: when saving fails, the job is not done', async () => {
    const tenant = await newTenant(store);
    const job = newJob(async () => {}, {
      run: async () => async (tx) => {
        await insertJob(tx, { tenantId: tenant, name: 'saved', input: {}, priority: 1 });
        throw new Error('no room');
      },
    });
    work(job);
    expect(await reaches(tenant, await add(job, tenant, 1, { maxAttempts: 2 }), 'dead', 40_000)).toMatchObject({
      attempts: 2,
      reason: expect.stringContaining('no room'),
    });
    expect(await store.asTenant(tenant, (tx) => tx.selectFrom('jobs').select('id').where('name', '=', 'saved').execute())).toEqual([]);
  });

  test('a waiting job that is cancelled never runs', async () => {
    const tenant = await newTenant(store);
    const job = newJob(async () => {});
    const id = await add(job, tenant, 1);
    expect(await cancel(tenant, id)).toBe('cancelled');
    work(job);
    const other = await add(job, tenant, 2);
    await reaches(tenant, other, 'done');
    expect(await find(tenant, id)).toMatchObject({ state: 'cancelled', attempts: 0 });
    expect(await cancel(tenant, other)).toBeUndefined();
  });

  test('a running job that is cancelled stops within a second', async () => {
    const tenant = await newTenant(store);
    let stoppedAt = 0;
    const job = newJob(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stoppedAt = performance.now();
            reject(signal.reason);
          });
        }),
    );
    work(job);
    const id = await add(job, tenant, 1);
    await reaches(tenant, id, 'running');
    const asked = performance.now();
    expect(await cancel(tenant, id)).toBe('told');
    await reaches(tenant, id, 'cancelled', 2_000);
    expect(stoppedAt - asked).toBeLessThan(1_000);
    expect(job.ends).toEqual([{ is: 'cancelled', id }]);
  });

  test('a job that is cancelled while it ends is cancelled, and saves nothing', async () => {
    const tenant = await newTenant(store);
    let saved = false;
    const job = newJob(async () => {}, {
      run: async (_, { jobId }) => {
        await cancel(tenant, jobId);
        return async () => {
          saved = true;
        };
      },
    });
    work(job);
    const id = await add(job, tenant, 1);
    await reaches(tenant, id, 'cancelled');
    expect(saved).toBe(false);
    expect(job.ends).toEqual([{ is: 'cancelled', id }]);
  });

  test('a job whose worker fell silent goes to another, and what the first one still says counts for nothing', async () => {
    const tenant = await newTenant(store);
    const job = newJob(async () => {});
    const id = await add(job, tenant, 1);
    const dead = (await takeJob(store, [job.name], randomUUID(), 0.1, 100))!;
    expect(dead).toMatchObject({ id, attempt: 1 });
    await eventually(async () => (await lostRuns(store, [job.name])).length === 1);
    work(job);
    expect(await reaches(tenant, id, 'done')).toMatchObject({ attempts: 2 });
    expect(await store.asTenant(tenant, (tx) => finishRun(tx, dead))).toBe(false);
    expect(await renewLeases(store, dead.worker, [dead], 30)).toEqual({ lost: [id], cancelled: [] });
    expect(job.ends).toMatchObject([{ is: 'retrying', id, problem: { code: 'WORKER_LOST' } }]);
  });

  test('a database that was away for longer than a lease costs no attempt', async () => {
    const tenant = await newTenant(store);
    const away = new Set<string>();
    const storeOf = (name: string): Store => {
      const asked =
        <A extends readonly unknown[], T>(ask: (...args: A) => Promise<T>) =>
        async (...args: A): Promise<T> => {
          if (away.has(name)) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
          return ask(...args);
        };
      return { ...store, call: asked(store.call), asTenant: asked(store.asTenant) } as Store;
    };
    const job = newJob((_, { signal }) => sleep(3_000, undefined, { signal }));
    work(job, { store: storeOf('first'), leaseSeconds: 1 });
    const id = await add(job, tenant, 1);
    await reaches(tenant, id, 'running');
    work(job, { store: storeOf('second'), leaseSeconds: 1 });
    away.add('first').add('second');
    await eventually(async () => (await lostRuns(store, [job.name])).length === 1);
    away.delete('second');
    await sleep(700); // it looks, while the first is not back yet
    away.delete('first');
    expect(await reaches(tenant, id, 'done')).toMatchObject({ attempts: 1 });
    expect(job.ends).toEqual([]);
  }, 20_000);

  test('a job that kills its worker each time is dead after three', async () => {
    const tenant = await newTenant(store);
    const job = newJob((_, { signal }) => sleep(60_000, undefined, { signal }));
    // This one sees who is lost, and has no place for the job.
    work(job, { concurrency: 1, graceSeconds: 0 });
    await reaches(tenant, await add(job, tenant, 0), 'running');
    const id = await add(job, tenant, 1, { silent: true });
    for (let death = 1; death <= 3; death++) {
      const run = await eventually(() => takeJob(store, [job.name], randomUUID(), 0.05, 100));
      expect(run).toMatchObject({ id, attempt: death });
    }
    expect(await reaches(tenant, id, 'dead')).toMatchObject({ attempts: 3, reason_code: 'WORKER_LOST' });
    expect(job.ends.map(({ is }) => is)).toEqual(['retrying', 'retrying', 'dead']);
  });

  test('a job that does not listen cannot keep its worker from ending', async () => {
    const tenant = await newTenant(store);
    const job = newJob(() => new Promise(() => {}));
    const worker = work(job, { graceSeconds: 0 });
    await reaches(tenant, await add(job, tenant, 0), 'running');
    await worker.stop();
  });

  test('twenty that reach for one job: one has it', async () => {
    const tenant = await newTenant(store);
    const job = newJob(async () => {});
    await add(job, tenant, 1);
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeJob(store, [job.name], randomUUID(), 30, 100)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('a worker told to stop lets its job end, and takes no other', async () => {
    const tenant = await newTenant(store);
    const job = newJob(() => sleep(300));
    const worker = work(job, { concurrency: 1 });
    const [first, second] = [await add(job, tenant, 1), await add(job, tenant, 2)];
    await reaches(tenant, first, 'running');
    await worker.stop();
    expect([(await find(tenant, first)).state, (await find(tenant, second)).state]).toEqual(['done', 'queued']);
  });

  test('what it cannot end in time it hands back, uncounted, to another', async () => {
    const tenant = await newTenant(store);
    const job = newJob((_, { signal, attempt }) => (attempt > 1 ? Promise.resolve() : sleep(60_000, undefined, { signal })));
    const worker = work(job, { graceSeconds: 0.2 });
    const id = await add(job, tenant, 1, { maxAttempts: 1 });
    await reaches(tenant, id, 'running');
    const began = performance.now();
    await worker.stop();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await find(tenant, id)).toMatchObject({ state: 'queued', attempts: 1, max_attempts: 2 });
    work(job);
    await reaches(tenant, id, 'done');
  });

  test('a clock that jumps by days neither runs a job early nor loses it', async () => {
    const tenant = await newTenant(store);
    const at: number[] = [];
    const job = newJob(async (_, { attempt }) => {
      at.push(performance.now());
      if (attempt === 1) throw new Error('once more');
    });
    work(job, { backoff: () => 700 });
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const days of [30, -60, 45]) {
        const id = await add(job, tenant, 1);
        await eventually(async () => (await find(tenant, id)).reason_code === 'JOB_FAILED');
        vi.setSystemTime(Date.now() + days * 86_400_000);
        await reaches(tenant, id, 'done');
        // PGlite's clock is this process's: there a jump forward does end a delay. A server has its own.
        if (store.is === 'postgres') expect(at.at(-1)! - at.at(-2)!).toBeGreaterThan(695);
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test('the heartbeat is the loop’s own, also while a job is long; the readiness file is there while jobs are taken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ai-agents-worker-'));
    const [heartbeat, ready] = [join(folder, 'alive'), join(folder, 'ready')];
    const tenant = await newTenant(store);
    const job = newJob((_, { signal }) => sleep(60_000, undefined, { signal }));
    const worker = work(job, { heartbeat, ready, concurrency: 1, graceSeconds: 0 });
    await reaches(tenant, await add(job, tenant, 1), 'running');
    await eventually(async () => existsSync(ready));
    utimesSync(heartbeat, 0, 0);
    await eventually(async () => Date.now() - statSync(heartbeat).mtimeMs < 10_000);
    await worker.stop();
    expect(existsSync(ready)).toBe(false);
  });

  test('how much waits and runs is told, over all tenants', async () => {
    const job = newJob(async () => {});
    for (const tenant of [await newTenant(store), await newTenant(store)]) await add(job, tenant, 1);
    await takeJob(store, [job.name], randomUUID(), 30, 100);
    const depth = (await jobDepth(store)).filter(({ name }) => name === job.name);
    expect(depth.toSorted((a, b) => a.state.localeCompare(b.state))).toMatchObject([
      { state: 'queued', count: 1 },
      { state: 'running', count: 1 },
    ]);
    expect(depth.every(({ oldestDueSeconds }) => oldestDueSeconds >= 0 && oldestDueSeconds < 60)).toBe(true);
  });

  test('the queue says that it answers, and every message got through', async () => {
    expect(await queue.trouble()).toBeUndefined();
    expect(backends.troubles).toEqual([]);
  });
});
