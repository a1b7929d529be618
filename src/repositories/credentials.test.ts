import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Credential, seal, sealingKeys, unseal } from './credentials.ts';

const key = () => randomBytes(32).toString('base64');
const [older, newer] = [key(), key()];
const keys = (...base64: string[]) => sealingKeys(base64);
const idOf = (base64: string) => [...keys(base64).keys()][0]!;
const credential: Credential = { kind: 'https', username: 'bot', password: 'hunter2' };

test('what was sealed opens for its owner only', () => {
  const sealed = seal(credential, 'tenant-a github.com', keys(older));
  expect(Buffer.from(sealed.sealed).toString('latin1')).not.toContain('hunter2');
  expect(unseal(sealed, 'tenant-a github.com', keys(older))).toEqual(credential);
  expect(() => unseal(sealed, 'tenant-b github.com', keys(older))).toThrow('another tenant');
});

test('a key is rotated: the new one seals, the old one still opens until it is removed', () => {
  const sealed = seal(credential, 'o', keys(older));
  const both = keys(newer, older);
  expect(unseal(sealed, 'o', both)).toEqual(credential);
  expect(sealed.keyId).toBe(idOf(older));
  const again = seal(unseal(sealed, 'o', both), 'o', both);
  expect(again.keyId).toBe(idOf(newer));
  expect(unseal(again, 'o', keys(newer))).toEqual(credential);
  expect(() => unseal(sealed, 'o', keys(newer))).toThrow(`"${idOf(older)}" is not configured`);
});

test('one changed bit, or a key id that was swapped, does not open', () => {
  const { keyId, sealed } = seal(credential, 'o', keys(older));
  for (const at of [0, 12, 28, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => unseal({ keyId, sealed: changed }, 'o', keys(older))).toThrow('it was changed');
  }
  expect(() => unseal({ keyId: idOf(newer), sealed }, 'o', keys(newer, older))).toThrow('it was changed');
});

test('a sealed text that was cut short does not open', () => {
  const { keyId, sealed } = seal(credential, 'o', keys(older));
  for (const length of [0, 11, 20, 28, sealed.length - 1]) {
    expect(() => unseal({ keyId, sealed: sealed.subarray(0, length) }, 'o', keys(older))).toThrow('it was changed');
  }
});

test('without a key nothing is sealed, and it says who sets one', () => {
  expect(() => seal({ kind: 'https', username: 'u', password: 'p' }, 'o', new Map())).toThrow(
    expect.objectContaining({ code: 'CREDENTIALS_OFF', hint: expect.stringContaining('AI_AGENTS_CREDENTIALS_KEY') }),
  );
});
