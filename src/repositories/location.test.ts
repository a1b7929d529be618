import { describe, expect, test } from 'vitest';
import { Problem } from '../errors.ts';
import { allowedBy, parseAllowedHost, parseLocation, type RemoteLocation } from './location.ts';

const remote = (text: string) => parseLocation(text) as RemoteLocation;
const codeOf = (text: string) => {
  try {
    return parseLocation(text);
  } catch (error) {
    return error instanceof Problem ? error.code : error;
  }
};

describe('an address', () => {
  test.each([
    ['https://GitHub.com/org/repo.git/', 'https://github.com/org/repo.git'],
    ['https://github.com:443/org/repo', 'https://github.com/org/repo'],
    ['https://git.example:8443/r', 'https://git.example:8443/r'],
    ['ssh://git@github.com/org/repo', 'ssh://git@github.com/org/repo'],
    ['git@github.com:org/repo.git', 'ssh://git@github.com/org/repo.git'],
    ['https://[::1]:3000/r', 'https://[::1]:3000/r'],
    ['https://0x7f.1/r', 'https://127.0.0.1/r'],
    ['/srv/../srv/repo', '/srv/repo'],
    ['file:///srv/repo', '/srv/repo'],
  ])('%s is %s', (text, shown) => {
    expect(parseLocation(text).text).toBe(shown);
  });

  test.each([
    'https://user:secret@github.com/r',
    'https://token@github.com/r',
    'ssh://git:secret@github.com/r',
    'https://github.com/r?token=x',
    'https://github.com/',
    'ssh://-oProxyCommand=id/r',
    'ssh://-oProxyCommand=id@host/r',
    'git@-host:r',
    'ssh://git@host/-x',
    'https://github.com/a b',
    'https://github.com/a\nb',
    'file://server/share',
    'repo',
    '../repo',
    '',
    '-c',
  ])('%j is unclear', (text) => {
    expect(codeOf(text)).toBe('REPOSITORY_UNCLEAR');
  });

  test.each(['ext::sh -c id', 'git://host/r', 'ftp://host/r', 'fd::17/foo', 'javascript:x'])('%j is of no protocol that is spoken', (text) => {
    expect(codeOf(text)).toMatch(/^REPOSITORY_(REFUSED|UNCLEAR)$/);
  });

  test('a password in it is not repeated', () => {
    expect(() => parseLocation('https://user:hunter2@github.com/r')).toThrow(/^(?!.*hunter2)/);
  });
});

describe('the allow list', () => {
  const allowed = (entry: string, text: string) => allowedBy(remote(text), [parseAllowedHost(entry)!]) !== undefined;
  test.each([
    ['github.com', 'https://github.com/r', true],
    ['github.com', 'git@github.com:r/s', true],
    ['github.com', 'http://github.com/r', false],
    ['github.com', 'https://github.com:8443/r', false],
    ['github.com', 'https://evil-github.com/r', false],
    ['github.com', 'https://github.com.evil.example/r', false],
    ['github.com', 'https://sub.github.com/r', false],
    ['*.corp.example', 'https://git.corp.example/r', true],
    ['*.corp.example', 'https://corp.example/r', false],
    ['*.corp.example', 'https://evilcorp.example/r', false],
    ['ssh://git.corp.example:2222', 'ssh://git@git.corp.example:2222/r', true],
    ['ssh://git.corp.example:2222', 'https://git.corp.example:2222/r', false],
    ['http://127.0.0.1:3000=127.0.0.0/8', 'http://127.0.0.1:3000/r', true],
    ['[::1]:3000=::1/128', 'https://[::1]:3000/r', true],
  ])('%s lets %s through: %s', (entry, text, answer) => {
    expect(allowed(entry, text)).toBe(answer);
  });
  test('without entries any host will do, on the usual ports of https and ssh', () => {
    expect(allowedBy(remote('https://github.com/r'), [])).toBeDefined();
    expect(allowedBy(remote('https://github.com:8443/r'), [])).toBeUndefined();
    expect(allowedBy(remote('http://github.com/r'), [])).toBeUndefined();
  });
  test.each(['', '*', 'ftp://x', 'a b', 'host=10.0.0.0', 'host=10.0.0.0/33', 'host=x/8', 'https://', '-x'])('%j is no entry', (entry) => {
    expect(parseAllowedHost(entry)).toBeUndefined();
  });
});
