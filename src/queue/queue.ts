import { setImmediate as afterThis } from 'node:timers/promises';
import type { PgPool, QueueOptions, WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Store } from '../store/store.ts';

export const queueName = 'ai-agents';

/**
 * The bell that wakes workers. PostgreSQL decides what runs and when; a message only says "there is something", so all of them may be lost,
 * doubled or late. BullMQ on Redis and on PostgreSQL, and within this process where the database is in it too: `tests/queue.contract.test.ts`.
 */
export interface Queue extends AsyncDisposable {
  readonly is: 'redis' | 'postgres' | 'in-process';
  /**
   * Rings once for each start that a job now waits for. Never throws, never waits, and does its work when the caller has gone on: workers look
   * by themselves every other second. So nobody rings for what is to start later either: a message with a delay would be kept by this machine's
   * clock, and that may jump.
   */
  ring(starts: readonly Start[]): void;
  /** Calls `answer` for each message, at most `concurrency` at a time; it should last as long as the work does, so that messages go to who is free. */
  listen(concurrency: number, answer: () => Promise<void>): Promise<Bell>;
  /** Whether the broker answers, for readiness: undefined when it does, else what is wrong. */
  trouble(): Promise<string | undefined>;
}

interface Start {
  /** the job's */
  readonly id: string;
  readonly attempt: number;
}

export interface Bell {
  /** Takes no more messages. What is being answered goes on. */
  mute(): Promise<void>;
  /** Waits for what is being answered, unless told not to, and closes. */
  close(atOnce: boolean): Promise<void>;
}

/**
 * Opens the queue: on Redis when there is one, else on the store's own database; within this process when that is where the database is.
 * @param onTrouble told of every failure to reach the broker, which otherwise goes unseen
 */
export function openQueue(store: Store, redisUrl: string | undefined, onTrouble: (error: Error) => void): Queue {
  if (redisUrl !== undefined) return bell('redis', onTrouble, onRedis(redisUrl, onTrouble));
  return store.bullmq ? bell('postgres', onTrouble, onPostgres(store.bullmq)) : inProcess();
}

/** BullMQ and its client of Redis take an eighth of a second to load, so they are loaded when the first message is sent or listened for. */
interface Broker {
  produce(): Promise<Producer>;
  listen(options: Omit<WorkerOptions, 'connection'>, answer: () => Promise<void>): Promise<{ worker: Consumer; close(): Promise<void> }>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

interface Producer {
  addBulk(messages: { name: string; data: { id: string }; opts: { jobId: string } }[]): Promise<unknown>;
  on(event: 'error', heard: (error: Error) => void): unknown;
  close(): Promise<void>;
}

interface Consumer {
  on(event: 'error', heard: (error: Error) => void): unknown;
  pause(doNotWaitActive: boolean): Promise<void>;
  close(force: boolean): Promise<void>;
}

// A message has done its work when it was heard. None is kept, and none is tried again: that is PostgreSQL's business.
const producing = { defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 } } satisfies Partial<QueueOptions>;
// A message that was being answered when its worker died goes to another one after this, or is dropped; either does no harm.
const consuming = { lockDuration: 30_000, stalledInterval: 30_000, maxStalledCount: 1, runRetryDelay: 1_000 } satisfies Partial<WorkerOptions>;

function onRedis(url: string, onTrouble: (error: Error) => void): Broker {
  const connect = async (options: { maxRetriesPerRequest: number | null; commandTimeout?: number }): Promise<Redis> => {
    const { Redis } = await import('ioredis');
    const connection = new Redis(url, options);
    connection.on('error', onTrouble);
    return connection;
  };
  // A producer must not pile up messages in memory while Redis is away; a consumer must wait for it for ever.
  let connected: Promise<Redis> | undefined;
  const producer = () => (connected ??= connect({ maxRetriesPerRequest: 1, commandTimeout: 5_000 }));
  return {
    async produce() {
      const { Queue } = await import('bullmq');
      return new Queue(queueName, { ...producing, connection: await producer(), skipWaitingForReady: true, streams: { events: { maxLen: 1 } } });
    },
    async listen(options, answer) {
      const { Worker } = await import('bullmq');
      const connection = await connect({ maxRetriesPerRequest: null });
      return { worker: new Worker(queueName, answer, { ...options, connection }), close: async () => connection.disconnect() };
    },
    ping: async () => void (await (await producer()).ping()),
    close: async () => (await connected)?.disconnect(),
  };
}

function onPostgres(connection: PgPool): Broker {
  return {
    async produce() {
      const { Queue, createPostgresBackend } = await import('bullmq');
      return new Queue(queueName, { ...producing, connection }, createPostgresBackend);
    },
    async listen(options, answer) {
      const { Worker, createPostgresBackend } = await import('bullmq');
      return { worker: new Worker(queueName, answer, { ...options, connection }, createPostgresBackend), close: async () => {} };
    },
    ping: async () => void (await connection.query('SELECT 1')),
    close: async () => {},
  };
}

function bell(is: 'redis' | 'postgres', onTrouble: (error: Error) => void, broker: Broker): Queue {
  const waiting: Start[] = [];
  let ringing: Promise<void> | undefined;
  let producer: Producer | undefined;

  /** Sends what waits, and what has come meanwhile, when the caller has gone on: nobody's answer waits for a message. */
  async function send(): Promise<void> {
    await afterThis();
    while (waiting.length > 0) {
      const messages = waiting.splice(0).map(({ id, attempt }) => ({ name: 'start', data: { id }, opts: { jobId: `${id}-${attempt}` } }));
      try {
        producer ??= await openProducer();
        await producer.addBulk(messages);
      } catch (error) {
        onTrouble(asError(error));
        // One that could not connect when it was made says so for ever, also when the server is there: make another next time.
        const broken = producer;
        producer = undefined;
        await broken?.close().catch(onTrouble);
      }
    }
    ringing = undefined;
  }

  async function openProducer(): Promise<Producer> {
    const opened = await broker.produce();
    opened.on('error', onTrouble);
    return opened;
  }

  return {
    is,
    ring(starts) {
      waiting.push(...starts);
      ringing ??= send();
    },
    async listen(concurrency, answer) {
      const { worker, close } = await broker.listen({ ...consuming, concurrency }, answer);
      worker.on('error', onTrouble);
      return {
        mute: async () => void (await worker.pause(true)),
        close: async (atOnce) => {
          await worker.close(atOnce);
          await close();
        },
      };
    },
    async trouble() {
      try {
        await broker.ping();
        return undefined;
      } catch (error) {
        return `the queue does not answer: ${asError(error).message}`;
      }
    },
    async [Symbol.asyncDispose]() {
      await ringing;
      await producer?.close();
      await broker.close();
    },
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** One process has the database, so whoever rings and whoever listens are both in it, and a message is a number. */
function inProcess(): Queue {
  const ears = new Set<{ free: number; readonly answer: () => Promise<void> }>();
  const answering = new Set<Promise<void>>();
  let unheard = 0;
  function pass(): void {
    for (const ear of ears) {
      for (; ear.free > 0 && unheard > 0; unheard -= 1) {
        ear.free -= 1;
        const answered = ear.answer().finally(() => {
          ear.free += 1;
          answering.delete(answered);
          pass();
        });
        answering.add(answered);
      }
    }
  }
  return {
    is: 'in-process',
    ring(starts) {
      if (ears.size > 0) unheard += starts.length; // who begins to listen looks by itself first
      setImmediate(pass);
    },
    async listen(concurrency, answer) {
      const ear = { free: concurrency, answer };
      ears.add(ear);
      const mute = async () => {
        ears.delete(ear);
        if (ears.size === 0) unheard = 0;
      };
      return {
        mute,
        close: async (atOnce) => {
          await mute();
          if (!atOnce) await Promise.all(answering);
        },
      };
    },
    trouble: async () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}
