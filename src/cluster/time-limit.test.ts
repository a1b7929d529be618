import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TimeLimit } from './time-limit.ts';

test('aborts after its time or with its parent, and leaves nothing on the parent', async () => {
  const parent = new AbortController();
  {
    using short = new TimeLimit(parent.signal, 5);
    using long = new TimeLimit(parent.signal, 60_000);
    await sleep(20);
    expect([short.signal.aborted, short.isOver, long.signal.aborted]).toEqual([true, true, false]);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(2);
  }
  expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  using linked = new TimeLimit(parent.signal, 60_000);
  parent.abort();
  expect([linked.signal.aborted, linked.isOver]).toEqual([true, false]);
});
