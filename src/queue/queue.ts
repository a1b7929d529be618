import { Queue as BullQueue, Worker as BullWorker, createPostgresBackend, type QueueOptions, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Store } from '../store/store.ts';

export const queueName = 'ai-agents';

/**
 * The bell that wakes workers. PostgreSQL decides what runs and when; a message only says "there is something", so all of them may be lost,
 * doubled or late. BullMQ on Redis, on PostgreSQL and on PGlite: `tests/queue.contract.test.ts`.
 */
export interface Queue extends AsyncDisposable {
  readonly is: 'redis' | 'postgres' | 'pglite';
  /**
   * Rings once for each start that a job now waits for. Never throws, never waits: workers look by themselves every other second. So nobody
   * rings for what is to start later either: a message with a delay would be kept by this machine's clock, and that may jump.
   */
  ring(starts: readonly { readonly id: string; readonly attempt: number }[]): void;
  /** Calls `answer` for each message, at most `concurrency` at a time; it should last as long as the work does, so that messages go to who is free. */
  listen(concurrency: number, answer: () => Promise<void>): Bell;
  /** Whether the broker answers, for readiness: undefined when it does, else what is wrong. */
  trouble(): Promise<string | undefined>;
}

export interface Bell {
  /** Takes no more messages. What is being answered goes on. */
  mute(): Promise<void>;
  /** Waits for what is being answered, unless told not to, and closes. */
  close(atOnce: boolean): Promise<void>;
}

/**
 * Opens the queue: on Redis when there is one, else on the store's own database.
 * @param onTrouble told of every failure to reach the broker, which otherwise goes unseen
 */
export function openQueue(store: Store, redisUrl: string | undefined, onTrouble: (error: Error) => void): Queue {
  return redisUrl === undefined ? onStore(store, onTrouble) : onRedis(redisUrl, onTrouble);
}

function onRedis(url: string, onTrouble: (error: Error) => void): Queue {
  // A producer must not pile up messages in memory while Redis is away; a consumer must wait for it for ever.
  const producer = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  producer.on('error', onTrouble);
  const consumer = () => {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    connection.on('error', onTrouble);
    return connection;
  };
  return bell('redis', onTrouble, {
    produce: () => new BullQueue(queueName, { ...producing, connection: producer, skipWaitingForReady: true, streams: { events: { maxLen: 1 } } }),
    listen: (options, answer) => {
      const connection = consumer();
      const worker = new BullWorker(queueName, answer, { ...options, connection });
      return { worker, close: async () => connection.disconnect() };
    },
    ping: async () => void (await producer.ping()),
    close: async () => producer.disconnect(),
  });
}

function onStore(store: Store, onTrouble: (error: Error) => void): Queue {
  const connection = store.bullmq;
  return bell(store.is, onTrouble, {
    produce: () => new BullQueue(queueName, { ...producing, connection }, createPostgresBackend),
    listen: (options, answer) => ({ worker: new BullWorker(queueName, answer, { ...options, connection }, createPostgresBackend), close: async () => {} }),
    ping: async () => void (await connection.query('SELECT 1')),
    close: async () => {},
  });
}

// A message has done its work when it was heard. None is kept, and none is tried again: that is PostgreSQL's business.
const producing = { defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 } } satisfies Partial<QueueOptions>;
// A message that was being answered when its worker died goes to another one after this, or is dropped; either does no harm.
const consuming = { lockDuration: 30_000, stalledInterval: 30_000, maxStalledCount: 1, runRetryDelay: 1_000 } satisfies Partial<WorkerOptions>;

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

interface Broker {
  produce(): Producer;
  listen(options: Omit<WorkerOptions, 'connection'>, answer: () => Promise<void>): { worker: Consumer; close(): Promise<void> };
  ping(): Promise<void>;
  close(): Promise<void>;
}

function bell(is: Queue['is'], onTrouble: (error: Error) => void, broker: Broker): Queue {
  const ringing = new Set<Promise<unknown>>();
  let producer: Producer | undefined;
  const ready = (): Producer => {
    if (!producer) {
      producer = broker.produce();
      producer.on('error', onTrouble);
    }
    return producer;
  };
  return {
    is,
    ring(starts) {
      const messages = starts.map(({ id, attempt }) => ({ name: 'start', data: { id }, opts: { jobId: `${id}-${attempt}` } }));
      const bull = ready();
      const rung = bull.addBulk(messages).catch((error: Error) => {
        onTrouble(error);
        // One that could not connect when it was made says so for ever, also when the server is there: make another next time.
        if (producer !== bull) return;
        producer = undefined;
        return bull.close().catch(onTrouble);
      });
      ringing.add(rung);
      rung.finally(() => ringing.delete(rung));
    },
    listen(concurrency, answer) {
      const { worker, close } = broker.listen({ ...consuming, concurrency }, answer);
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
        return `the queue does not answer: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(ringing);
      await producer?.close();
      await broker.close();
    },
  };
}
