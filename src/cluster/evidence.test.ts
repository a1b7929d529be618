import { expect, test } from 'vitest';
import { isIntact } from './checks/observed.ts';
import { Facts, Redactor } from './evidence.ts';
import { socketsIn } from './questions.ts';

const facts = new Facts(new Redactor(['correct-horse', 'p@ss/word']));

test.each([
  ['the password correct-horse is wrong', 'the password [redacted] is wrong'],
  [`base64 ${Buffer.from('correct-horse').toString('base64')}`, 'base64 [redacted]'],
  ['postgres://u:p%40ss%2Fword@db/x', 'postgres://u:[redacted]@db/x'],
  ['redis://:hunter22@redis:6379', 'redis://:[redacted]@redis:6379'],
  ['API_KEY=abcd1234 started', 'API_KEY=[redacted] started'],
  ['token bucket is full', 'token bucket is full'],
])('no secret in evidence: %s', (text, shown) => {
  expect(facts.redact(text)).toBe(shown);
});

test('a fact that was edited no longer fits its hash', () => {
  const fact = facts.fact('Deployment/api', 'status.readyReplicas', '1');
  expect(isIntact(fact)).toBe(true);
  expect(isIntact({ ...fact, value: '2' })).toBe(false);
});

test('listening sockets, with the addresses they listen on', () => {
  const table = `  sl  local_address rem_address   st
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 00000000:0050 00000000:0000 0A 00000000:00000000
   2: 0A0000FF:1F91 0A0000FE:C350 01 00000000:00000000
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A
   1: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A
   2: 0000000000000000FFFF00000100007F:0BBA 00000000000000000000000000000000:0000 0A`;
  expect(socketsIn(table)).toEqual([
    { address: '127.0.0.1', port: 8080 },
    { address: '0.0.0.0', port: 80 },
    { address: '::', port: 3000 },
    { address: '::1', port: 3001 },
    { address: '127.0.0.1', port: 3002 },
  ]);
});
