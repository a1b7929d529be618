import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openLog } from '../src/log.ts';
import { openQueue } from '../src/queue/queue.ts';
import { fetchRepository, openFetched } from '../src/repositories/open-repository.ts';
import { reviewJob } from '../src/review/job.ts';
import { ReviewProcesses } from '../src/review/review-processes.ts';
import { openStore } from '../src/store/store.ts';
import { startWorker } from '../src/worker/worker.ts';

/**
 * A worker that something happens to: at the stage that it is told, it stands still for ever, or kills itself.
 * Everything else is the program's own: repositories are local folders, reviews run in processes of their own.
 */
const { values: told } = parseArgs({
  options: {
    database: { type: 'string' },
    redis: { type: 'string' },
    lease: { type: 'string', default: '2' },
    grace: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '2' },
    at: { type: 'string' },
    do: { type: 'string', default: 'stand still' },
    reviewer: { type: 'string' },
    timeout: { type: 'string', default: '60' },
    log: { type: 'string', default: 'warn' },
  },
});

const say = (text: string): void => void writeSync(1, `${text}\n`);
const stopped = new AbortController();
process.on('SIGTERM', () => stopped.abort());

/** One of: taken, cloned, bound, reviewed. */
async function reach(stage: string, signal: AbortSignal): Promise<void> {
  if (stage !== told.at) return;
  say(`at ${stage}`);
  if (told.do === 'die') process.kill(process.pid, 'SIGKILL');
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

class StallingProcesses extends ReviewProcesses {
  override async run(...[task, goOn, progress, signal]: Parameters<ReviewProcesses['run']>) {
    const bound: typeof goOn = async (commit) => {
      const yes = await goOn(commit);
      await reach('bound', signal);
      return yes;
    };
    const finished = await super.run(task, bound, progress, signal);
    await reach('reviewed', signal);
    return finished;
  }
}

const log = openLog(told.log as 'warn', { write: (line) => void process.stderr.write(line) });
await using store = await openStore({ url: told.database! });
await using queue = openQueue(store, told.redis, (error) => log.debug({ err: error }, 'queue'));
await using processes = new StallingProcesses(256, 5_000, told.reviewer === undefined ? undefined : new URL(told.reviewer));
const repositories = { allowLocal: true } as Parameters<typeof fetchRepository>[1];
const worker = startWorker({
  store,
  queue,
  jobs: [reviewJob],
  deps: {
    processes,
    timeoutSeconds: Number(told.timeout),
    async fetchRepository(request, signal) {
      await reach('taken', signal);
      const fetched = await fetchRepository(request, repositories, signal);
      if (told.at === 'cloned') await openFetched(fetched, signal);
      await reach('cloned', signal);
      return fetched;
    },
  },
  log,
  concurrency: Number(told.concurrency),
  leaseSeconds: Number(told.lease),
  graceSeconds: Number(told.grace),
  lookSeconds: 0.5,
  backoff: () => 100,
});
say(`working ${worker.id}`);
await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve));
await worker.stop();
say(`stopped, reviewers ${processes.pids.join(' ')}`);
