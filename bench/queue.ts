// What API, queue and worker cost beside the reviews themselves, in CPU time; and what a second worker brings.
//   npm run build && node bench/queue.ts [reviews]
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type Store } from '../src/store/store.ts';
import { ensureTenant } from '../src/store/tenants.ts';
import { createToken } from '../src/store/tokens.ts';
import { git, serveGit } from '../tests/git-server.ts';
import { startPostgres, startRedis } from '../tests/servers.ts';
import { referenceTree, STORY } from './reference-tree.ts';

const WARM_UP = 20;
const MAIN = resolve(import.meta.dirname, '../dist/main.cjs');
const reviews = Number(process.argv[2] ?? 100);

const tree = referenceTree();
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
if (!tree || !postgres || !redis) {
  console.log('skipped: it takes the reference tree, PostgreSQL and Redis');
  process.exit(0);
}

// Copies of one story, so that each review is as much work as the next and none is the same as another.
const stories = Array.from({ length: WARM_UP + reviews }, (_, n) => `docs/copies/${n}.md`);
mkdirSync(join(tree, 'docs/copies'));
for (const story of stories) cpSync(join(tree, STORY), join(tree, story));
git(tree, 'add', '-A');
git(tree, 'commit', '-q', '-m', 'copies');
const commit = git(tree, 'rev-parse', 'HEAD');

/** CPU time in ms of a process itself, and of those that it has started: alive, or ended and waited for. */
function cpu(pid: number): { own: number; started: number } {
  const stat = (id: number | string): string[] => {
    try {
      return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]!.split(' ');
    } catch {
      return []; // it has ended; whoever waited for it has its time
    }
  };
  const ms = (fields: string[]) => fields.reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const below = new Set([String(pid)]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const one of all) if (below.has(stat(one)[1] ?? '')) below.add(one);
  }
  below.delete(String(pid));
  const fields = stat(pid);
  return { own: ms(fields.slice(11, 13)), started: ms(fields.slice(13, 15)) + [...below].reduce((sum, one) => sum + ms(stat(one).slice(11, 15)), 0) };
}
await using server = await serveGit();
cpSync(tree, join(server.folder, 'tree'), { recursive: true });
git(join(server.folder, 'tree'), 'config', 'uploadpack.allowAnySHA1InWant', 'true');

interface Platform extends AsyncDisposable {
  readonly store: Store;
  readonly pids: number[];
  order(story: string): Promise<void>;
  addWorker(): void;
  ended(): Promise<number>;
}

async function openPlatform(redisUrl: string | undefined): Promise<Platform> {
  const url = postgres!.database();
  const env = {
    PATH: process.env.PATH,
    AI_AGENTS_DATABASE_URL: url,
    ...(redisUrl && { AI_AGENTS_REDIS_URL: redisUrl }),
    AI_AGENTS_GIT_HOSTS: `${server.origin}=127.0.0.0/8`,
    AI_AGENTS_CACHE: join(server.folder, 'cache'),
    AI_AGENTS_WORKER_CONCURRENCY: '1',
    AI_AGENTS_RATE_LIMIT: '1000000',
  };
  const children: ChildProcess[] = [];
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: {
        ...env,
        AI_AGENTS_WORKER_HEARTBEAT: join(server.folder, `alive-${children.length}`),
        AI_AGENTS_WORKER_READY: join(server.folder, `ready-${children.length}`),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    return child;
  };
  execFileSync(process.execPath, [MAIN, 'migrate'], { env, stdio: 'ignore' });
  const store = await openStore({ url, maxConnections: 4 });
  const tenant = await ensureTenant(store, 'bench');
  const { text: token } = await createToken(store, tenant, { name: 'bench', scopes: ['write'] });
  const api = start('api', '--host', '127.0.0.1', '--port', '0');
  const port = await new Promise<string>((found) => {
    let said = '';
    api.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const listening = /"port":(\d+).*"msg":"listening"/.exec(said);
      if (listening) found(listening[1]!);
    });
  });
  return {
    store,
    get pids() {
      return children.map(({ pid }) => pid!);
    },
    async order(story) {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/reviews`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ repository: `${server.origin}/tree`, ref: commit, stories: [story] }),
      });
      if (response.status !== 202) throw new Error(await response.text());
    },
    addWorker: () => void start('worker').stderr!.resume(),
    async ended() {
      const rows = await store.asTenant(tenant, (tx) => tx.selectFrom('reviews').select(['state', 'failure']).execute());
      const failed = rows.find(({ state }) => state === 'failed');
      if (failed) throw new Error(failed.failure!);
      return rows.filter(({ state }) => state === 'done').length;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        child.kill('SIGTERM');
        await new Promise((gone) => child.once('exit', gone));
      }
      await store[Symbol.asyncDispose]();
    },
  };
}

const until = async (platform: Platform, number: number) => {
  while ((await platform.ended()) < number) await sleep(50);
};

interface Contestant {
  readonly name: string;
  readonly pids: readonly number[];
  review(some: readonly string[]): Promise<void>;
  /** by process: its own time and that of those that it started, in ms */
  readonly spent: { own: number; started: number }[];
}

async function contest(contestants: readonly Contestant[]): Promise<void> {
  for (const { review } of contestants) await review(stories.slice(0, WARM_UP));
  // In turns, so that whatever else the machine does weighs on all alike.
  for (let from = WARM_UP; from < stories.length; from += 10) {
    for (const { pids, review, spent } of contestants) {
      const before = pids.map(cpu);
      await review(stories.slice(from, from + 10));
      for (const [index, now] of pids.map(cpu).entries()) {
        spent[index] = {
          own: (spent[index]?.own ?? 0) + now.own - before[index]!.own,
          started: (spent[index]?.started ?? 0) + now.started - before[index]!.started,
        };
      }
    }
  }
}

function asContestant(name: string, platform: Platform): Contestant {
  let ordered = 0;
  return {
    name,
    pids: [...platform.pids, postgres!.pid, redis!.pid],
    spent: [],
    async review(some) {
      for (const story of some) await platform.order(story);
      await until(platform, (ordered += some.length));
    },
  };
}

const bare = fork(join(import.meta.dirname, 'core.ts'), [tree, commit]);
const core: Contestant = {
  name: 'bare core',
  pids: [bare.pid!],
  spent: [],
  async review(some) {
    bare.send(some);
    await new Promise((done) => bare.once('message', done));
  },
};

let worst = 0;
{
  await using onRedis = await openPlatform(redis.url);
  await using onPostgres = await openPlatform(undefined);
  for (const platform of [onRedis, onPostgres]) platform.addWorker();
  const platforms = [asContestant('queue on Redis', onRedis), asContestant('queue on PostgreSQL', onPostgres)];
  await contest([core, ...platforms]);
  bare.kill();
  const per = ({ own, started }: { own: number; started: number }) => (own + started) / reviews;
  const corePer = per(core.spent[0]!);
  console.log(`bare core: ${corePer.toFixed(0)} ms of CPU a review, over ${reviews} reviews`);
  for (const { name, spent } of platforms) {
    const [api, worker, ...servers] = spent;
    const whole = per(api!) + per(worker!);
    worst = Math.max(worst, whole / corePer);
    console.log(`${name}: ${whole.toFixed(0)} ms of CPU a review, ${(whole / corePer).toFixed(2)} x the bare core (limit 1.2)`);
    console.log(
      `  API ${per(api!).toFixed(0)}, worker ${(worker!.own / reviews).toFixed(0)}, reviewer and git ${(worker!.started / reviews).toFixed(0)}; besides, PostgreSQL and Redis ${servers.reduce((sum, one) => sum + per(one), 0).toFixed(0)} ms`,
    );
  }
}

const seconds: number[] = [];
for (const workers of [1, 2]) {
  await using platform = await openPlatform(redis.url);
  for (let n = 0; n < workers; n++) platform.addWorker();
  for (const story of stories.slice(0, WARM_UP)) await platform.order(story);
  await until(platform, WARM_UP);
  const began = performance.now();
  for (const story of stories.slice(WARM_UP)) await platform.order(story);
  await until(platform, WARM_UP + reviews);
  seconds.push((performance.now() - began) / 1000);
}
const gain = seconds[0]! / seconds[1]!;
const load = loadavg()[0]!;
console.log(
  `one worker ${(reviews / seconds[0]!).toFixed(1)} reviews a second, two ${(reviews / seconds[1]!).toFixed(1)}: ${gain.toFixed(2)} x (limit 1.7 on two idle cores; the load was ${load.toFixed(1)})`,
);

await postgres[Symbol.asyncDispose]();
await redis[Symbol.asyncDispose]();
process.exitCode = worst <= 1.2 && gain >= 1.7 ? 0 : 1;
