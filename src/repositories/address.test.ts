import { describe, expect, test } from 'vitest';
import { mayConnect } from './address.ts';

describe('without a network in the allow list', () => {
  test.each(['140.82.121.3', '1.1.1.1', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])('%s is public', (address) => {
    expect(mayConnect(address, undefined)).toBe(true);
  });
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.127.255.255',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '198.18.0.1',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:0:1::',
    '2001:db8::1',
  ])('%s is refused', (address) => {
    expect(mayConnect(address, undefined)).toBe(false);
  });
});

describe('with a network', () => {
  test('addresses inside it are let through, neighbours are not', () => {
    expect(mayConnect('10.1.2.3', ['10.1.0.0', 16])).toBe(true);
    expect(mayConnect('::ffff:10.1.2.3', ['10.1.0.0', 16])).toBe(true);
    expect(mayConnect('10.2.0.1', ['10.1.0.0', 16])).toBe(false);
    expect(mayConnect('::1', ['::1', 128])).toBe(true);
  });
  test('link-local stays closed even when the network covers it', () => {
    expect(mayConnect('169.254.169.254', ['169.254.0.0', 16])).toBe(false);
    expect(mayConnect('169.254.169.254', ['0.0.0.0', 0])).toBe(false);
    expect(mayConnect('::ffff:169.254.169.254', ['0.0.0.0', 0])).toBe(false);
  });
});
