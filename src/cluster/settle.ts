/** Time, so that tests need not wait for it. */
export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
}

export type Outlook = 'good' | 'waiting' | 'resting' | 'hopeless';

export interface Settled<T> {
  /** the last thing seen, settled or not */
  readonly seen: T;
  readonly outcome: 'settled' | 'hopeless' | 'timeout';
  /** milliseconds from the start until it was first good, for what is settled */
  readonly goodAfter: number | undefined;
}

/**
 * Waits until what `read` sees is good and stays good for `stable` milliseconds without a break.
 * @param next resolves when there may be something new to see
 * @param judge `good`; `hopeless` when waiting longer cannot help; `resting` when it cannot help what is at fault, and the rest is good but has yet to
 * stay so; `waiting` otherwise. What counts as "the same good thing" is `identity`: a pod that became ready, crashed and is ready again was good twice,
 * not once
 */
export async function settle<T>(
  read: () => T,
  judge: (seen: T) => Outlook,
  identity: (seen: T) => string,
  next: (within: number) => Promise<void>,
  { stable, timeout, clock, signal }: { stable: number; timeout: number; clock: Clock; signal: AbortSignal },
): Promise<Settled<T>> {
  const start = clock.now();
  let good: { since: number; identity: string } | undefined;
  for (;;) {
    const seen = read();
    const now = clock.now();
    const verdict = judge(seen);
    if (verdict === 'hopeless') return { seen, outcome: 'hopeless', goodAfter: undefined };
    if (verdict === 'good') {
      const identityNow = identity(seen);
      if (good?.identity !== identityNow) good = { since: now, identity: identityNow };
      if (now - good.since >= stable) return { seen, outcome: 'settled', goodAfter: good.since - start };
    } else good = undefined;
    // A deployment that became good just in time is given its stable period; one that goes on changing is not waited for without end.
    const goodUntil = verdict === 'resting' ? start + timeout + stable : good ? good.since + stable : start + timeout;
    const deadline = Math.min(goodUntil, start + timeout + stable);
    if (now >= deadline || signal.aborted) return { seen, outcome: 'timeout', goodAfter: undefined };
    await next(Math.min(deadline - now, 1_000));
  }
}
