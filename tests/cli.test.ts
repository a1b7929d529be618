import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../src/cli/host.ts';
import { main } from '../src/cli/program.ts';
import { ReviewReport } from '../src/report/schema.ts';
import { version } from '../src/version.ts';
import { falseStory, ScratchRepository, trueStory } from './scratch-repository.ts';

let good: ScratchRepository;
let bad: ScratchRepository;
beforeAll(() => {
  good = new ScratchRepository(trueStory);
  bad = new ScratchRepository(falseStory);
});
afterAll(() => {
  good[Symbol.dispose]();
  bad[Symbol.dispose]();
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line in this process. */
async function run(
  args: readonly string[],
  {
    cwd = good.root,
    env = {},
    terminal = false,
    stdin = [],
    write,
  }: { cwd?: string; env?: Host['env']; terminal?: boolean; stdin?: Uint8Array[]; write?: () => Promise<void> } = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const host: Host = {
    cwd,
    env,
    stdin: Readable.from(stdin),
    stdout: { isTerminal: terminal, write: write ?? (async (text) => void (out += text)) },
    stderr: { isTerminal: terminal, write: async (text) => void (err += text) },
    signal: new AbortController().signal,
    catchInterrupts: () => {},
  };
  return { code: await main(args, host), out, err };
}

const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** The same as a process of its own. */
function start(args: readonly string[], { cwd = good.root, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
  return { code: status ?? -1, out: stdout, err: stderr };
}

describe('review', () => {
  test('0 when the story is true, 1 when it is not; the report on standard output and nothing else', async () => {
    expect(await run(['review', 'docs/story.md'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Story 1\.1: Namespace\n[\s\S]*\nAPPROVE\n$/),
      err: '',
    });
    expect(await run(['review', 'docs/story.md'], { cwd: bad.root })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/\nBLOCKED: 1 high finding\n$/),
      err: '',
    });
  });

  test('the same as a process', () => {
    expect(start(['review', 'docs/story.md', '--format', 'json'], { cwd: bad.root })).toMatchObject({ code: 1, err: '' });
  });

  test('in every format, bound to the commit', async () => {
    const commit = good.git('rev-parse', 'HEAD');
    const report = ReviewReport.parse(JSON.parse((await run(['review', 'docs/story.md', '--format', 'json'])).out));
    expect(report).toMatchObject({ commit, dirty: false, outcome: 'APPROVE' });
    expect((await run(['review', 'docs/story.md', '--format', 'md'])).out).toContain(`\nCommit: ${commit}\nOutcome: APPROVE\n`);
    expect((await run(['review', 'docs/story.md'])).out).toContain(` at ${commit.slice(0, 12)}\n`);
  });

  test('of a commit, whatever the work tree says', async () => {
    using repository = new ScratchRepository(trueStory);
    repository.write({ 'k8s/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: other\n' });
    expect(await run(['review', 'docs/story.md'], { cwd: repository.root })).toMatchObject({
      code: 1,
      out: expect.stringContaining('with uncommitted changes'),
    });
    expect(await run(['review', 'docs/story.md', '--ref', 'main'], { cwd: repository.root })).toMatchObject({ code: 0 });
    expect(await run(['review', 'docs/story.md', '--ref', 'nowhere'], { cwd: repository.root })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^UNKNOWN_REF: /),
    });
  });

  test('from anywhere: a path is seen from here, from --repo and from the top', async () => {
    for (const [args, cwd] of [
      [['story.md'], join(good.root, 'docs')],
      [['../docs/story.md'], join(good.root, 'k8s')],
      [['docs/story.md', '--repo', good.root], '/'],
      [['docs/story.md', '--repo', join(good.root, 'k8s')], '/'],
      [[join(good.root, 'docs/story.md'), '--repo', good.root], '/'],
      [['docs/story.md', '--manifests', 'k8s'], good.root],
      [['docs/story.md', '--manifests', '.'], good.root],
      [['docs/story.md', '--manifests', 'docs', '--manifests', 'k8s/namespace.yaml'], good.root],
    ] as const) {
      expect(await run(['review', ...args], { cwd }), args.join(' ')).toMatchObject({ code: 0 });
    }
    expect(await run(['review', 'docs/story.md', '--manifests', 'docs'])).toMatchObject({ code: 2, err: expect.stringMatching(/^MANIFESTS_MISSING: /) });
  });

  test('twice the same bytes, in any language and time zone', () => {
    const [first, ...others] = [
      { LANG: 'C', TZ: 'UTC' },
      { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' },
      { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', TZ: 'America/St_Johns', COLUMNS: '40' },
    ].map((env) => start(['review', 'docs/story.md', '--format', 'md'], { env }));
    for (const other of others) expect(other).toEqual(first);
    expect(first!.out).toContain('## Summary');
  });
});

describe('--fail-on', () => {
  test.each([
    ['docs/story.md', 'high', 1],
    ['docs/open.md', 'high', 0],
    ['docs/open.md', 'unproven', 1],
    ['docs/open.md', undefined, 1],
  ])('%s %s: %d', async (story, level, code) => {
    using repository = new ScratchRepository({ ...falseStory, 'docs/open.md': '# S\n\n## Acceptance Criteria\n\n1. Pods start and pass readiness checks\n' });
    const args = level ? ['--fail-on', level] : [];
    expect(await run(['review', story, ...args], { cwd: repository.root })).toMatchObject({ code });
  });
});

describe('--output', () => {
  const args = ['review', 'docs/story.md', '--format', 'md', '--output'];
  const report = async () => (await run(args.slice(0, 4))).out;

  test('writes the report there and nothing elsewhere; no colour even when forced', async () => {
    using place = new ScratchRepository({ old: 'old' });
    const file = join(place.root, 'review.md');
    expect(await run([...args, file], { env: { FORCE_COLOR: '1' } })).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toBe(await report());
    expect(readdirSync(place.root).sort()).toEqual(['.git', 'old', 'review.md']);
  });

  test('replaces a file at once and keeps its mode; of a link, what it points to', async () => {
    using place = new ScratchRepository({ 'real.md': 'old' });
    const file = join(place.root, 'real.md');
    const link = join(place.root, 'link.md');
    chmodSync(file, 0o640);
    symlinkSync('real.md', link);
    const inode = statSync(file).ino;
    expect(await run([...args, link])).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toBe(await report());
    expect([statSync(file).mode & 0o777, readlinkSync(link), statSync(file).ino === inode]).toEqual([0o640, 'real.md', false]);
  });

  test('what cannot be written leaves the old file and nothing beside it', async () => {
    using place = new ScratchRepository({ 'review.md': 'old', 'folder/x': 'x' });
    for (const file of ['nowhere/review.md', 'folder', 'review.md/x']) {
      expect(await run([...args, join(place.root, file)])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^OUTPUT_FAILED: /) });
    }
    expect(readFileSync(join(place.root, 'review.md'), 'utf8')).toBe('old');
    expect(readdirSync(place.root).sort()).toEqual(['.git', 'folder', 'review.md']);
  });

  test('a review that could not be done replaces nothing', async () => {
    using place = new ScratchRepository({ 'review.md': 'old' });
    expect(await run([...args.map((arg) => arg.replace('story', 'nowhere')), join(place.root, 'review.md')])).toMatchObject({ code: 2 });
    expect(readFileSync(join(place.root, 'review.md'), 'utf8')).toBe('old');
  });

  test('a pipe or a device is written to, not replaced', () => {
    const command = [process.execPath, program, ...args, '/dev/stdout'];
    const { stdout } = spawnSync('sh', ['-c', '"$0" "$@" | cat', ...command], { cwd: good.root, encoding: 'utf8' });
    expect(stdout).toContain('## Summary');
  });

  test('killed at any moment: the old report or the new one, whole', { timeout: 60_000 }, () => {
    using place = new ScratchRepository({ 'review.md': 'a'.repeat(1 << 24) });
    const deliver = fileURLToPath(new URL('../src/cli/deliver.ts', import.meta.url));
    const script = join(place.root, 'write.ts');
    writeFileSync(
      script,
      `import { deliver } from ${JSON.stringify(deliver)};
for (let round = 0; ; round++) {
  await deliver('ab'[round % 2].repeat(1 << 24), 'review.md', { cwd: ${JSON.stringify(place.root)} });
  await new Promise((next) => setTimeout(next, 1));
}`,
    );
    for (const [delay, signal] of [
      [300, 'INT'],
      [420, 'TERM'],
      [540, 'INT'],
      [610, 'TERM'],
    ] as const) {
      // The signal is repeated, because one that comes while a report is written waits until it is.
      const kill = `for i in $(seq 200); do kill -${signal} $child 2>/dev/null || break; sleep 0.02; done`;
      spawnSync('sh', ['-c', `"$0" "$1" & child=$!; sleep ${delay / 1000}; ${kill}; wait $child`, process.execPath, script], { encoding: 'utf8' });
      const text = readFileSync(join(place.root, 'review.md'), 'utf8');
      expect([text.length, text === text[0]!.repeat(text.length)]).toEqual([1 << 24, true]);
      expect(readdirSync(place.root).sort()).toEqual(['.git', 'review.md', 'write.ts']);
    }
  });
});

describe('colour', () => {
  test.each<[string, { terminal: boolean; env: Host['env'] }, boolean]>([
    ['on a terminal', { terminal: true, env: {} }, true],
    ['piped', { terminal: false, env: {} }, false],
    ['NO_COLOR', { terminal: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', { terminal: true, env: { NO_COLOR: '' } }, true],
    ['a dumb terminal', { terminal: true, env: { TERM: 'dumb' } }, false],
    ['FORCE_COLOR', { terminal: false, env: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0', { terminal: true, env: { FORCE_COLOR: '0' } }, false],
  ])('%s', async (_, options, coloured) => {
    const { out } = await run(['review', 'docs/story.md'], options);
    expect(out.includes('\u001b[')).toBe(coloured);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with it
    expect(out.replace(/\u001b\[[0-9;]*m/g, '')).toBe((await run(['review', 'docs/story.md'])).out);
  });

  test('json and Markdown have none', async () => {
    for (const format of ['json', 'md']) expect((await run(['review', 'docs/story.md', '--format', format], { terminal: true })).out).not.toContain('\u001b');
  });
});

describe('lint', () => {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: a:latest\n';

  test('1 from medium on, or from the level that was named', async () => {
    using repository = new ScratchRepository({ 'k8s/pod.yaml': pod, 'other/pod.yaml': pod.replaceAll('name: a', 'name: b') });
    const lint = (...args: string[]) => run(['lint', ...args], { cwd: repository.root });
    const found = JSON.parse((await lint('k8s', '--format', 'json')).out);
    expect(found.findings.map(({ rule }: { rule: string }) => rule)).toContain('image-tag-latest');
    expect(new Set(found.findings.map(({ path }: { path: string }) => path))).toEqual(new Set(['k8s/pod.yaml']));
    const worst = found.findings[0].severity;
    expect(await lint('k8s')).toMatchObject({ code: 1 });
    expect((await lint('k8s', '--fail-on', 'high')).code).toBe(worst === 'high' ? 1 : 0);
    expect((await lint('.')).out).toContain('other/pod.yaml');
  });

  test('from outside the repository', async () => {
    expect(await run(['lint', join(good.root, 'k8s')], { cwd: '/' })).toMatchObject({ code: 0, out: expect.stringMatching(/^Findings: none, at /) });
  });

  test('a file that could not be read is not fine', async () => {
    using repository = new ScratchRepository({ ...trueStory, 'k8s/broken.yaml': 'a: [\n' });
    expect(await run(['lint', 'k8s'], { cwd: repository.root })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/k8s\/broken\.yaml:\d+ {2}YAML_BROKEN: /),
    });
  });

  test('nothing to lint is no success', async () => {
    expect(await run(['lint', 'docs'])).toMatchObject({ code: 2, err: expect.stringMatching(/^MANIFESTS_MISSING: /) });
    expect(await run(['lint', 'nowhere'])).toMatchObject({ code: 2, err: expect.stringMatching(/^FILE_NOT_FOUND: /) });
    using folder = new ScratchRepository({});
    rmSync(join(folder.root, '.git'), { recursive: true });
    for (let file = 0; file <= 100_000; file++) closeSync(openSync(join(folder.root, String(file)), 'w'));
    expect(await run(['lint', folder.root])).toMatchObject({ code: 2, err: expect.stringMatching(/^FOLDER_TOO_LARGE: /) });
  });

  test('what is in no repository: a folder, a file of it, and what is piped in', async () => {
    using repository = new ScratchRepository({ 'k8s/pod.yaml': pod, 'node_modules/x/pod.yaml': pod, 'more/pod.yaml': pod });
    rmSync(join(repository.root, '.git'), { recursive: true });
    symlinkSync('/etc/hostname', join(repository.root, 'k8s/link.yaml'));
    for (const path of ['.', 'k8s', 'k8s/pod.yaml']) {
      const { code, out, err } = await run(['lint', path], { cwd: repository.root });
      expect({ code, err }).toEqual({ code: 1, err: '' });
      expect(out).toMatch(/^ *high +k8s\/pod\.yaml:\d+/m);
      expect(out).toMatch(/, without a commit$/m);
      expect(out).not.toMatch(/node_modules|link\.yaml/);
    }
    expect(await run(['lint', 'nowhere'], { cwd: repository.root })).toMatchObject({ code: 2, err: expect.stringMatching(/^FILE_NOT_FOUND: /) });
    expect((await run(['lint', 'k8s', 'more'], { cwd: repository.root })).out).toMatch(/more\/pod\.yaml/);
    expect((await run(['lint', join(repository.root, 'k8s')])).out).toMatch(/^ *high +pod\.yaml:/m);
    const piped = (text: string) => run(['lint', '-'], { stdin: [Buffer.from(text)] });
    expect(await piped(pod)).toMatchObject({ code: 1, out: expect.stringMatching(/^ *high +stdin\.yaml:\d+/m) });
    expect(await piped('')).toMatchObject({ code: 2, err: expect.stringMatching(/^MANIFESTS_MISSING: /) });
    expect(await piped('a\0b')).toMatchObject({ code: 2 });
  });
});

describe('explain', () => {
  test('a claim by its line', async () => {
    expect(await run(['explain', 'docs/story.md:5'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^AC1 [\s\S]*IMPLEMENTED[\s\S]*Evidence\n {2}k8s\/namespace\.yaml\n/),
      err: '',
    });
  });

  test('the block to paste proves nothing until it is filled in, and then it does', async () => {
    const story = '# S\n\n## Acceptance Criteria\n\n1. The house is in good order\n';
    using repository = new ScratchRepository({ ...trueStory, 'docs/vague.md': story });
    const { out } = await run(['explain', 'docs/vague.md:5'], { cwd: repository.root });
    const block = /^ {2}(```yaml assert\n[\s\S]*?\n {2}```)$/m.exec(out)![1]!.replaceAll('\n  ', '\n');
    const verdictWith = async (pasted: string) => {
      repository.write({ 'docs/vague.md': `${story}\n${pasted.replace(/^/gm, '   ')}\n` });
      return JSON.parse((await run(['review', 'docs/vague.md', '--format', 'json'], { cwd: repository.root })).out).claims[0].verdict;
    };
    expect(await verdictWith(block)).not.toBe('met');
    const filled = block
      .replace(/^kind: .*$/m, 'kind: Namespace')
      .replace(/^ {2}name: .*$/m, '  name: shop')
      .replace(/^spec: .*\n/m, '');
    expect(await verdictWith(filled)).toBe('met');
  });

  test('a line without a claim names the nearest ones', async () => {
    expect(await run(['explain', 'docs/story.md:7'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^CLAIM_MISSING: [\s\S]*line 5 \(AC1\), line 9 \(T1\)/),
    });
  });

  test('a rule by its id; a misspelt one is guessed', async () => {
    expect(await run(['explain', 'image-tag-latest'])).toMatchObject({ code: 0, out: expect.stringMatching(/^image-tag-latest \(medium\)\n/) });
    expect(await run(['explain', 'image-tag-lastest'])).toMatchObject({
      code: 2,
      err: 'RULE_UNKNOWN: there is no rule image-tag-lastest\nDid you mean image-tag-latest?\n',
    });
    expect(await run(['explain', 'xyz'])).toMatchObject({ code: 2, err: expect.stringContaining('docs/rules') });
  });
});

describe('the command line itself', () => {
  test('--version and --help', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    for (const args of [['--help'], ['help'], ['review', '--help'], ['help', 'review']]) {
      expect(await run(args), args.join(' ')).toMatchObject({ code: 0, out: expect.stringMatching(/Examples?:\n {2}ai-agents review /), err: '' });
    }
  });

  test.each([
    [[], 'USAGE: no command was named\nSee ai-agents --help.\n'],
    [['reviw'], "USAGE: unknown command 'reviw'\nDid you mean review?\n"],
    [['review', 'docs/story.md', '--frmat', 'md'], "USAGE: unknown option '--frmat'\nDid you mean --format?\n"],
    [['review', 'docs/story.md', '--format', 'xml'], /^USAGE: .*Allowed choices are text, md, json/],
    [['review', 'docs/story.md', '--fail-on', 'never'], /^USAGE: .*Allowed choices are high, medium, low, unproven/],
    [['review', 'docs/story.md', '--ref'], /^USAGE: .*argument missing/],
    [['review'], /^STORY_MISSING: /],
    [['lint'], /^USAGE: missing required argument/],
    [['explain'], /^USAGE: missing required argument/],
    [['explain', 'a', 'b'], /^USAGE: too many arguments/],
  ] as const)('%j is a mistake, not a verdict', async (args, said) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    if (typeof said === 'string') expect(err).toBe(said);
    else expect(err).toMatch(said);
  });

  test('a problem prints its code, sentence and hint, nothing that a terminal obeys, and no stack', async () => {
    const { code, err } = await run(['review', 'no\u001b[31m\nsuch.md']);
    expect(code).toBe(2);
    expect(err).toMatch(/^FILE_NOT_FOUND: no\\x1b\[31m\nsuch\.md is not in the files under review\nCheck the path/);
    expect(err).not.toContain('    at ');
  });

  test('a bug keeps its stack and is no verdict either', async () => {
    const write = () => Promise.reject(new TypeError('a bug'));
    expect(await run(['explain', 'image-tag-latest'], { write })).toMatchObject({ code: 2, err: expect.stringMatching(/^TypeError: a bug\n {4}at /) });
  });

  test('a reader that goes away is no error', () => {
    const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" review docs/story.md --format json | head -c 1; exit 0', process.execPath, program], {
      cwd: bad.root,
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['{', '']);
  });
});

test('migrate says in a sentence that there is no database', () => {
  const { code, out, err } = start(['migrate'], { env: { AI_AGENTS_DATABASE_OWNER_URL: 'postgres://owner:secret@127.0.0.1:1/shop' } });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^DATABASE_UNUSABLE: .*ECONNREFUSED.*\n.*OWNER_URL.*\n$/);
  expect(err).not.toContain('secret');
});
