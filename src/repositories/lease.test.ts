import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hold, isIdle, joinReaders, tryHold } from './lease.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lease-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const longAgo = (path: string) => {
  writeFileSync(path, '');
  const then = new Date(Date.now() - 60_000);
  utimesSync(path, then, then);
};

test('twenty that want one thing have it one after the other', async () => {
  const lock = join(folder, 'lock');
  let inside = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      await using _held = await hold(lock, never);
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
    }),
  );
  expect(existsSync(lock)).toBe(false);
});

test('what a dead process held is taken over, once', async () => {
  const lock = join(folder, 'lock');
  longAgo(lock);
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      await using _held = await hold(lock, never);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
    }),
  );
  expect(most).toBe(1);
});

test('what a living process holds is waited for until the signal', async () => {
  await using held = await tryHold(join(folder, 'lock'));
  expect(held).toBeDefined();
  expect(await tryHold(join(folder, 'lock'))).toBeUndefined();
  await expect(hold(join(folder, 'lock'), AbortSignal.timeout(150))).rejects.toThrow();
});

test('readers count as long as they live', async () => {
  const readers = join(folder, 'readers');
  mkdirSync(readers);
  expect(await isIdle(readers)).toBe(true);
  longAgo(join(readers, 'dead'));
  expect(await isIdle(readers)).toBe(true);
  {
    await using _reader = await joinReaders(readers);
    expect(await isIdle(readers)).toBe(false);
  }
  expect(await isIdle(readers)).toBe(true);
});
