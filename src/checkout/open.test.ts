import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { FileProblem } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { TOTAL_LIMIT } from './decode.ts';
import { locate } from './locate.ts';
import { openCheckout } from './open.ts';
import { Source } from './source.ts';

const { signal } = new AbortController();
const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'checkout-')));
  folders.push(made);
  return made;
}

const identity = ['-c', 'user.name=A', '-c', 'user.email=a@outside.test', '-c', 'commit.gpgsign=false', '-c', 'protocol.file.allow=always'];
const run = (cwd: string, ...args: string[]) =>
  execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

function write(root: string, files: Record<string, string | Buffer>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function commit(root: string): string {
  run(root, 'add', '-A', '-f');
  run(root, 'commit', '-q', '--allow-empty', '-m', 'x');
  return run(root, 'rev-parse', 'HEAD');
}

function repository(files: Record<string, string | Buffer> = {}): string {
  const root = folder();
  run(root, 'init', '-q', '-b', 'main');
  write(root, files);
  if (Object.keys(files).length > 0) commit(root);
  return root;
}

/** Each path's text, or the code of what kept it from being read. */
async function read(checkout: Checkout, ...paths: string[]): Promise<string[]> {
  const found = await checkout.read(paths, signal);
  return found.map((each) => (each instanceof Source ? each.text : (each as FileProblem).problem.code));
}

const codeOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code: string }) => error.code,
  );

/** The same files as a work tree and as a commit of a bare clone: both must answer alike. */
async function bothWays(root: string): Promise<[string, Checkout][]> {
  const bare = folder();
  run(bare, 'clone', '-q', '--bare', root, '.');
  return [
    ['work tree', await openCheckout(root, undefined, signal)],
    ['commit', await openCheckout(bare, 'main', signal)],
  ];
}

describe('what is under review', () => {
  test('tracked files and untracked ones that git does not ignore, in the order of their bytes', async () => {
    const root = repository({ 'b.yaml': 'b', 'a/z.yaml': 'z', 'a.yaml': 'a', '.gitignore': '*.log\n', '\u{ffee}.yaml': 'bmp', '\u{1f600}.yaml': 'astral' });
    write(root, { 'new.yaml': 'n', 'noise.log': '-' });
    const { paths, dirty } = await openCheckout(root, undefined, signal);
    expect(paths).toEqual(['.gitignore', 'a.yaml', 'a/z.yaml', 'b.yaml', 'new.yaml', '\u{ffee}.yaml', '\u{1f600}.yaml']);
    expect(dirty).toBe(true);
  });

  test('a commit has the paths and texts that its work tree has', async () => {
    const root = repository({ 'b.yaml': 'b', 'a/z.yaml': 'z\r\n', 'a.yaml': 'ä', '\u{1f600}.yaml': 'astral' });
    const [[, tree], [, bare]] = (await bothWays(root)) as [[string, Checkout], [string, Checkout]];
    expect(bare.paths).toEqual(tree.paths);
    expect(bare.commit).toBe(tree.commit);
    expect(await read(bare, ...bare.paths)).toEqual(await read(tree, ...tree.paths));
  });

  test('a file that is gone from the disk, a submodule and a repository inside are not', async () => {
    const inner = repository({ 'x.yaml': 'x' });
    const root = repository({ 'gone.yaml': 'g', 'kept.yaml': 'k' });
    run(root, 'submodule', 'add', '-q', inner, 'sub');
    commit(root);
    unlinkSync(join(root, 'gone.yaml'));
    run(root, 'clone', '-q', inner, 'nested');
    expect((await openCheckout(root, undefined, signal)).paths).toEqual(['.gitmodules', 'kept.yaml']);
    expect((await openCheckout(root, 'HEAD', signal)).paths).toEqual(['.gitmodules', 'gone.yaml', 'kept.yaml']);
  });

  test('with a ref, the commit and not the work tree', async () => {
    const root = repository({ 'a.yaml': 'old' });
    run(root, 'tag', '-a', '-m', 'x', 'v1');
    write(root, { 'a.yaml': 'new', 'b.yaml': 'b' });
    const checkout = await openCheckout(root, 'v1', signal);
    expect({ paths: checkout.paths, dirty: checkout.dirty, text: await read(checkout, 'a.yaml', 'b.yaml') }).toEqual({
      paths: ['a.yaml'],
      dirty: false,
      text: ['old', 'FILE_NOT_FOUND'],
    });
  });

  test('from a subfolder, a linked work tree and a submodule', async () => {
    const root = repository({ 'k8s/a.yaml': 'a' });
    expect((await openCheckout(join(root, 'k8s'), undefined, signal)).root).toBe(root);
    const linked = join(folder(), 'linked');
    run(root, 'worktree', 'add', '-q', linked);
    expect(await openCheckout(linked, undefined, signal)).toMatchObject({ root: linked, paths: ['k8s/a.yaml'], dirty: false });
    const outer = repository({ 'o.yaml': 'o' });
    run(outer, 'submodule', 'add', '-q', root, 'sub');
    expect(await openCheckout(join(outer, 'sub'), undefined, signal)).toMatchObject({ root: join(outer, 'sub'), paths: ['k8s/a.yaml'], dirty: false });
  });

  test("a hook's GIT_DIR and GIT_INDEX_FILE point nowhere else", async () => {
    const other = repository({ 'other.yaml': 'o' });
    const root = repository({ 'mine.yaml': 'm' });
    vi.stubEnv('GIT_DIR', join(other, '.git'));
    vi.stubEnv('GIT_INDEX_FILE', join(other, '.git/index'));
    vi.stubEnv('GIT_WORK_TREE', other);
    expect((await openCheckout(root, undefined, signal)).paths).toEqual(['mine.yaml']);
    expect((await openCheckout(root, 'HEAD', signal)).paths).toEqual(['mine.yaml']);
  });
});

describe('commit and dirty', () => {
  test('clean', async () => {
    const root = repository({ 'a.yaml': 'a', '.gitignore': '*.log\n' });
    write(root, { 'x.log': '-' });
    expect(await openCheckout(root, undefined, signal)).toMatchObject({ commit: run(root, 'rev-parse', 'HEAD'), dirty: false });
  });

  test.each<[string, (root: string) => void]>([
    ['a changed file', (root) => write(root, { 'a.yaml': 'b' })],
    [
      'a staged file',
      (root) => {
        write(root, { 'a.yaml': 'b' });
        run(root, 'add', '.');
      },
    ],
    ['a lost file', (root) => unlinkSync(join(root, 'a.yaml'))],
    ['an untracked file', (root) => write(root, { 'b.yaml': 'b' })],
    [
      'a file that git was told not to look at',
      (root) => {
        run(root, 'update-index', '--assume-unchanged', 'a.yaml');
        write(root, { 'a.yaml': 'b' });
      },
    ],
    [
      'a file that git was told to leave away',
      (root) => {
        run(root, 'update-index', '--skip-worktree', 'a.yaml');
        write(root, { 'a.yaml': 'b' });
      },
    ],
  ])('dirty: %s', async (_, change) => {
    const root = repository({ 'a.yaml': 'a' });
    change(root);
    expect(await openCheckout(root, undefined, signal)).toMatchObject({ commit: run(root, 'rev-parse', 'HEAD'), dirty: true });
  });

  test('before the first commit there is none', async () => {
    const root = repository();
    write(root, { 'a.yaml': 'a' });
    expect(await openCheckout(root, undefined, signal)).toMatchObject({ commit: null, dirty: true, paths: ['a.yaml'] });
  });

  test('a replaced object does not pass for the commit', async () => {
    const root = repository({ 'a.yaml': 'true' });
    write(root, { 'b.yaml': 'false' });
    const [good, bad] = [run(root, 'rev-parse', 'HEAD:a.yaml'), run(root, 'hash-object', '-w', 'b.yaml')];
    run(root, 'replace', good, bad);
    expect(await read(await openCheckout(root, 'HEAD', signal), 'a.yaml')).toEqual(['true']);
  });
});

describe('what cannot be opened', () => {
  test('not a repository: a folder, a file, nothing', async () => {
    const plain = folder();
    write(plain, { file: 'x' });
    mkdirSync(join(plain, 'sub/.git'), { recursive: true });
    for (const dir of [plain, join(plain, 'file'), join(plain, 'nowhere'), join(plain, 'sub')]) {
      expect(await codeOf(openCheckout(dir, undefined, signal))).toBe('NOT_A_REPOSITORY');
    }
  });

  test('a ruined repository', async () => {
    const root = repository({ 'a.yaml': 'a' });
    writeFileSync(join(root, '.git/HEAD'), 'nonsense');
    expect(await codeOf(openCheckout(root, undefined, signal))).toBe('NOT_A_REPOSITORY');
    expect(await codeOf(openCheckout(root, 'main', signal))).toBe('NOT_A_REPOSITORY');
  });

  test.each([
    'nowhere',
    '',
    '--all',
    '--output=/tmp/x',
    '-h',
    '^main',
    'main..main',
    'main:a.yaml',
    'a\0b',
    'main^{tree}',
    'HEAD~1',
    '@{-1}',
    '--end-of-options',
  ])('no commit is called %j', async (ref) => {
    expect(await codeOf(openCheckout(repository({ 'a.yaml': 'a' }), ref, signal))).toBe('UNKNOWN_REF');
  });

  test('a bare repository without a ref', async () => {
    const bare = folder();
    run(bare, 'init', '-q', '--bare', '.');
    expect(await codeOf(openCheckout(bare, undefined, signal))).toBe('NO_WORK_TREE');
  });

  test('no git on PATH', async () => {
    const root = repository({ 'a.yaml': 'a' });
    vi.stubEnv('PATH', folder());
    expect(await codeOf(openCheckout(root, undefined, signal))).toBe('GIT_MISSING');
  });

  test('an aborted signal ends it with its reason', async () => {
    const root = repository({ 'a.yaml': 'a' });
    const stop = new AbortController();
    const opening = openCheckout(root, undefined, stop.signal);
    stop.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    const checkout = await openCheckout(root, undefined, signal);
    await expect(checkout.read(['a.yaml'], stop.signal)).rejects.toThrow('enough');
  });
});

describe('reading', () => {
  test('text as it is, a byte order mark left out of it but not out of the hash', async () => {
    const bom = Buffer.from('\ufeffa: 1\r\nb: 2\r\n');
    const root = repository({ 'bom.yaml': bom, 'empty.yaml': '' });
    for (const [, checkout] of await bothWays(root)) {
      const [source, empty] = (await checkout.read(['bom.yaml', 'empty.yaml'], signal)) as [Source, Source];
      expect(source.text).toBe('a: 1\r\nb: 2\r\n');
      expect(source.sha256).toBe(createHash('sha256').update(bom).digest('hex'));
      expect(source.position(source.text.indexOf('a'))).toEqual({ line: 1, column: 1 });
      expect([empty.text, empty.sha256]).toEqual(['', createHash('sha256').digest('hex')]);
    }
  });

  test('what is not text', async () => {
    const root = repository({
      'nul.yaml': 'a\0b',
      'latin1.yaml': Buffer.from([0x61, 0xe4]),
      'utf16.yaml': Buffer.from('\ufeffa', 'utf16le'),
      'good.yaml': 'g',
    });
    for (const [, checkout] of await bothWays(root)) {
      expect(await read(checkout, 'nul.yaml', 'latin1.yaml', 'utf16.yaml', 'good.yaml')).toEqual(['FILE_NOT_TEXT', 'FILE_NOT_TEXT', 'FILE_NOT_TEXT', 'g']);
    }
  });

  test('a path that is not under review, whatever it leads to', async () => {
    const root = repository({ 'a.yaml': 'a', '.gitignore': '.env\n' });
    write(root, { '.env': 'TOKEN=1' });
    const paths = ['.env', '.git/config', '../x', '/etc/passwd', '', '.', 'a.yaml/', 'A.yaml'];
    const checkout = await openCheckout(root, undefined, signal);
    expect(await read(checkout, ...paths)).toEqual(paths.map(() => 'FILE_NOT_FOUND'));
  });

  test('links: followed to files under review and nowhere else', async () => {
    const outside = folder();
    write(outside, { 'secret.yaml': 's' });
    const root = repository({ 'real/a.yaml': 'a', '.gitignore': '.env\n' });
    write(root, { '.env': 'TOKEN=1' });
    const links = {
      'good.yaml': 'real/a.yaml',
      'twice.yaml': './good.yaml',
      'real/up.yaml': '../real/../good.yaml',
      folder: 'real',
      'through.yaml': 'folder/a.yaml',
      'dangling.yaml': 'nowhere.yaml',
      'absolute.yaml': join(outside, 'secret.yaml'),
      'up.yaml': `../${outside.slice(tmpdir().length + 1)}/secret.yaml`,
      'git.yaml': '.git/config',
      'ignored.yaml': '.env',
      'loop-a.yaml': 'loop-b.yaml',
      'loop-b.yaml': 'loop-a.yaml',
      self: '.',
      'spin.yaml': 'self/self/self/self/real/a.yaml',
      'folder.yaml': 'real',
    };
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
    run(root, 'add', '.');
    run(root, 'commit', '-q', '-m', 'links');
    const expected = {
      'good.yaml': 'a',
      'twice.yaml': 'a',
      'real/up.yaml': 'a',
      folder: 'FILE_NOT_FOUND',
      'through.yaml': 'a',
      'dangling.yaml': 'FILE_NOT_FOUND',
      'absolute.yaml': 'PATH_OUTSIDE',
      'up.yaml': 'PATH_OUTSIDE',
      'git.yaml': 'PATH_OUTSIDE',
      'ignored.yaml': 'FILE_NOT_FOUND',
      'loop-a.yaml': 'FILE_UNREADABLE',
      'loop-b.yaml': 'FILE_UNREADABLE',
      self: 'FILE_NOT_FOUND',
      'spin.yaml': 'a',
      'folder.yaml': 'FILE_NOT_FOUND',
    };
    for (const [name, checkout] of await bothWays(root)) {
      const texts = await read(checkout, ...Object.keys(links));
      expect(Object.fromEntries(Object.keys(links).map((path, at) => [path, texts[at]])), name).toEqual(expected);
    }
  });

  test('a folder that became a link after it was committed', async () => {
    const outside = folder();
    write(outside, { 'a.yaml': 'secret' });
    const root = repository({ 'k8s/a.yaml': 'a' });
    rmSync(join(root, 'k8s'), { recursive: true });
    symlinkSync(outside, join(root, 'k8s'));
    const checkout = await openCheckout(root, undefined, signal);
    expect((await read(checkout, 'k8s/a.yaml'))[0]).not.toBe('secret');
    // The same between listing and reading.
    const second = repository({ 'k8s/a.yaml': 'a' });
    const listed = await openCheckout(second, undefined, signal);
    rmSync(join(second, 'k8s'), { recursive: true });
    symlinkSync(outside, join(second, 'k8s'));
    expect(await read(listed, 'k8s/a.yaml')).toEqual(['PATH_OUTSIDE']);
  });

  test('a file too large is not opened for reading; one at the limit is read', async () => {
    const root = repository({ 'large.yaml': '', 'limit.yaml': '#'.repeat(5 << 20) });
    truncateSync(join(root, 'large.yaml'), 100 << 20); // sparse: takes no room
    const before = process.memoryUsage().rss;
    expect(await read(await openCheckout(root, undefined, signal), 'large.yaml')).toEqual(['FILE_TOO_LARGE']);
    commit(root);
    for (const [, checkout] of await bothWays(root)) {
      const [large, limit] = await read(checkout, 'large.yaml', 'limit.yaml');
      expect([large, limit!.length]).toEqual(['FILE_TOO_LARGE', 5 << 20]);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(90 << 20);
  });

  test('together no more than the limit, the first ones named are read', async () => {
    const root = repository({ 'a.yaml': '#'.repeat(5 << 20), 'b.yaml': 'b' });
    for (const [, checkout] of await bothWays(root)) {
      const times = Math.floor(TOTAL_LIMIT / (5 << 20));
      const found = await checkout.read([...Array.from({ length: times + 1 }, () => 'a.yaml'), 'b.yaml'], signal);
      expect(found.map((each) => (each instanceof Source ? 'read' : each.problem.code)).slice(-3)).toEqual(['read', 'READ_LIMIT', 'read']);
    }
  });

  test('a pipe, a folder, a lost and an unreadable file in the place of a tracked one', async () => {
    const root = repository({ 'pipe.yaml': 'p', 'folder.yaml': 'f', 'lost.yaml': 'l', 'locked.yaml': 'x', 'good.yaml': 'g' });
    const checkout = await openCheckout(root, undefined, signal);
    for (const path of ['pipe.yaml', 'folder.yaml', 'lost.yaml']) unlinkSync(join(root, path));
    execFileSync('mkfifo', [join(root, 'pipe.yaml')]);
    mkdirSync(join(root, 'folder.yaml'));
    chmodSync(join(root, 'locked.yaml'), 0);
    const locked = process.getuid?.() === 0 ? 'x' : 'FILE_UNREADABLE'; // root may read everything
    expect(await read(checkout, 'pipe.yaml', 'folder.yaml', 'lost.yaml', 'locked.yaml', 'good.yaml')).toEqual([
      'FILE_UNREADABLE',
      'FILE_UNREADABLE',
      'FILE_NOT_FOUND',
      locked,
      'g',
    ]);
    expect(await openCheckout(root, undefined, signal)).toMatchObject({ dirty: true });
  });

  test('an object that a partial clone lacks is named, not fetched', async () => {
    const origin = repository({ 'a.yaml': 'a', 'b.yaml': 'b' });
    run(origin, 'config', 'uploadpack.allowFilter', 'true');
    const partial = folder();
    run(partial, 'clone', '-q', '--filter=blob:none', '--no-checkout', `file://${origin}`, '.');
    run(partial, 'cat-file', 'blob', 'HEAD:b.yaml'); // this one git fetches
    expect(await read(await openCheckout(partial, 'HEAD', signal), 'a.yaml', 'b.yaml')).toEqual(['OBJECT_MISSING', 'b']);
  });
});

describe('nothing that a repository names is started', () => {
  /** A repository whose configuration, attributes and hooks would each leave a file behind. */
  function trapped() {
    const root = repository({ 'a.yaml': 'a', 'b.yaml': 'b', '.gitattributes': '* filter=trap diff=trap\n' });
    const sprung = join(folder(), 'sprung');
    const script = join(root, '.git/trap.sh');
    writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${sprung}\ncat\n`, { mode: 0o755 });
    const settings = {
      'core.fsmonitor': script,
      'core.hooksPath': join(root, '.git/traps'),
      'core.pager': script,
      'core.sshCommand': script,
      'core.askPass': script,
      'core.alternateRefsCommand': script,
      'diff.external': script,
      'diff.trap.textconv': script,
      'diff.trap.command': script,
      'filter.trap.clean': script,
      'filter.trap.smudge': script,
      'filter.trap.process': script,
      'filter.trap.required': 'true',
      'gpg.program': script,
      'credential.helper': script,
      'alias.status': `!${script}`,
      'protocol.allow': 'always',
      'protocol.ext.allow': 'always',
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.url': `ext::${script}`,
      'remote.origin.uploadpack': script,
      'status.submoduleSummary': 'true',
    };
    for (const [name, value] of Object.entries(settings)) run(root, 'config', name, value);
    mkdirSync(join(root, '.git/traps'));
    for (const dir of ['hooks', 'traps']) {
      mkdirSync(join(root, '.git', dir), { recursive: true });
      for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction', 'post-checkout', 'pre-auto-gc']) {
        writeFileSync(join(root, '.git', dir, hook), `#!/bin/sh\necho hook >> ${sprung}\n`, { mode: 0o755 });
      }
    }
    write(root, { 'a.yaml': 'A' }); // as long as before: only its content tells the difference
    return { root, sprung };
  }

  test('reading a work tree', async () => {
    const { root, sprung } = trapped();
    const checkout = await openCheckout(root, undefined, signal);
    expect(await read(checkout, 'a.yaml', 'b.yaml')).toEqual(['A', 'b']);
    expect(checkout.dirty).toBe(true);
    expect(existsSync(sprung)).toBe(false);
    // The traps do work: plain git springs them.
    expect(() => execFileSync('git', ['status', '--porcelain'], { cwd: root, stdio: 'ignore', timeout: 10_000 })).not.toThrow(/ETIMEDOUT/);
    expect(existsSync(sprung)).toBe(true);
  });

  test('a filter that could not be switched off is not run: the repository is refused', async () => {
    const { root, sprung } = trapped();
    writeFileSync(join(root, '.git/config'), `[filter "a=b"]\n\tclean = "${join(root, '.git/trap.sh')}"\n`, { flag: 'a' });
    write(root, { '.gitattributes': '* filter=a=b\n' });
    expect(await codeOf(openCheckout(root, undefined, signal))).toBe('GIT_FAILED');
    expect(existsSync(sprung)).toBe(false);
  });

  test('reading a commit, one object of it missing', async () => {
    const { root, sprung } = trapped();
    const object = run(root, '-c', 'core.fsmonitor=false', 'rev-parse', 'HEAD:b.yaml');
    rmSync(join(root, '.git/objects', object.slice(0, 2), object.slice(2)));
    rmSync(sprung, { force: true });
    expect(await read(await openCheckout(root, 'HEAD', signal), 'a.yaml', 'b.yaml')).toEqual(['a', 'OBJECT_MISSING']);
    expect(existsSync(sprung)).toBe(false);
  });

  test("files outside are not listed because the repository's configuration says they are its work tree", async () => {
    const other = folder();
    write(other, { 'private.yaml': 'p' });
    const root = repository({ 'a.yaml': 'a' });
    run(root, 'config', 'core.worktree', other);
    expect(await openCheckout(root, undefined, signal)).toMatchObject({ root, paths: ['a.yaml'] });
  });
});

describe('the path that a user means', () => {
  test('from where they stand, from --repo, from the top', async () => {
    const root = repository({ 'docs/story.md': 's', 'story.md': 't', 'k8s/a.yaml': 'a' });
    const checkout = await openCheckout(root, undefined, signal);
    expect(locate(checkout, 'story.md', [join(root, 'docs'), root])).toBe('docs/story.md');
    expect(locate(checkout, 'k8s/a.yaml', ['/', join(root, 'docs')])).toBe('k8s/a.yaml');
    expect(locate(checkout, '../k8s', [join(root, 'docs')])).toBe('k8s');
    expect(locate(checkout, 'k8s/', [root])).toBe('k8s');
    expect(locate(checkout, '.', [root])).toBe('');
    expect(locate(checkout, join(root, 'docs/story.md'), ['/'])).toBe('docs/story.md');
  });

  test('over a link to the repository', async () => {
    const root = repository({ 'docs/story.md': 's' });
    const link = join(folder(), 'link');
    symlinkSync(root, link);
    const checkout = await openCheckout(link, undefined, signal);
    expect(locate(checkout, join(link, 'docs/story.md'), ['/'])).toBe('docs/story.md');
    expect(locate(checkout, 'docs/story.md', [link])).toBe('docs/story.md');
  });

  test('one that is not there, and one that is elsewhere', async () => {
    const checkout = await openCheckout(repository({ 'a.md': 'a' }), undefined, signal);
    expect(() => locate(checkout, 'b.md', ['/'])).toThrow('b.md is not in the files under review');
    expect(() => locate(checkout, '/etc/passwd', ['/'])).toThrow('/etc/passwd leads out of the repository');
  });
});
