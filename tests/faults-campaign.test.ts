import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { createToken } from '../src/store/tokens.ts';
import { startBackends } from './backends.ts';
import { faultsOf, newGround, type Process, startProcess } from './campaign.ts';
import { makeRepository, serveGit } from './git-server.ts';
import { trueStory } from './scratch-repository.ts';

// Everything at once: twenty clients, two APIs, three workers, and something breaks all the time. `npm run test:faults` takes 1,000 reviews.

const long = process.env.FAULTS === 'long';
const reviews = long ? 1_000 : 40;
const everySeconds = long ? 4 : 2;
const atMost = long ? Number.POSITIVE_INFINITY : 6;

// The long one runs what is shipped; `npm run test:faults` builds it.
const main = join(import.meta.dirname, long ? '../dist/main.cjs' : '../src/cli/main.ts');

const backends = await startBackends();
const { postgres, redis } = backends;
// a server's folder has thousands of files
afterAll(() => backends[Symbol.asyncDispose](), 120_000);

test.runIf(postgres && long)(
  'twenty processes that migrate at once bring an empty database to its version, and one of them does it',
  async () => {
    const env = { AI_AGENTS_DATABASE_URL: postgres!.database() };
    const runs = Array.from({ length: 20 }, () => startProcess(main, ['migrate'], env));
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual(Array(20).fill(0));
    expect(runs.filter((run) => !run.said().includes('nothing to do'))).toHaveLength(1);
  },
  300_000,
);

describe.runIf(postgres && redis)('a bad day', () => {
  test(`${reviews} reviews ordered at once by twenty clients end once each, whatever dies meanwhile`, async () => {
    await using on = await newGround(postgres!, redis!, 1);
    await using git = await serveGit();
    const stories = Array.from({ length: reviews }, (_, n) => [`stories/${n}.md`, trueStory['docs/story.md']]);
    makeRepository(join(git.folder, 'shop'), { ...trueStory, ...Object.fromEntries(stories) });
    const { text: token } = await createToken(on.store, on.tenant, { name: 'clients', scopes: ['write'] });
    const env = {
      AI_AGENTS_DATABASE_URL: on.url,
      AI_AGENTS_REDIS_URL: redis!.url,
      AI_AGENTS_GIT_HOSTS: `${git.origin}=127.0.0.0/8`,
      AI_AGENTS_CACHE: join(git.folder, 'cache'),
      AI_AGENTS_WORKER_LEASE: '3',
      AI_AGENTS_LOG_LEVEL: 'warn',
      AI_AGENTS_RATE_LIMIT: '1000000',
    };
    const run = (index: number) =>
      startProcess(main, ['worker'], {
        ...env,
        AI_AGENTS_WORKER_HEARTBEAT: join(git.folder, `alive-${index}`),
        AI_AGENTS_WORKER_READY: join(git.folder, `ready-${index}`),
      });
    const answer = async (): Promise<{ process: Process; address: string }> => {
      const api = startProcess(main, ['api', '--port', '0', '--host', '127.0.0.1'], { ...env, AI_AGENTS_LOG_LEVEL: 'info' });
      await api.says('"port":');
      await api.says('"msg":"listening"');
      return { process: api, address: `http://127.0.0.1:${/"port":(\d+)/.exec(api.said())![1]}` };
    };
    const workers = [run(0), run(1), run(2)];
    const apis = [await answer(), await answer()];

    const happenings: Record<string, () => Promise<unknown>> = {
      'a worker is killed': async () => {
        const index = Math.floor(Math.random() * workers.length);
        await workers[index]!.kill();
        workers[index] = run(index);
      },
      'PostgreSQL is killed': async () => {
        await postgres!.kill();
        await sleep(500);
        await postgres!.start();
      },
      'Redis is replaced': async () => {
        await redis!.kill();
        await sleep(500);
        await redis!.start();
      },
      'an API is killed': async () => {
        const index = Math.floor(Math.random() * apis.length);
        await apis[index]!.process.kill();
        apis[index] = await answer();
      },
      'a worker is told to stop': async () => {
        const index = Math.floor(Math.random() * workers.length);
        workers[index]!.child.kill('SIGTERM');
        await workers[index]!.ended;
        workers[index] = run(index);
      },
      'Redis is emptied': async () => redis!.flush(),
    };
    let over = false;
    const happened: string[] = [];
    const badDay = (async () => {
      for (let n = 0; !over && n < atMost; n++) {
        await sleep(everySeconds * 1000);
        const [name, happen] = Object.entries(happenings)[n % Object.keys(happenings).length]!;
        happened.push(name);
        await happen();
      }
    })();

    /** Asks until it is accepted, as a client does that means it: the same key says that it is the same request. */
    async function order(n: number): Promise<string> {
      const key = randomUUID();
      for (;;) {
        const api = apis[n % apis.length]!;
        const body = JSON.stringify({ repository: `${git.origin}/shop`, ref: 'main', stories: [`stories/${n}.md`], from: 'webhook' });
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
        const response = await fetch(`${api.address}/api/v1/reviews`, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) }).catch(
          () => undefined,
        );
        if (response?.status === 202) return ((await response.json()) as { id: string }).id;
        if (response && response.status < 500) throw new Error(`refused: ${response.status} ${await response.text()}`);
        await sleep(200);
      }
    }
    const ids: string[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        while (next < reviews) ids.push(await order(next++));
      }),
    );
    expect(new Set(ids).size).toBe(reviews);

    const outcomes: Record<string, number> = {};
    const faults: string[] = [];
    for (const id of ids) {
      const review = await on.ended(id, 600_000);
      outcomes[review.failure_code ?? review.state] = (outcomes[review.failure_code ?? review.state] ?? 0) + 1;
    }
    over = true;
    await badDay;
    for (const id of ids) faults.push(...(await faultsOf(on, await on.review(id))));
    console.log(`${reviews} reviews: ${JSON.stringify(outcomes)}; ${happened.length} times something happened: ${[...new Set(happened)].join(', ')}`);
    const died = [...workers, ...apis.map((api) => api.process)].filter(({ child }) => child.exitCode !== null).map((one) => one.said());
    expect(died).toEqual([]); // all others were ended by us
    await Promise.all([...workers, ...apis.map((api) => api.process)].map((one) => one.kill()));
    expect(faults).toEqual([]);
    expect(outcomes.done ?? 0).toBeGreaterThan(reviews * 0.9);
  }, 3_600_000);
});
