import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { openQueue, type Queue } from '../src/queue/queue.ts';
import { migrate } from '../src/store/migrate.ts';
import { findReview, listEvents, orderReview, type ReviewOrder, type StoredReview } from '../src/store/reviews.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { eventually, newTenant } from './backends.ts';
import { ScratchRepository, trueStory } from './scratch-repository.ts';
import type { PostgresServer, RedisServer } from './servers.ts';

/** What bad days happen to: a database, perhaps a Redis, a tenant and a repository with as many stories as wanted. */
export interface Ground extends AsyncDisposable {
  readonly url: string;
  readonly redisUrl: string | undefined;
  readonly store: Store;
  readonly queue: Queue;
  readonly tenant: string;
  readonly repository: ScratchRepository;
  order(n: number, more?: Partial<ReviewOrder>): Promise<string>;
  review(id: string): Promise<StoredReview>;
  ended(id: string, withinMs?: number): Promise<StoredReview>;
  worker(...options: string[]): Process;
}

export async function newGround(postgres: PostgresServer, redis: RedisServer | undefined, stories: number, maxRunning = 100): Promise<Ground> {
  const url = postgres.database();
  const store = await openStore({ url, maxConnections: 30 });
  await migrate(store);
  const queue = openQueue(store, redis?.url, () => {});
  const tenant = await newTenant(store, maxRunning);
  const copies = Array.from({ length: stories }, (_, n) => [`stories/${n}.md`, trueStory['docs/story.md']]);
  const repository = new ScratchRepository({ ...trueStory, ...Object.fromEntries(copies) });
  const processes: Process[] = [];
  const review = async (id: string) => (await findReview(store, tenant, id))!;
  return {
    url,
    redisUrl: redis?.url,
    store,
    queue,
    tenant,
    repository,
    review,
    async order(n, more = {}) {
      const { id } = await orderReview(store, queue, tenant, {
        repository: repository.root,
        ref: 'main',
        stories: [`stories/${n}.md`],
        manifests: [],
        from: 'webhook',
        ...more,
      });
      return id;
    },
    ended: (id, withinMs = 25_000) =>
      eventually(async () => {
        const now = await review(id).catch(() => undefined); // the server may be away at this moment
        return now?.finished_at ? now : undefined;
      }, withinMs),
    worker(...options) {
      const child = startProcess(join(import.meta.dirname, 'worker-program.ts'), ['--database', url, ...(redis ? ['--redis', redis.url] : []), ...options]);
      processes.push(child);
      return child;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((one) => one.kill()));
      await queue[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
    },
  };
}

export interface Process {
  readonly child: ChildProcess;
  said(): string;
  /** waits until it has printed this */
  says(text: string): Promise<void>;
  kill(): Promise<void>;
  readonly ended: Promise<number | null>;
}

export function startProcess(program: string, args: string[], env: Record<string, string> = {}): Process {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    child,
    said: () => said,
    ended,
    async says(text) {
      await eventually(async () => {
        if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
        return said.includes(text);
      }, 60_000);
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What is wrong with an ended review, as far as its rows say: nothing, when the answer is empty. */
export async function faultsOf({ store, tenant }: Ground, review: StoredReview): Promise<string[]> {
  const faults: string[] = [];
  const say = (is: boolean, what: string) => is || faults.push(`${review.id} ${review.state}: ${what}`);
  const events = await listEvents(store, tenant, review.id, 0);
  const rows = await store.asTenant(tenant, async (tx) => ({
    job: await tx.selectFrom('jobs').select('state').where('id', '=', review.id).executeTakeFirstOrThrow(),
    reports: await tx.selectFrom('reports').select('review_id').where('review_id', '=', review.id).execute(),
    verdicts: await tx.selectFrom('verdicts').select('claim_id').where('review_id', '=', review.id).execute(),
  }));
  const ends = events.filter(({ kind }) => ['done', 'failed', 'cancelled'].includes(kind));
  say(ends.length === 1 && events.at(-1)?.kind === ends[0]?.kind, `its events end ${ends.length} times: ${events.map(({ kind }) => kind).join(' ')}`);
  say(
    events.every(({ seq }, index) => seq === index + 1),
    'its events have holes',
  );
  const own = review.state === 'done' && review.same_as === null;
  say(rows.reports.length === (own ? 1 : 0), `it has ${rows.reports.length} reports`);
  say(rows.verdicts.length > 0 === own, `it has ${rows.verdicts.length} verdicts`);
  const jobOf = { done: 'done', failed: 'dead', cancelled: 'cancelled' } as const;
  say(rows.job.state === jobOf[review.state as keyof typeof jobOf], `its job is ${rows.job.state}`);
  say(review.state !== 'failed' || (review.failure !== null && review.failure_code !== null), 'its failure has no name');
  return faults;
}
