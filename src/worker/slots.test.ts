import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

test('as many at a time as there are places; who waits comes in order', async () => {
  const slots = new Slots(2);
  const first = (await slots.take(never))!;
  const second = (await slots.take(never))!;
  const order: string[] = [];
  const come = async (name: string) => {
    const slot = await slots.take(never);
    order.push(name);
    return slot;
  };
  const third = come('third');
  const fourth = come('fourth');
  await Promise.resolve();
  expect([slots.free, order]).toEqual([0, []]);
  first[Symbol.dispose]();
  (await third)![Symbol.dispose]();
  (await fourth)![Symbol.dispose]();
  second[Symbol.dispose]();
  expect([slots.free, order]).toEqual([2, ['third', 'fourth']]);
});

test('whoever waits when the signal aborts gets none', async () => {
  const slots = new Slots(1);
  const stop = new AbortController();
  const held = (await slots.take(stop.signal))!;
  const waiting = slots.take(stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
  held[Symbol.dispose]();
  expect(await slots.take(stop.signal)).toBeUndefined();
  expect(await slots.take(never)).toBeDefined();
});
