import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ScratchRepository, trueStory } from './scratch-repository.ts';

const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const SECONDS = 30;
const MEGABYTES = 400;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program as a process of its own, held to its time and memory; neither a stack nor half a report may come out. */
function run(args: readonly string[], cwd: string): Ran {
  const report = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`;
  const { status, signal, output } = spawnSync(process.execPath, ['--import', report, program, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: SECONDS * 1000,
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, out, err, kilobytes] = output as string[];
  expect(signal, `ends within ${SECONDS} s`).toBe(null);
  expect(Number(kilobytes) / 1024, 'MB').toBeLessThan(MEGABYTES);
  expect(err).not.toMatch(/^ {4}at /m);
  return { code: status, out: out!, err: err! };
}

/** A review that cannot be: one coded sentence with what to do, exit 2, no report, and the old one untouched. */
function expectRefused(code: string, args: readonly string[], cwd: string): void {
  const { code: exit, out, err } = run(args, cwd);
  expect({ exit, out }).toEqual({ exit: 2, out: '' });
  expect(err).toMatch(new RegExp(`^${code}: .+\\n.+\\n$`));
}

const review = ['review', 'docs/story.md'] as const;
const bomb = `${['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]`)].join('\n')}\n`;

describe('no honest review is possible', () => {
  test.each<[string, string, (repository: ScratchRepository) => unknown]>([
    ['STORY_MISSING', 'no story', () => ['review']],
    ['FILE_NOT_FOUND', 'a story that is not there', () => ['review', 'docs/nowhere.md']],
    ['PATH_OUTSIDE', 'a story elsewhere', () => ['review', devNull]],
    ['STORY_EMPTY', 'a story with no claims', (repository) => repository.write({ 'docs/story.md': '# Nothing\n\nis claimed here.\n' })],
    ['STORY_EMPTY', 'an empty story', (repository) => repository.write({ 'docs/story.md': '' })],
    ['FILE_NOT_TEXT', 'a story with NUL bytes', (repository) => repository.write({ 'docs/story.md': '- [x] a\0b\n' })],
    ['FILE_NOT_TEXT', 'a story that is no UTF-8', (repository) => repository.write({ 'docs/story.md': Buffer.from('- [x] caf\xe9\n', 'latin1') })],
    ['STORY_TOO_LARGE', 'a story with 100,000 claims', (repository) => repository.write({ 'docs/story.md': '- [x] a\n'.repeat(100_000) })],
    ['FILE_TOO_LARGE', 'a story of 100 MB', ({ root }) => truncateSync(join(root, 'docs/story.md'), 100 << 20)],
    [
      'PATH_OUTSIDE',
      'a story that is a link out of the repository',
      ({ root }) => {
        rmSync(join(root, 'docs/story.md'));
        symlinkSync('/etc/hosts', join(root, 'docs/story.md'));
      },
    ],
    [
      'FILE_UNREADABLE',
      'a story that is a folder',
      ({ root }) => {
        rmSync(join(root, 'docs/story.md'));
        mkdirSync(join(root, 'docs/story.md'));
      },
    ],
    ['MANIFESTS_MISSING', 'no manifest', ({ root }) => rmSync(join(root, 'k8s'), { recursive: true })],
    ['MANIFESTS_MISSING', 'no manifest where they were said to be', () => [...review, '--manifests', 'docs']],
    ['FILE_NOT_FOUND', 'manifests that are not there', () => [...review, '--manifests', 'deploy']],
    ['UNKNOWN_REF', 'an unknown ref', () => [...review, '--ref', 'nowhere']],
    ['UNKNOWN_REF', 'a ref that looks like an option', () => [...review, '--ref=--output=x']],
    ['NOT_A_REPOSITORY', 'a ruined repository', ({ root }) => writeFileSync(join(root, '.git/HEAD'), 'x')],
    ['NOT_A_REPOSITORY', 'not a repository', ({ root }) => rmSync(join(root, '.git'), { recursive: true })],
    ['NOT_A_REPOSITORY', 'a folder that is not there', () => [...review, '--repo', 'nowhere']],
  ])('%s: %s', (code, _, spoil) => {
    using repository = new ScratchRepository(trueStory);
    const spoilt = spoil(repository);
    const args: readonly string[] = Array.isArray(spoilt) ? spoilt : review;
    const file = join(repository.root, 'review.json');
    writeFileSync(file, 'old');
    expectRefused(code, [...args, '--format', 'json', '--output', file], repository.root);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(repository.root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('UNKNOWN_REF: a repository without a commit', () => {
    using repository = new ScratchRepository({});
    repository.git('update-ref', '-d', 'HEAD');
    expectRefused('UNKNOWN_REF', [...review, '--ref', 'HEAD'], repository.root);
  });
});

describe('one file that cannot be used', () => {
  test.each<[string, string, (repository: ScratchRepository) => void]>([
    ['YAML_BROKEN', 'broken YAML', (repository) => repository.write({ 'k8s/bad.yaml': 'kind: Pod\nmetadata: {name: [a\n' })],
    ['YAML_BOUNDS', 'an alias bomb', (repository) => repository.write({ 'k8s/bad.yaml': bomb })],
    ['YAML_BOUNDS', 'aliases in a circle', (repository) => repository.write({ 'k8s/bad.yaml': 'kind: Pod\na: &a\n  b: *a\n' })],
    ['YAML_BROKEN', 'YAML nested 100,000 deep', (repository) => repository.write({ 'k8s/bad.yaml': `a: ${'['.repeat(100_000)}\n` })],
    ['FILE_NOT_TEXT', 'NUL bytes', (repository) => repository.write({ 'k8s/bad.yaml': 'kind: Pod\0\n' })],
    [
      'FILE_TOO_LARGE',
      'a file of 100 MB',
      (repository) => {
        repository.write({ 'k8s/bad.yaml': 'kind: Pod\n' });
        truncateSync(join(repository.root, 'k8s/bad.yaml'), 100 << 20);
      },
    ],
    ['PATH_OUTSIDE', 'a link out of the repository', ({ root }) => symlinkSync('/etc/hosts', join(root, 'k8s/bad.yaml'))],
    ['FILE_UNREADABLE', 'a link to itself', ({ root }) => symlinkSync('bad.yaml', join(root, 'k8s/bad.yaml'))],
    [
      'FILE_UNREADABLE',
      'a folder where a file was',
      (repository) => {
        repository.write({ 'k8s/bad.yaml': 'kind: Pod\n' });
        repository.commit();
        rmSync(join(repository.root, 'k8s/bad.yaml'));
        mkdirSync(join(repository.root, 'k8s/bad.yaml'));
      },
    ],
  ])('%s: %s is named, the others are read, and it is never an approval', (code, _, spoil) => {
    using repository = new ScratchRepository(trueStory);
    spoil(repository);
    const { code: exit, out, err } = run([...review, '--format', 'json'], repository.root);
    expect(err).toBe('');
    const report = JSON.parse(out);
    expect(report.problems).toEqual([expect.objectContaining({ path: 'k8s/bad.yaml', code, hint: expect.any(String) })]);
    expect(report.claims[0]).toMatchObject({ id: 'AC1', verdict: 'met' });
    expect([exit, report.outcome]).toEqual([1, 'CHANGES REQUESTED']);
    if (code === 'YAML_BROKEN') expect(report.problems[0].line).toEqual(expect.any(Number));
  });
});

describe('text that is made to be slow or deep', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['quotes in quotes', '> '.repeat(50_000)],
    ['lists in lists', Array.from({ length: 2000 }, (_, depth) => `${'  '.repeat(depth)}- [x] a`).join('\n')],
    ['brackets', '['.repeat(100_000)],
    ['braces', '${'.repeat(50_000)],
    ['parentheses', '$('.repeat(50_000)],
    ['stars', '*a '.repeat(100_000)],
    ['backticks', Array.from({ length: 1000 }, (_, at) => '`'.repeat(at)).join(' ')],
    ['quotation marks', '"\''.repeat(50_000)],
    ['one line of a megabyte', 'a'.repeat(1 << 20)],
    ['one path of a megabyte', 'a/'.repeat(1 << 19)],
    ['blanks', `a${' '.repeat(1 << 20)}b`],
    ['empty lines', '\n'.repeat(1 << 20)],
    ['one word after another', 'a-b_c/d.e:f '.repeat(50_000)],
    ['a table', '| a '.repeat(10_000)],
    ['HTML', '<a '.repeat(50_000)],
    ['continued lines', 'RUN a \\\n'.repeat(50_000)],
    ['here-documents', 'cat <<A\n'.repeat(20_000)],
  ];
  const story = (text: string) => `# S\n\n## Acceptance Criteria\n\n1. Namespace manifest created (\`shop\`)\n\n- [x] Create ${text}\n\n${text}\n`;

  test.each(texts)('in the story: %s', (_, text) => {
    using repository = new ScratchRepository({ ...trueStory, 'docs/story.md': story(text) });
    const { code, out, err } = run([...review, '--format', 'json'], repository.root);
    // A coded refusal would be as good an answer.
    if (code === 2) expect(err).toMatch(/^[A-Z_]+: .+\n.+\n$/);
    else expect(JSON.parse(out).claims[0]).toMatchObject({ id: 'AC1', verdict: 'met' });
  });

  test.each(texts)('in every other file: %s', (_, text) => {
    const commented = text.replaceAll('\n', '\n# ');
    using repository = new ScratchRepository({
      ...trueStory,
      'docs/story.md': `${trueStory['docs/story.md']}- [x] Document the troubleshooting of pending pods in docs/guide.md\n- [x] run.sh applies the manifests\n`,
      'docs/guide.md': `# Guide\n\n## Troubleshooting\n\n${text}\n`,
      'run.sh': `#!/bin/bash\nset -e\necho ${text}\n# ${commented}\n`,
      Dockerfile: `FROM node:24.0.0\n${text}\n`,
      'src/settings.py': `import os\nA = os.environ["A"]\n# ${commented}\nB = "${text}"\n`,
      'src/settings.ts': `const a = process.env.A;\nconst b = ${text};\n`,
      'k8s/other.yaml': `# ${commented}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\ndata:\n  a: ${JSON.stringify(text)}\n`,
      '.env': `A=${text}\n`,
    });
    const { code, out } = run([...review, '--format', 'json'], repository.root);
    expect(code).toBe(1);
    expect(JSON.parse(out).claims[0]).toMatchObject({ id: 'AC1', verdict: 'met' });
  });
});
