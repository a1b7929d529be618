// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is a Dockerfile
import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { copiesOf, environmentOf, finalStage, parseDockerfile, portsOf, programOf, userOf, wordsOf } from './dockerfile.ts';

const dockerfile = (text: string) => parseDockerfile(new Source('Dockerfile', text));
const only = (text: string) =>
  dockerfile(`FROM a\n${text}`)
    .stages[0]!.instructions.slice(1)
    .map(({ keyword, text: words }) => [keyword, words]);

describe('parseDockerfile', () => {
  test('gives stages with their image, name and base', () => {
    const { stages } = dockerfile('FROM --platform=$BUILDPLATFORM node:24-slim AS build\nRUN a\nFROM build as test\nFROM ghcr.io/x/y@sha256:abc\nUSER 1\n');
    expect(stages.map(({ name, from, base }) => [name, from.repository, from.tag, from.digest, base?.name])).toEqual([
      ['build', 'node', '24-slim', undefined, undefined],
      ['test', 'build', undefined, undefined, 'build'],
      [undefined, 'x/y', undefined, 'sha256:abc', undefined],
    ]);
    expect(stages.map(({ place }) => lineOf(place))).toEqual([1, 3, 4]);
  });

  test.each([
    ['ARG V=3.12\nFROM python:${V}-slim', 'python:3.12-slim'],
    ['ARG V=3.12\nFROM python:$V', 'python:3.12'],
    ['ARG V\nFROM python:$V', 'python:$V'],
    ['FROM python:${V:-3.11}', 'python:3.11'],
    ['ARG R=ghcr.io\nARG I="${R}/x"\nFROM $I:1', 'ghcr.io/x:1'],
    ['ARG A=1 B=2\nFROM x:$B', 'x:2'],
    ['FROM a\nARG V=1\nFROM x:$V', 'x:$V'],
  ])('%j is built from %s', (text, reference) => {
    expect(dockerfile(text).stages.at(-1)?.from.reference).toBe(reference);
  });

  test('joins continued lines, over comments and empty lines, and keeps the place', () => {
    const text = 'FROM a\nRUN apt-get update && \\\n    # why\n\n    apt-get install -y \\\n  curl\nUSER x\n';
    const [, run, user] = dockerfile(text).stages[0]!.instructions;
    expect(run).toMatchObject({ keyword: 'RUN', text: 'apt-get update && apt-get install -y curl' });
    expect(text.slice(run!.place.start, run!.place.end)).toBe(text.slice(7, -8));
    expect(lineOf(user!.place)).toBe(7);
  });

  test.each([
    ['run echo 1', [['RUN', 'echo 1']]],
    ['RUN foo\\\nbar', [['RUN', 'foobar']]],
    ['# RUN x\nRUN y # z', [['RUN', 'y # z']]],
    ['RUN --mount=type=cache,target=/x --network=none make', [['RUN', 'make']]],
    [
      'RUN <<EOF\nUSER root\nEOF\nUSER 1',
      [
        ['RUN', '<<EOF'],
        ['USER', '1'],
      ],
    ],
    [
      'RUN <<-"E"\n\ta\n\tE\nUSER 1',
      [
        ['RUN', '<<-"E"'],
        ['USER', '1'],
      ],
    ],
    [
      'COPY <<A <<B /x/\n1\nA\n2\nB\nUSER 1',
      [
        ['COPY', '<<A <<B /x/'],
        ['USER', '1'],
      ],
    ],
    [
      'RUN echo $((1<<2))\nUSER 1',
      [
        ['RUN', 'echo $((1<<2))'],
        ['USER', '1'],
      ],
    ],
    [
      'RUN a\r\nUSER 1\r\n',
      [
        ['RUN', 'a'],
        ['USER', '1'],
      ],
    ],
    [
      'RUN a \\\r\n  b\r\nUSER 1',
      [
        ['RUN', 'a b'],
        ['USER', '1'],
      ],
    ],
    ['  EXPOSE 80', [['EXPOSE', '80']]],
    ['CMD', [['CMD', '']]],
  ])('%j', (text, expected) => {
    expect(only(text)).toEqual(expected);
  });

  test('keeps what a here-document says, and its place to the end', () => {
    const text = 'FROM a\nRUN <<EOF\nline 1\nline 2\nEOF\nUSER 1';
    const run = dockerfile(text).stages[0]!.instructions[1]!;
    expect(run.heredocs).toEqual(['line 1\nline 2\n']);
    expect(text.slice(run.place.start, run.place.end)).toBe('RUN <<EOF\nline 1\nline 2\nEOF');
  });

  test('follows the escape directive', () => {
    expect(dockerfile('# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN dir C:\\ `\n  x').stages[0]!.instructions[1]?.text).toBe('dir C:\\ x');
  });

  test.each(['', '# only a comment\n', 'RUN x\n', 'just words'])('%j has no FROM, which is a problem', (text) => {
    expect(dockerfile(text)).toMatchObject({ stages: [], problem: { path: 'Dockerfile', problem: { code: 'DOCKERFILE_BROKEN' } } });
  });

  test.each([
    ['one long line', `FROM a\nRUN ${'x'.repeat(1_000_000)}`],
    ['blanks', `FROM a\nRUN ${' '.repeat(1_000_000)}x`],
    ['quotes', `FROM a\nENV A="${'\\"'.repeat(500_000)}`],
    ['continuations', `FROM a\nRUN ${'\\\n'.repeat(500_000)}`],
    ['here-documents that never end', `FROM a\n${'RUN <<E\n'.repeat(100_000)}`],
    ['many here-documents on one line', `FROM a\nRUN ${'<<E '.repeat(200_000)}\n`],
    ['flags', `FROM a\nRUN ${'--x '.repeat(200_000)}`],
    ['variables', `FROM a\nEXPOSE ${'$'.repeat(500_000)}\nUSER ${'${'.repeat(300_000)}`],
    ['stages', 'FROM a AS a\n'.repeat(50_000)],
    ['comments', `${'# x\n'.repeat(200_000)}FROM a`],
  ])('%s: reads a megabyte quickly', (_, text) => {
    const started = performance.now();
    const parsed = dockerfile(text);
    portsOf(parsed);
    userOf(parsed);
    environmentOf(parsed);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(parsed.stages.length).toBeGreaterThan(0);
  });
});

describe('questions about a Dockerfile', () => {
  const text = [
    'ARG PORT=8000',
    'FROM python:3.12 AS base',
    'ENV HOME=/app MODE="a b"',
    'USER 1000:1000',
    'EXPOSE 9000/udp',
    'CMD ["base"]',
    'FROM golang:1 AS build',
    'RUN make',
    'FROM base AS final',
    'ARG PORT',
    'ENV LEGACY one two',
    'COPY --from=build --chown=app /out/app /usr/bin/',
    'COPY ["a b", "c", "/dst"]',
    'EXPOSE $PORT 7000-7002',
    'USER app',
    'ENTRYPOINT ["app", "--port", "8000"]',
    'FROM base AS other',
    'CMD gunicorn "my app:wsgi" -b 0.0.0.0:8000',
  ].join('\n');
  const parsed = dockerfile(text);

  test('finds the stage that is built', () => {
    expect(finalStage(parsed)?.name).toBe('other');
    expect(finalStage(parsed, 'FINAL')?.name).toBe('final');
    expect(finalStage(parsed, '1')?.name).toBe('build');
    expect(finalStage(parsed, 'none')).toBeUndefined();
  });

  test('finds ports, those of the base too', () => {
    expect(portsOf(parsed, 'final').map(({ number, protocol, place }) => [number, protocol, lineOf(place)])).toEqual([
      [9000, 'UDP', 5],
      [8000, 'TCP', 14],
      [7000, 'TCP', 14],
      [7001, 'TCP', 14],
      [7002, 'TCP', 14],
    ]);
  });

  test('finds the last user, that of the base when the stage has none', () => {
    expect(userOf(parsed, 'final')).toMatchObject({ user: 'app', group: undefined });
    expect(userOf(parsed)).toMatchObject({ user: '1000', group: '1000' });
    expect(userOf(parsed, 'build')).toBeUndefined();
  });

  test('finds the environment', () => {
    expect(Array.from(environmentOf(parsed, 'final'), ([name, { value }]) => [name, value])).toEqual([
      ['HOME', '/app'],
      ['MODE', 'a b'],
      ['LEGACY', 'one two'],
    ]);
  });

  test('finds what runs: exec form and shell form, and an ENTRYPOINT that drops the CMD of its base', () => {
    expect(programOf(parsed, 'final')).toMatchObject({ entrypoint: { form: 'exec', words: ['app', '--port', '8000'] }, cmd: undefined });
    expect(programOf(parsed)).toMatchObject({ entrypoint: undefined, cmd: { form: 'shell', words: ['gunicorn', 'my app:wsgi', '-b', '0.0.0.0:8000'] } });
    expect(programOf(parsed, 'build')).toEqual({ entrypoint: undefined, cmd: undefined });
  });

  test('finds what is copied', () => {
    expect(copiesOf(finalStage(parsed, 'final')!).map(({ sources, destination, from }) => [sources, destination, from])).toEqual([
      [['/out/app'], '/usr/bin/', 'build'],
      [['a b', 'c'], '/dst', undefined],
    ]);
  });

  test.each([
    [`a "b c" 'd e' f\\ g`, ['a', 'b c', 'd e', 'f g']],
    ['a""b ""', ['ab', '']],
    ['"open', ['open']],
    ['', []],
  ])('splits %j into words', (words, expected) => {
    expect(wordsOf(words)).toEqual(expected);
  });
});
