import { expect, test } from 'vitest';
import { type Outlook, settle } from './settle.ts';

/** Plays a list of states, one for each look, on a clock that moves a second with each. */
function play(states: readonly (readonly [verdict: Outlook, identity?: string])[], stable: number, timeout: number) {
  let at = 0;
  return settle(
    () => states[Math.min(at, states.length - 1)]!,
    ([verdict]) => verdict,
    ([, identity]) => identity ?? '',
    async () => {
      at++;
    },
    { stable: stable * 1_000, timeout: timeout * 1_000, clock: { now: () => at * 1_000 }, signal: new AbortController().signal },
  );
}

test('good has to stay good', async () => {
  expect(await play([['waiting'], ['good'], ['good'], ['good'], ['good']], 3, 60)).toMatchObject({ outcome: 'settled', goodAfter: 1_000 });
});

test('good again after a crash counts from there', async () => {
  expect(
    await play(
      [
        ['good', 'a'],
        ['good', 'b'],
        ['good', 'b'],
        ['good', 'b'],
        ['good', 'b'],
      ],
      3,
      60,
    ),
  ).toMatchObject({ outcome: 'settled', goodAfter: 1_000 });
});

test('a break starts the count anew, and the last thing seen is kept', async () => {
  const { outcome, seen } = await play([['good'], ['good'], ['waiting', 'crashed']], 3, 10);
  expect(outcome).toBe('timeout');
  expect(seen).toEqual(['waiting', 'crashed']);
});

test('what became good at the last moment gets its stable period', async () => {
  expect(await play([['waiting'], ['waiting'], ['good']], 3, 2)).toMatchObject({ outcome: 'settled' });
});

test('what changes without end is not waited for without end', async () => {
  const flapping = Array.from({ length: 100 }, (_, index) => ['good', String(index)] as const);
  expect(await play(flapping, 3, 10)).toMatchObject({ outcome: 'timeout' });
});

test('hopeless ends at once', async () => {
  expect(await play([['waiting'], ['hopeless']], 3, 600)).toMatchObject({ outcome: 'hopeless', seen: ['hopeless'] });
});

test('beside what is hopeless the rest gets its stable period, also when it became ready at the last moment, and not for ever', async () => {
  expect(await play([['waiting'], ['waiting'], ['resting'], ['resting'], ['resting'], ['hopeless']], 3, 2)).toMatchObject({ outcome: 'hopeless' });
  expect(await play([['waiting'], ['resting'], ['waiting']], 3, 2)).toMatchObject({ outcome: 'timeout', seen: ['waiting'] });
  expect(await play([['resting']], 3, 2)).toMatchObject({ outcome: 'timeout' });
});
