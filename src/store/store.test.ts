import { describe, expect, test } from 'vitest';
import { untrueSince } from './reviews.ts';
import { isPassing } from './store.ts';

describe('a failure of the database', () => {
  const failure = (message: string, code?: string) => Object.assign(new Error(message), code === undefined ? {} : { code });

  test.each([
    failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'),
    failure('terminating connection due to administrator command', '57P01'),
    failure('the database system is starting up', '57P03'),
    failure('deadlock detected', '40P01'),
    failure('could not extend file: No space left on device', '53100'),
    failure('Connection terminated unexpectedly'),
    failure('timeout exceeded when trying to connect'),
  ])('passes: $message', (error) => expect(isPassing(error)).toBe(true));

  test.each([failure('duplicate key value', '23505'), failure('syntax error', '42601'), new TypeError('x is not a function'), 'a string'])(
    'does not: %s',
    (error) => expect(isPassing(error)).toBe(false),
  );
});

describe('a claim became untrue', () => {
  const over = (...verdicts: string[]) => untrueSince(verdicts.map((verdict, index) => ({ commit: `c${index}`, verdict })));

  test('at the commit after the last one at which it was met', () => {
    expect(over('met', 'unmet')).toBe('c1');
    expect(over('met', 'unproven', 'unmet')).toBe('c1');
    expect(over('met', 'unmet', 'met', 'partial', 'unmet')).toBe('c3');
  });

  test('never, when it is met now or never was', () => {
    expect(over('unmet', 'met')).toBeUndefined();
    expect(over('unmet', 'partial')).toBeUndefined();
    expect(over()).toBeUndefined();
  });
});
