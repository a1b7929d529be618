import { expect, test } from 'vitest';
import { problemBody } from './problem.ts';

const failure = (message: string, code: string) => Object.assign(new Error(message), { code });

test.each([
  [failure('could not extend file "base/5/16469": No space left on device', '53100'), 503, 'no space left on its disk'],
  [failure('sorry, too many clients already', '53300'), 503, 'does not answer'],
  [failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'), 503, 'does not answer'],
  [failure('duplicate key value', '23505'), 500, 'something went wrong in here'],
])('%o is told as %i', (error, status, detail) => {
  expect(problemBody(error, 'r')).toMatchObject({ status, detail: expect.stringContaining(detail) });
});
