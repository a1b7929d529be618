import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Credential, parseSealingKeys, seal, sealedWith, unseal } from './credentials.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [older, newer] = [key('2026-01'), key('2026-07')];
const keys = (text: string) => parseSealingKeys(text)!;
const credential: Credential = { kind: 'https', username: 'bot', password: 'hunter2' };

test('what was sealed opens for its owner only', () => {
  const sealed = seal(credential, 'tenant-a github.com', keys(older));
  expect(sealed).not.toContain('hunter2');
  expect(unseal(sealed, 'tenant-a github.com', keys(older))).toEqual(credential);
  expect(() => unseal(sealed, 'tenant-b github.com', keys(older))).toThrow('another tenant');
});

test('a key is rotated: the new one seals, the old one still opens until it is removed', () => {
  const sealed = seal(credential, 'o', keys(older));
  const both = keys(`${newer},${older}`);
  expect(unseal(sealed, 'o', both)).toEqual(credential);
  expect(sealedWith(sealed)).toBe('2026-01');
  const again = seal(unseal(sealed, 'o', both), 'o', both);
  expect(sealedWith(again)).toBe('2026-07');
  expect(unseal(again, 'o', keys(newer))).toEqual(credential);
  expect(() => unseal(sealed, 'o', keys(newer))).toThrow('"2026-01" is not configured');
});

test('one changed bit, or a key id that was swapped, does not open', () => {
  const sealed = seal(credential, 'o', keys(older));
  const parts = sealed.split('.');
  for (const at of [2, 3, 4]) {
    const bytes = Buffer.from(parts[at]!, 'base64url');
    bytes[0]! ^= 1;
    expect(() => unseal(parts.with(at, bytes.toString('base64url')).join('.'), 'o', keys(older))).toThrow('it was changed');
  }
  const twin = keys(`${older},x:${older.split(':')[1]}`);
  expect(() => unseal(parts.with(1, 'x').join('.'), 'o', twin)).toThrow('it was changed');
});

test('a short authentication tag is not accepted', () => {
  const parts = seal(credential, 'o', keys(older)).split('.');
  const short = Buffer.from(parts[3]!, 'base64url').subarray(0, 4).toString('base64url');
  expect(() => unseal(parts.with(3, short).join('.'), 'o', keys(older))).toThrow('it was changed');
});

test.each(['', 'a:short', 'no-colon', `a b:${randomBytes(32).toString('base64')}`, `${older},${older}`])('%j are no keys', (text) => {
  expect(parseSealingKeys(text)).toBeUndefined();
});
