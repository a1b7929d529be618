// What the API costs: a POST beside an empty route while 100 reviews wait, a page of 100,000 reviews beside one of 1,000, and how fast and how small `serve` is.
//   npm run build && node bench/api.ts
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { openServer } from '../src/api/server.ts';
import { openLog } from '../src/log.ts';
import { openQueue } from '../src/queue/queue.ts';
import { migrate } from '../src/store/migrate.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { ensureTenant } from '../src/store/tenants.ts';
import { createToken } from '../src/store/tokens.ts';
import { startPostgres } from '../tests/servers.ts';

const main = resolve(import.meta.dirname, '../dist/main.cjs');
const rounds = 1000;
const at = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
const show = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};
const ms = (value: number) => `${value.toFixed(2)} ms`;

/** Sends on kept connections, a few at a time, and gives each answer's time. */
async function times(count: number, send: (n: number) => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const started = performance.now();
    await send(n);
    taken.push(performance.now() - started);
  }
  return taken;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const call = (port: number, method: string, path: string, token = '', body = '') =>
  new Promise<string>((done, failed) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, method, path, headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => (answer.statusCode! < 300 ? done(text) : failed(new Error(`${answer.statusCode} ${text}`))));
      },
    );
    sent.once('error', failed).end(body);
  });
const listen = async (app: FastifyInstance) => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
};

async function apiOn(name: string, store: Store): Promise<void> {
  await migrate(store);
  // Before anybody is connected: on PGlite this holds up the process so long that kept connections would time out.
  const tokens = { few: await fill(store, 'few', 1_000), many: await fill(store, 'many', 100_000) };
  const queue = openQueue(store, undefined, (error) => console.error(error));
  const options = { log: openLog('silent'), rate: { perMinute: 1_000_000 } };
  const api = await openServer({ store, queue, sealingKeys: new Map(), repositories: { hosts: [], allowLocal: true }, reviewAttempts: 3 }, options);
  const empty = fastify();
  empty.post('/', async () => ({ id: '' }));
  const [port, emptyPort] = [await listen(api), await listen(empty)];

  const tenant = await ensureTenant(store, 'posts');
  const { text: token } = await createToken(store, tenant, { name: 'bench', scopes: ['write'] });
  const order = () => JSON.stringify({ repository: 'https://github.com/org/repo', ref: randomUUID(), stories: ['docs/story.md'] });
  const post = async () => void (await call(port, 'POST', '/api/v1/reviews', token, order()));
  const nothing = async () => void (await call(emptyPort, 'POST', '/', token, order()));
  await times(200, async () => {
    await nothing();
    await post(); // also the reviews that wait
  });
  // In turns, so that what else this machine does falls on both.
  const [posts, nothings]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < rounds / 20; turn += 1) {
    nothings.push(...(await times(20, nothing)));
    posts.push(...(await times(20, post)));
  }
  const [p, e] = [show(posts), show(nothings)];
  console.log(
    `${name}: POST /reviews p50 ${ms(p.p50)}, p99 ${ms(p.p99)}; empty route p50 ${ms(e.p50)}, p99 ${ms(e.p99)}; p99 ratio ${(p.p99 / e.p99).toFixed(1)} (target 20)`,
  );

  for (const query of ['?limit=20', '?limit=20&state=failed', '?limit=20&repository=https://github.com/org/r7', 'deep']) {
    const pages = { few: await pathOf(port, tokens.few, query), many: await pathOf(port, tokens.many, query) };
    const taken = { few: [] as number[], many: [] as number[] };
    for (let turn = 0; turn < 25; turn += 1) {
      for (const size of ['few', 'many'] as const)
        taken[size].push(...(await times(20, async () => void (await call(port, 'GET', pages[size], tokens[size])))));
    }
    const [few, many] = [show(taken.few), show(taken.many)];
    console.log(`${name}: GET /reviews ${query}: 1,000 p50 ${ms(few.p50)}; 100,000 p50 ${ms(many.p50)}; ratio ${(many.p50 / few.p50).toFixed(2)} (target 2)`);
  }
  await Promise.all([api.close(), empty.close()]);
  await queue[Symbol.asyncDispose]();
}

/** A tenant with so many ended reviews of ten repositories. */
async function fill(store: Store, name: string, count: number): Promise<string> {
  const tenant = await ensureTenant(store, name);
  const { text } = await createToken(store, tenant, { name: 'bench', scopes: ['read'] });
  await store.asTenant(tenant, async (tx) => {
    await sql`INSERT INTO repositories (tenant_id, url) SELECT ${tenant}, 'https://github.com/org/r' || n FROM generate_series(0, 9) AS n`.execute(tx);
    await sql`INSERT INTO reviews (tenant_id, repository_id, ref, commit, stories, manifests, subject, state, failure_code, finished_at, outcome)
      SELECT ${tenant}, repositories.id, 'main', NULL, '{docs/story.md}', '{}', 'x' || n,
             CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'done' END, CASE WHEN n % 10 = 0 THEN 'CLONE_FAILED' END, now(),
             CASE WHEN n % 10 <> 0 THEN 'APPROVE' END
        FROM generate_series(1, ${count}::integer) AS n JOIN repositories ON repositories.url = 'https://github.com/org/r' || (n % 10)`.execute(tx);
  });
  await store.asOwner((db) => sql`ANALYZE ai_agents.reviews`.execute(db));
  return text;
}

/** The path of a page; for `deep` one that starts behind half of what there is. */
async function pathOf(port: number, token: string, query: string): Promise<string> {
  if (query !== 'deep') return `/api/v1/reviews${query}`;
  let after = '';
  for (let page = 0; page < 5; page += 1) {
    after = (JSON.parse(await call(port, 'GET', `/api/v1/reviews?limit=100${after && `&after=${after}`}`, token)) as { next: string }).next;
  }
  return `/api/v1/reviews?limit=20&after=${after}`;
}

async function startOfServe(): Promise<void> {
  if (!existsSync(main)) return console.log('skipped: serve is measured as it is built; run `npm run build` first');
  const folder = mkdtempSync(join(tmpdir(), 'ai-agents-bench-'));
  const nodeOnly = async () => {
    const started = performance.now();
    await new Promise((done) => spawn(process.execPath, ['-e', '0']).once('exit', done));
    return performance.now() - started;
  };
  const serve = async () => {
    const started = performance.now();
    const child = spawn(process.execPath, [main, 'serve', '--data', folder, '--port', '0'], {
      env: { PATH: process.env.PATH, HOME: folder, AI_AGENTS_LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const address = await new Promise<string>((done) =>
      child.stdout.setEncoding('utf8').on('data', (text: string) => /ready at (\S+)/.test(text) && done(/ready at (\S+)/.exec(text)![1]!)),
    );
    const ready = await fetch(`${address}/health/ready`);
    const taken = performance.now() - started;
    if (!ready.ok) throw new Error(await ready.text());
    await sleep(3_000);
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
    child.kill('SIGTERM');
    await new Promise((done) => child.once('exit', done));
    return { taken, resident };
  };
  const first = await serve();
  const runs: { node: number; taken: number; resident: number }[] = [];
  for (let run = 0; run < 7; run += 1) runs.push({ node: await nodeOnly(), ...(await serve()) });
  const median = (numbers: readonly number[]) => show(numbers).p50;
  const [node, taken] = [median(runs.map((run) => run.node)), median(runs.map((run) => run.taken))];
  console.log(
    `serve: first start in a new folder ${ms(first.taken)}; later ones ${ms(taken)} to ready, node -e 0 ${ms(node)}, ratio ${(taken / node).toFixed(1)} (target 15)`,
  );
  console.log(
    `serve: idle memory ${median(runs.map((run) => run.resident)).toFixed(0)} MiB, after the first start ${first.resident.toFixed(0)} MiB (target 200 MB)`,
  );
  rmSync(folder, { recursive: true, force: true });
}

await startOfServe();
{
  await using store = await openStore({ folder: undefined });
  await apiOn('PGlite', store);
}
const postgres = await startPostgres();
if (postgres) {
  await using server = postgres;
  await using store = await openStore({ url: server.database() });
  await apiOn('PostgreSQL', store);
}
agent.destroy();
