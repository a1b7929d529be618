import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { cancelReview } from '../src/store/reviews.ts';
import { eventually, startBackends } from './backends.ts';
import { faultsOf, type Ground, newGround, startProcess } from './campaign.ts';
import { makeRepository, serveGit } from './git-server.ts';
import { trueStory } from './scratch-repository.ts';

// Bad days, once each; `npm run test:faults` has long ones.

const backends = await startBackends();
const { postgres, redis } = backends;
// a server's folder has thousands of files
afterAll(() => backends[Symbol.asyncDispose](), 120_000);
const grounds: Ground[] = [];
afterEach(async () => {
  for (const ground of grounds.splice(0)) await ground[Symbol.asyncDispose]();
}, 60_000);
async function ground(stories = 20, onRedis = redis !== undefined) {
  const one = await newGround(postgres!, onRedis ? redis : undefined, stories);
  grounds.push(one);
  return one;
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.runIf(postgres)('a worker', () => {
  test.each(['taken', 'cloned', 'bound', 'reviewed'])('that is killed when its review is %s: another one ends it, once', async (stage) => {
    const on = await ground();
    const doomed = on.worker('--at', stage);
    const id = await on.order(0);
    await doomed.says(`at ${stage}`);
    expect(await on.review(id)).toMatchObject({ state: 'running' });
    await doomed.kill();
    on.worker();
    const review = await on.ended(id);
    expect(review).toMatchObject({ state: 'done', outcome: 'APPROVE' });
    expect(await faultsOf(on, review)).toEqual([]);
  });

  test('that is killed each time: the review fails after three attempts and says why', async () => {
    const on = await ground();
    const id = await on.order(0);
    for (let life = 1; life <= 3; life++) {
      const worker = on.worker('--at', 'bound', '--do', 'die', '--lease', '2');
      await worker.ended;
    }
    on.worker();
    const review = await on.ended(id);
    expect(review).toMatchObject({ state: 'failed', failure_code: 'WORKER_LOST' });
    expect(await faultsOf(on, review)).toEqual([]);
  });

  test('whose reviewer is killed each time lives on, and the review fails after three attempts', async () => {
    const on = await ground();
    const id = await on.order(0);
    const worker = on.worker('--reviewer', new URL('crashing-reviewer.ts', import.meta.url).href);
    const review = await on.ended(id);
    expect(review).toMatchObject({ state: 'failed', failure_code: 'REVIEW_CRASHED', failure: expect.stringContaining('SIGKILL') });
    expect(worker.child.exitCode).toBeNull();
    expect(await faultsOf(on, review)).toEqual([]);
  });

  test('gives a review that does not end its time, three times', async () => {
    const on = await ground();
    const id = await on.order(0);
    on.worker('--at', 'bound', '--timeout', '1');
    const review = await on.ended(id);
    expect(review).toMatchObject({ state: 'failed', failure_code: 'REVIEW_TIMEOUT' });
    expect(await faultsOf(on, review)).toEqual([]);
  });

  test('that was only asleep finds that its review has ended elsewhere, and changes nothing', async () => {
    const on = await ground();
    const sleeper = on.worker('--at', 'bound', '--log', 'info');
    const id = await on.order(0);
    await sleeper.says('at bound');
    sleeper.child.kill('SIGSTOP');
    on.worker();
    const review = await on.ended(id);
    sleeper.child.kill('SIGCONT');
    await sleeper.says('"ended":"lost"');
    expect(await on.review(id)).toEqual(review);
    expect(await faultsOf(on, review)).toEqual([]);
  });

  test('told to stop ends what it can, hands back what it cannot, leaves no process behind, and exits with 0', async () => {
    const on = await ground();
    const worker = on.worker('--at', 'bound', '--grace', '0.5');
    const id = await on.order(0);
    await worker.says('at bound');
    const began = performance.now();
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(worker.said()).toMatch(/stopped, reviewers *\n/);
    expect(await on.review(id)).toMatchObject({ state: 'queued' });
    on.worker();
    expect(await on.ended(id)).toMatchObject({ state: 'done' });
  });

  test('that starts before its database waits for it; told to stop without one, it stops', async () => {
    const on = await ground();
    const id = await on.order(0);
    await postgres!.kill();
    const [patient, doomed] = [on.worker(), on.worker()];
    await Promise.all([patient.says('cannot take jobs'), doomed.says('cannot take jobs')]);
    doomed.child.kill('SIGTERM');
    expect(await doomed.ended).toBe(0);
    await postgres!.start();
    expect(await on.ended(id)).toMatchObject({ state: 'done' });
    expect(patient.child.exitCode).toBeNull();
  }, 60_000);

  test('stops a review that is cancelled within a second, and its process with it', async () => {
    const on = await ground();
    const worker = on.worker('--at', 'bound');
    const id = await on.order(0);
    await worker.says('at bound');
    const asked = performance.now();
    expect(await cancelReview(on.store, on.tenant, id)).toBe(true);
    const review = await on.ended(id, 2_000);
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(review.state).toBe('cancelled');
    expect(await faultsOf(on, review)).toEqual([]);
  });

  test('takes a cluster’s settings from variables, says when it is ready, and drains on SIGTERM', async () => {
    const on = await ground();
    await using git = await serveGit();
    makeRepository(join(git.folder, 'shop'), trueStory);
    const files = { AI_AGENTS_WORKER_HEARTBEAT: join(git.folder, 'alive'), AI_AGENTS_WORKER_READY: join(git.folder, 'ready') };
    const main = join(import.meta.dirname, '../src/cli/main.ts');
    const probe = async (what: string) => startProcess(main, ['worker', '--probe', what], files).ended;
    expect(await probe('ready')).toBe(1);
    const worker = startProcess(main, ['worker'], {
      ...files,
      AI_AGENTS_DATABASE_URL: on.url,
      ...(on.redisUrl && { AI_AGENTS_REDIS_URL: on.redisUrl }),
      AI_AGENTS_GIT_HOSTS: `${git.origin}=127.0.0.0/8`,
      AI_AGENTS_CACHE: join(git.folder, 'cache'),
    });
    await eventually(async () => (await probe('ready')) === 0, 20_000);
    const id = await on.order(0, { repository: `${git.origin}/shop`, stories: ['docs/story.md'] });
    expect(await on.ended(id)).toMatchObject({ state: 'done', outcome: 'APPROVE' });
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect([await probe('ready'), await probe('live')]).toEqual([1, 0]);
    await worker.kill();
  }, 60_000);

  test('or an API whose database is there and does not answer ends all the same when it is told to', async () => {
    const on = await ground(1);
    const own = {
      HOME: on.repository.root,
      AI_AGENTS_WORKER_HEARTBEAT: join(on.repository.root, 'alive'),
      AI_AGENTS_WORKER_READY: join(on.repository.root, 'ready'),
    };
    const env = { ...own, AI_AGENTS_DATABASE_URL: on.url, AI_AGENTS_WORKER_GRACE: '0' };
    const main = join(import.meta.dirname, '../src/cli/main.ts');
    const [worker, api] = [startProcess(main, ['worker'], env), startProcess(main, ['api', '--host', '127.0.0.1', '--port', '0'], env)];
    await Promise.all([eventually(async () => existsSync(own.AI_AGENTS_WORKER_READY), 30_000), api.says('listening')]);
    const { port } = /"port":(?<port>\d+)/.exec(api.said())!.groups!;
    const asked = fetch(`http://127.0.0.1:${port}/health/ready`).then((answer) => answer.status); // so that it has a connection too
    expect(await asked).toBe(200);
    const server = [postgres!.pid, ...readFileSync(`/proc/${postgres!.pid}/task/${postgres!.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)];
    for (const pid of server) process.kill(pid, 'SIGSTOP');
    try {
      await sleep(2_500); // the worker looks every other second
      const told = performance.now();
      for (const { child } of [worker, api]) child.kill('SIGTERM');
      const seconds = await Promise.all([worker, api].map(async ({ ended }) => ({ code: await ended, after: (performance.now() - told) / 1000 })));
      expect(seconds).toEqual([
        { code: 0, after: expect.toSatisfy((after: number) => after < 12) },
        { code: 0, after: expect.toSatisfy((after: number) => after < 20) },
      ]);
    } finally {
      for (const pid of server) process.kill(pid, 'SIGCONT');
    }
  }, 60_000);
});

describe.runIf(postgres)('twenty reviews', () => {
  /** Orders them, lets something happen while two workers work, and expects each to end well. */
  async function survive(on: Ground, happens: (n: number) => Promise<void>) {
    const workers = [on.worker(), on.worker()];
    await Promise.all(workers.map((worker) => worker.says('working')));
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => on.order(n)));
    for (let n = 0; n < 3; n++) {
      await sleep(700);
      await happens(n);
    }
    for (const id of ids) {
      const review = await on.ended(id, 60_000);
      expect(review).toMatchObject({ state: 'done', outcome: 'APPROVE' });
      expect(await faultsOf(on, review)).toEqual([]);
    }
  }

  test('survive a database that is killed, and killed again', async () => {
    await survive(await ground(), async () => {
      await postgres!.kill();
      await sleep(300);
      await postgres!.start();
    });
  }, 120_000);

  test.runIf(redis)(
    'survive a Redis that is killed, replaced and emptied',
    async () => {
      await survive(await ground(), async (n) => {
        if (n === 0) return redis!.flush();
        await redis!.kill();
        await sleep(300);
        await redis!.start(); // it keeps nothing: a new one
      });
    },
    120_000,
  );

  test('survive without Redis, on PostgreSQL alone', async () => {
    await survive(await ground(20, false), async (n) => {
      if (n !== 1) return;
      await postgres!.kill();
      await postgres!.start();
    });
  }, 120_000);

  test('of one commit, ordered under as many names, are reviewed once, and all have the answer', async () => {
    const on = await ground();
    for (let n = 0; n < 20; n++) on.repository.git('branch', `b${n}`);
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => on.order(0, { ref: `b${n}` })));
    on.worker('--concurrency', '4');
    const reviews = await Promise.all(ids.map((id) => on.ended(id, 60_000)));
    expect(reviews.map(({ state, failure }) => failure ?? state)).toEqual(Array(20).fill('done'));
    expect(reviews.filter(({ same_as }) => same_as === null)).toHaveLength(1);
    for (const review of reviews) expect(await faultsOf(on, review)).toEqual([]);
  }, 90_000);

  test.runIf(existsSync('/proc/self/stat'))('leave no reviewer behind when their worker is killed', async () => {
    const on = await ground();
    const worker = on.worker('--at', 'reviewed', '--concurrency', '2');
    await Promise.all([on.order(0), on.order(1)]);
    await worker.says('at reviewed');
    const pids = await eventually(async () => {
      const all = childrenOf(worker.child.pid!);
      return all.length === 2 && all;
    });
    await worker.kill();
    await eventually(async () => !pids.some(isAlive));
  });
});

/** Ids of the processes that this one has started, as Linux knows them. */
function childrenOf(pid: number): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => parentOf(id) === pid).map(Number);
}

function parentOf(id: string): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it ended while we looked
  }
}
