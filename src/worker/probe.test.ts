import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive, isReady } from './probe.ts';

test('a worker is alive while its heartbeat is young, and ready while it says so and is alive', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  const [heartbeat, ready] = [join(folder, 'alive'), join(folder, 'ready')];
  expect([await isAlive(heartbeat), await isReady(ready, heartbeat)]).toEqual([false, false]);
  writeFileSync(heartbeat, '');
  expect([await isAlive(heartbeat), await isReady(ready, heartbeat)]).toEqual([true, false]);
  writeFileSync(ready, '');
  expect(await isReady(ready, heartbeat)).toBe(true);
  const old = new Date(Date.now() - 600_000);
  utimesSync(heartbeat, old, old);
  expect([await isAlive(heartbeat), await isReady(ready, heartbeat)]).toEqual([false, false]);
  rmSync(folder, { recursive: true });
});
