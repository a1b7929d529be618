import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Host } from './host.ts';
import { progressLine } from './progress.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function watched(isTerminal: boolean) {
  let err = '';
  const output = { isTerminal, write: async (text: string) => void (err += text) };
  const host: Host = { cwd: '/', env: {}, stdout: output, stderr: output, signal: new AbortController().signal, catchInterrupts: () => {} };
  return { ...progressLine(host), said: () => err };
}

test('says nothing in the first second, then what goes on, and takes it away at the end', async () => {
  const { progress, clear, said } = watched(true);
  progress('reading', 0, 9);
  vi.advanceTimersByTime(999);
  progress('judging', 1, 9);
  expect(said()).toBe('');
  vi.advanceTimersByTime(1);
  progress('judging', 2, 9);
  progress('judging', 3, 9); // too soon after the last
  expect(said()).toBe('\r\u001b[Kjudging 2 of 9');
  await clear();
  expect(said()).toBe('\r\u001b[Kjudging 2 of 9\r\u001b[K');
});

test('says nothing at all where no terminal is', async () => {
  const { progress, clear, said } = watched(false);
  vi.advanceTimersByTime(5000);
  progress('judging', 2, 9);
  await clear();
  expect(said()).toBe('');
});
