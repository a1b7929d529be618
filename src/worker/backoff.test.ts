import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('waits twice as long each time, half of it by chance, and never longer than five minutes', () => {
  expect([1, 2, 3].map((attempt) => backoffMs(attempt, () => 0))).toEqual([1_000, 2_000, 4_000]);
  expect([1, 2, 3].map((attempt) => backoffMs(attempt, () => 1))).toEqual([2_000, 4_000, 8_000]);
  expect(backoffMs(1_000, () => 1)).toBe(300_000);
});
