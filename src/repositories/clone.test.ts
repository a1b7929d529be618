import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commit, type GitServer, git, makeRepository, serveGit } from '../../tests/git-server.ts';
import { freePort } from '../../tests/servers.ts';
import { Problem } from '../errors.ts';
import { type CloneDeps, cloneCommit, defaultLimits } from './clone.ts';
import { parseAllowedHost, parseLocation, type RemoteLocation } from './location.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clone-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const depsFor = (server: GitServer, more: Partial<CloneDeps> = {}): CloneDeps => ({
  cache: { folder: join(folder, 'cache'), bytes: 1_000_000_000 },
  hosts: [parseAllowedHost(`http://127.0.0.1:${server.port}=127.0.0.1/32`)!, parseAllowedHost(`http://git.example:${server.port}=127.0.0.1/32`)!],
  limits: defaultLimits,
  credentialFor: async () => undefined,
  lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  ...more,
});
const at = (server: GitServer, name = 'r', host = '127.0.0.1') => parseLocation(`http://${host}:${server.port}/${name}`) as RemoteLocation;
const clone = (server: GitServer, ref: string, more?: Partial<CloneDeps>, name?: string, host?: string, signal = never, tenant = 't1') =>
  cloneCommit(at(server, name, host), ref, tenant, depsFor(server, more), signal);
/** What a reader without any network sees. */
const read = (dir: string, what: string) => git(dir, '-c', 'protocol.allow=never', 'cat-file', 'blob', what);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no problem',
    (error: unknown) => (error instanceof Problem ? error.code : `${error}`),
  );
const cached = () => (existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')).filter((name) => !name.includes('.')) : []);

describe('a clone', () => {
  test('is of the commit that the ref named, though the branch moves', async () => {
    await using server = await serveGit();
    const first = makeRepository(join(server.folder, 'r'), { 'a.yaml': 'one\n' });
    await using old = await clone(server, 'main');
    const second = commit(join(server.folder, 'r'), { 'a.yaml': 'two\n' });
    await using moved = await clone(server, 'main');
    expect([old.commit, moved.commit]).toEqual([first, second]);
    expect(read(old.dir, `${old.commit}:a.yaml`)).toBe('one');
    expect(read(moved.dir, `${moved.commit}:a.yaml`)).toBe('two');
  });

  test('takes branches, tags with a note, full refs and commit ids', async () => {
    await using server = await serveGit();
    const dir = join(server.folder, 'r');
    const first = makeRepository(dir, { a: 'one' });
    git(dir, 'tag', '--annotate', '--message', 'x', 'v1');
    git(dir, 'branch', 'feature/x');
    for (const ref of ['main', 'v1', 'feature/x', 'refs/heads/main', 'HEAD', first]) {
      await using one = await clone(server, ref);
      expect([ref, one.commit]).toEqual([ref, first]);
    }
  });

  test('asks nobody again for a commit it has', async () => {
    await using server = await serveGit();
    const id = makeRepository(join(server.folder, 'r'), { a: 'one' });
    await using _first = await clone(server, 'main');
    const asked = server.seen.length;
    await using _second = await clone(server, id);
    expect(server.seen.length).toBe(asked);
  });

  test('is not kept out by the locks of a git that was killed', async () => {
    await using server = await serveGit();
    const dir = join(server.folder, 'r');
    makeRepository(dir, { a: 'one' });
    await using first = await clone(server, 'main');
    const id = commit(dir, { a: 'two' });
    for (const name of ['shallow.lock', 'packed-refs.lock', `refs/commits/${id}.lock`]) writeFileSync(join(first.dir, name), '');
    await using second = await clone(server, 'main');
    expect(second.commit).toBe(id);
  });

  test('brings only what is new, and leaves large files where they are', async () => {
    await using server = await serveGit();
    const dir = join(server.folder, 'r');
    makeRepository(dir, { small: 'x'.repeat(1000), exact: randomBytes(5000), large: randomBytes(5001) });
    const limits = { ...defaultLimits, fileBytes: 5000 };
    await using one = await clone(server, 'main', { limits });
    const sizes = (ref: string) =>
      git(one.dir, 'ls-tree', '-r', '-l', ref)
        .split('\n')
        .map((line) => line.split(/\s+/).slice(3).join(' '));
    expect(sizes(one.commit)).toEqual(['5000 exact', 'BAD large', '1000 small']);
    const packs = () => readdirSync(join(one.dir, 'objects/pack')).filter((name) => name.endsWith('.pack'));
    const before = packs();
    commit(dir, { added: 'y' });
    await using two = await clone(server, 'main', { limits });
    expect(sizes(two.commit)).toEqual(['1 added', '5000 exact', 'BAD large', '1000 small']);
    const added = packs().filter((name) => !before.includes(name));
    expect(added).toHaveLength(1);
    expect(readFileSync(join(one.dir, 'objects/pack', added[0]!)).length).toBeLessThan(1000);
  });

  test('what is missing is never fetched while somebody reads', async () => {
    await using server = await serveGit();
    makeRepository(join(server.folder, 'r'), { large: randomBytes(5001) });
    await using one = await clone(server, 'main', { limits: { ...defaultLimits, fileBytes: 5000 } });
    const asked = server.seen.length;
    expect(() => git(one.dir, 'cat-file', 'blob', `${one.commit}:large`)).toThrow();
    expect(server.seen.length).toBe(asked);
    expect(readFileSync(join(one.dir, 'config'), 'utf8')).not.toMatch(/remote|promisor/);
  });

  test('twenty at once, of two branches, all end with their own commit', async () => {
    await using server = await serveGit();
    const dir = join(server.folder, 'r');
    const main = makeRepository(dir, { a: 'one' });
    git(dir, 'checkout', '--quiet', '-b', 'other');
    const other = commit(dir, { b: 'two' });
    const clones = await Promise.all(Array.from({ length: 20 }, (_, n) => clone(server, n % 2 ? 'main' : 'other')));
    expect(new Set(clones.map((one, n) => `${n % 2} ${one.commit}`))).toEqual(new Set([`1 ${main}`, `0 ${other}`]));
    await Promise.all(clones.map((one) => one[Symbol.asyncDispose]()));
  });

  test.each(['nowhere', '0'.repeat(40), 'deadbee'])('of %s: there is no such commit', async (ref) => {
    await using server = await serveGit();
    makeRepository(join(server.folder, 'r'), { a: 'one' });
    expect(await codeOf(clone(server, ref))).toBe('UNKNOWN_REF');
  });

  test.each([
    '--upload-pack=id',
    '-x',
    '+main',
    'a:b',
    'main^',
    'main~1',
    'a..b',
    '*',
    'refs/heads/*',
    '@{u}',
    'a b',
    '',
    'main@{1}',
    '/main',
    'a//b',
    'x.lock',
  ])('of %j is not even tried', async (ref) => {
    await using server = await serveGit();
    expect(await codeOf(clone(server, ref))).toBe('UNKNOWN_REF');
    expect(server.seen).toEqual([]);
  });
});

describe('a host', () => {
  test('that is not on the list is not asked', async () => {
    await using server = await serveGit();
    expect(await codeOf(clone(server, 'main', { hosts: [parseAllowedHost('github.com')!] }))).toBe('REPOSITORY_REFUSED');
    expect(server.seen).toEqual([]);
  });

  test.each(['127.0.0.1', '10.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254'])('whose name leads to %s is not asked', async (address) => {
    await using server = await serveGit();
    const hosts = [parseAllowedHost(`http://git.example:${server.port}`)!];
    const lookup = async () => [
      { address: '1.1.1.1', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ];
    expect(await codeOf(clone(server, 'main', { hosts, lookup }, 'r', 'git.example'))).toBe('REPOSITORY_REFUSED');
    expect(server.seen).toEqual([]);
  });

  test('is connected to at the address that was judged, whatever its name says now', async () => {
    await using server = await serveGit();
    const id = makeRepository(join(server.folder, 'r'), { a: 'one' });
    let asked = 0;
    const lookup = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    // git.example is in no DNS: only the pinned address can have led here
    await using one = await clone(server, 'main', { lookup }, 'r', 'git.example');
    expect([one.commit, asked]).toEqual([id, 1]);
  });

  test('that redirects is not followed', async () => {
    await using inner = await serveGit();
    makeRepository(join(inner.folder, 'r'), { a: 'secret' });
    await using outer = await serveGit((request, response) => {
      response.writeHead(302, { location: `${inner.origin}${request.url}` }).end();
      return true;
    });
    expect(await codeOf(clone(outer, 'main'))).toBe('CLONE_FAILED');
    expect(inner.seen).toEqual([]);
  });

  test('that says nothing is given up in time, and nothing of git is left', async () => {
    await using server = await serveGit(() => true);
    const started = Date.now();
    expect(await codeOf(clone(server, 'main', { limits: { ...defaultLimits, seconds: 1 } }))).toBe('CLONE_TIMED_OUT');
    expect(Date.now() - started).toBeLessThan(3000);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`http://127.0.0.1:${server.port}`);
  });

  test('that hangs is left within a second when the review is cancelled', async () => {
    await using server = await serveGit(() => true);
    const cancel = new AbortController();
    const cloning = codeOf(clone(server, 'main', {}, 'r', '127.0.0.1', cancel.signal));
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const at = Date.now();
    cancel.abort();
    expect(await cloning).toMatch(/abort/i);
    expect(Date.now() - at).toBeLessThan(1000);
  });

  test('that sends without end is stopped by size', async () => {
    await using server = await serveGit();
    makeRepository(join(server.folder, 'r'), { large: randomBytes(3_000_000) });
    const limits = { ...defaultLimits, fileBytes: 10_000_000, bytes: 1_000_000 };
    expect(await codeOf(clone(server, 'main', { limits }))).toBe('CLONE_TOO_LARGE');
  });
});

describe('a hostile repository', () => {
  test('with too many files is refused, however few bytes say so', async () => {
    await using server = await serveGit();
    const dir = join(server.folder, 'r');
    makeRepository(dir, { a: 'x' });
    // ten trees of ten trees of …: 10^9 files in a few hundred bytes
    let tree = git(dir, 'rev-parse', 'HEAD^{tree}');
    for (let depth = 0; depth < 9; depth += 1) {
      const listing = Array.from({ length: 10 }, (_, n) => `040000 tree ${tree}\td${n}`).join('\n');
      tree = execFileSync('git', ['mktree'], { cwd: dir, input: `${listing}\n`, encoding: 'utf8' }).trim();
    }
    git(dir, 'update-ref', 'refs/heads/bomb', git(dir, 'commit-tree', '-m', 'x', tree));
    const started = Date.now();
    expect(await codeOf(clone(server, 'bomb'))).toBe('CLONE_TOO_LARGE');
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('with submodules, filters, hooks and links out of it runs and follows nothing', async () => {
    await using server = await serveGit();
    const dir = join(server.folder, 'r');
    const mark = join(folder, 'ran');
    makeRepository(dir, {
      '.gitattributes': '* filter=evil\n*.bin filter=lfs\n',
      '.gitmodules': `[submodule "s"]\n\tpath = s\n\turl = ext::sh -c "touch ${mark}"\n\tupdate = !touch ${mark}\n`,
      '.lfsconfig': `[lfs]\n\turl = http://127.0.0.1:${server.port}/lfs\n`,
      'data.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    });
    symlinkSync('/etc/passwd', join(dir, 'out'));
    git(dir, 'update-index', '--add', '--cacheinfo', `160000,${git(dir, 'rev-parse', 'HEAD')},s`);
    git(dir, 'config', 'filter.evil.smudge', `touch ${mark}`);
    git(dir, 'config', 'core.fsmonitor', `touch ${mark}`);
    git(dir, 'add', 'out');
    const id = git(dir, '-c', 'core.fsmonitor=false', 'commit', '--quiet', '--message', 'evil') || git(dir, 'rev-parse', 'HEAD');
    for (const hook of ['post-checkout', 'reference-transaction', 'post-update', 'pre-auto-gc']) {
      writeFileSync(join(dir, '.git/hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    rmSync(mark, { force: true });
    await using one = await clone(server, 'main');
    expect(one.commit).toBe(id);
    expect(existsSync(mark)).toBe(false);
    expect(read(one.dir, `${id}:out`)).toBe('/etc/passwd'); // the link's own text, not what it leads to
    expect(server.seen.every((line) => line.includes(' /r/'))).toBe(true);
    expect(readFileSync(join(one.dir, 'config'), 'utf8')).not.toMatch(/filter|fsmonitor|submodule/);
  });
});

describe('a credential', () => {
  const authorized = (request: IncomingMessage, response: ServerResponse) => {
    const expected = `Basic ${Buffer.from('bot:s3cret-pass').toString('base64')}`;
    if (request.headers.authorization === expected) return false;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return true;
  };

  test('is given to its host, and stands on no command line, in no environment and in no file afterwards', async () => {
    const seen: string[] = [];
    await using server = await serveGit((request, response) => {
      if (authorized(request, response)) return true;
      // while git waits for this answer: what can others on this machine see of it?
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
        try {
          const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          if (args.includes(String(server.port))) seen.push(args, readFileSync(`/proc/${pid}/environ`, 'utf8'));
        } catch {} // ended meanwhile
      }
      return false;
    });
    const id = makeRepository(join(server.folder, 'r'), { a: 'one' });
    await using one = await clone(server, 'main', { credentialFor: async () => ({ kind: 'https', username: 'bot', password: 's3cret-pass' }) });
    expect(one.commit).toBe(id);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join('\n')).not.toContain('s3cret-pass');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.filter((file) => readFileSync(join(file.parentPath, file.name), 'latin1').includes('s3cret-pass'))).toEqual([]);
  });

  test('that is missing or wrong is named, without a question to anybody', async () => {
    await using server = await serveGit(authorized);
    makeRepository(join(server.folder, 'r'), { a: 'one' });
    expect(await codeOf(clone(server, 'main'))).toBe('CLONE_FAILED');
    expect(await codeOf(clone(server, 'main', { credentialFor: async () => ({ kind: 'https', username: 'bot', password: 'no' }) }))).toBe('CLONE_FAILED');
  });

  test("what one tenant's credential fetched, another tenant does not get from the cache", async () => {
    await using server = await serveGit(authorized);
    const id = makeRepository(join(server.folder, 'r'), { a: 'one' });
    const credentialFor = async (tenant: string) => (tenant === 't1' ? ({ kind: 'https', username: 'bot', password: 's3cret-pass' } as const) : undefined);
    await using _one = await clone(server, id, { credentialFor });
    expect(await codeOf(clone(server, id, { credentialFor }, 'r', '127.0.0.1', never, 't2'))).toBe('CLONE_FAILED');
  });
});

describe('over ssh', () => {
  // A stand-in for the ssh program: it writes down how it was called, then does what the other side would do.
  function fakeSsh(root: string) {
    const bin = join(folder, 'bin');
    const log = join(folder, 'ssh.log');
    execFileSync('mkdir', ['-p', bin]);
    const script = `#!/bin/sh\nfor a; do echo "$a" >> '${log}'; case "$a" in IdentityFile=*|UserKnownHostsFile=*) f="\${a#*=}"; stat -c '%a %n' "$f" >> '${log}'; cat "$f" >> '${log}';; esac; last="$a"; done\ncd '${root}' && exec sh -c "$(echo "$last" | sed "s#'/#'./#")"\n`;
    writeFileSync(join(bin, 'ssh'), script, { mode: 0o755 });
    return { bin, log };
  }
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  test('the address is pinned, the host key is checked, and the key lies in a file of this user that goes away', async () => {
    const id = makeRepository(join(folder, 'served/r'), { a: 'one' });
    git(join(folder, 'served/r'), 'config', 'uploadpack.allowFilter', 'true');
    const { bin, log } = fakeSsh(join(folder, 'served'));
    process.env.PATH = `${bin}:${path}`;
    const deps: CloneDeps = {
      cache: { folder: join(folder, 'cache'), bytes: 1_000_000_000 },
      hosts: [parseAllowedHost('git.example')!],
      limits: defaultLimits,
      credentialFor: async () => ({ kind: 'ssh', privateKey: 'KEY-TEXT', knownHosts: 'git.example ssh-ed25519 AAAA' }),
      lookup: async () => [{ address: '1.1.1.1', family: 4 }],
    };
    await using one = await cloneCommit(parseLocation('git@git.example:r') as RemoteLocation, 'main', 't1', deps, never);
    expect(one.commit).toBe(id);
    const lines = readFileSync(log, 'utf8').split('\n');
    for (const option of [
      'HostName=1.1.1.1',
      'HostKeyAlias=git.example',
      'StrictHostKeyChecking=yes',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'BatchMode=yes',
    ]) {
      expect(lines).toContain(option);
    }
    const keyFile = lines.find((line) => line.startsWith('IdentityFile='))!.slice('IdentityFile='.length);
    expect(lines).toContain(`600 ${keyFile}`);
    expect(lines).toContain('KEY-TEXT');
    expect(existsSync(keyFile)).toBe(false);
  });
});

const sshd = existsSync('/usr/sbin/sshd') && process.getuid?.() === 0;
if (!sshd) console.log('no clone over a real ssh is tried: there is no /usr/sbin/sshd, or no root to start it');
describe.skipIf(!sshd)('over a real ssh, on a port of its own', () => {
  let server: ChildProcess;
  let port: number;
  const keyOf = (name: string) =>
    readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  beforeEach(async () => {
    for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    port = await freePort();
    const settings = ['ListenAddress 127.0.0.1', `Port ${port}`, `HostKey ${join(folder, 'host')}`, `AuthorizedKeysFile ${join(folder, 'user.pub')}`];
    writeFileSync(join(folder, 'config'), [...settings, 'StrictModes no', 'PermitRootLogin yes', 'PasswordAuthentication no', 'PidFile none', ''].join('\n'));
    mkdirSync('/run/sshd', { recursive: true }); // sshd asks for it
    server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      server.once('exit', () => reject(new Error('sshd did not start')));
      server.stderr!.on('data', (said) => String(said).includes('listening') && resolve());
    });
  });
  afterEach(() => void server.kill());

  test.each([
    ['with the host’s key', () => `[127.0.0.1]:${port} ${keyOf('host')}`, 'cloned'],
    ['not with another key than the host’s', () => `[127.0.0.1]:${port} ${keyOf('user')}`, 'Host key for [127.0.0.1]'],
    ['not with the key of another port', () => `[127.0.0.1]:${port + 1} ${keyOf('host')}`, 'Host key verification failed'],
  ])('%s', async (_, knownHosts, result) => {
    const id = makeRepository(join(folder, 'r'), { a: 'one' });
    git(join(folder, 'r'), 'config', 'uploadpack.allowFilter', 'true');
    const deps: CloneDeps = {
      cache: { folder: join(folder, 'cache'), bytes: 1_000_000_000 },
      hosts: [parseAllowedHost(`ssh://127.0.0.1:${port}=127.0.0.1/32`)!],
      limits: defaultLimits,
      credentialFor: async () => ({ kind: 'ssh', privateKey: readFileSync(join(folder, 'user'), 'utf8'), knownHosts: knownHosts() }),
      lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    };
    const location = parseLocation(`ssh://${userInfo().username}@127.0.0.1:${port}${join(folder, 'r')}`) as RemoteLocation;
    const cloned = async () => {
      await using one = await cloneCommit(location, 'main', 't1', deps, never);
      expect(one.commit).toBe(id);
      return 'cloned';
    };
    expect(await cloned().catch((error: unknown) => `${error}`)).toContain(result);
  });
});

describe('the cache', () => {
  test('drops who was not used for longest, and nobody who is in use', async () => {
    await using server = await serveGit();
    for (const name of ['a', 'b', 'c']) makeRepository(join(server.folder, name), { x: randomBytes(20_000) });
    const cache = { folder: join(folder, 'cache'), bytes: 45_000 };
    const used = await clone(server, 'main', { cache }, 'a');
    await (await clone(server, 'main', { cache }, 'b'))[Symbol.asyncDispose]();
    expect(cached()).toHaveLength(2);
    await (await clone(server, 'main', { cache }, 'c'))[Symbol.asyncDispose]();
    expect(cached()).toHaveLength(2);
    expect(read(used.dir, `${used.commit}:x`).length).toBeGreaterThan(0);
    await used[Symbol.asyncDispose]();
  });
});
