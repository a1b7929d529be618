import type { Store } from '../store/store.ts';

/** Tells streams that their review may have a new event. One ear on the database serves all streams of this process. */
export interface EventBell extends AsyncDisposable {
  attend(reviewId: string): Attendance;
}

interface Attendance extends Disposable {
  /** Ends when it has rung since the last time, a second has passed, or the signal aborts. */
  rung(signal: AbortSignal): Promise<void>;
}

/** A notification can be lost while a connection is made again, so streams look once a second besides. */
const look = 1_000;

export function openEventBell(store: Store): EventBell {
  const attending = new Map<string, Set<() => void>>();
  let listening: Promise<() => Promise<void>> | undefined;
  const ring = (reviewId: string) => {
    for (const wake of attending.get(reviewId) ?? []) wake();
  };
  return {
    attend(reviewId) {
      listening ??= store.listen('ai_agents_events', ring);
      listening.catch(() => {
        listening = undefined; // looking each second will do until the next one tries
      });
      let missed = false;
      let wake = () => {};
      const hear = () => {
        missed = true;
        wake();
      };
      const set = attending.get(reviewId) ?? new Set();
      attending.set(reviewId, set.add(hear));
      return {
        async rung(signal) {
          if (!missed && !signal.aborted) {
            await new Promise<void>((resolve) => {
              const end = () => {
                clearTimeout(timer);
                signal.removeEventListener('abort', end);
                resolve();
              };
              const timer = setTimeout(end, look);
              signal.addEventListener('abort', end);
              wake = end;
            });
          }
          missed = false;
        },
        [Symbol.dispose]() {
          set.delete(hear);
          if (set.size === 0) attending.delete(reviewId);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const stop = await listening?.catch(() => undefined);
      await stop?.();
    },
  };
}
