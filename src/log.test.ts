import { expect, test } from 'vitest';
import { openLog, scrub } from './log.ts';

test.each([
  ['Authorization: Bearer abcdef.ghi', 'Authorization: Bearer [hidden]'],
  ['fatal: https://user:hunter2@github.com/r failed', 'fatal: https://[hidden]@github.com/r failed'],
  ['postgres://u:p%40ss@db:5432/x', 'postgres://[hidden]@db:5432/x'],
  [`token aia_${'x'.repeat(43)}.`, 'token aia_[hidden].'],
  ['git@github.com:org/repo is fine', 'git@github.com:org/repo is fine'],
  ['https://github.com/@scope/x', 'https://github.com/@scope/x'],
])('%s is written as %s', (text, clean) => {
  expect(scrub(text)).toBe(clean);
});

test('a long line without a secret is scrubbed in linear time', () => {
  const started = performance.now();
  scrub('a://'.repeat(50_000) + 'x'.repeat(200_000));
  scrub('bearer '.repeat(50_000));
  expect(performance.now() - started).toBeLessThan(1000);
});

test('secrets stay out of lines, by name and by form', () => {
  const lines: string[] = [];
  const log = openLog('info', { write: (line) => lines.push(line) });
  log.info({ password: 'hunter2', a: { token: 'hunter2', b: { privateKey: 'hunter2' } } }, 'hello');
  log.error({ err: new Error('https://u:hunter2@host/r: no') }, 'Bearer hunter2hunter2');
  log.error({ err: Object.assign(new Error('no', { cause: new Error('why') }), { code: '42P01', params: ['hunter2'] }) }, 'a query');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[2]!)).toMatchObject({ err: { message: 'no', code: '42P01', cause: { message: 'why' } } });
  expect(lines.join('')).not.toContain('hunter2');
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', msg: 'hello', password: '[hidden]' });
});
