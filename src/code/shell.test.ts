// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell
import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { parseScript } from './shell.ts';

export const script = (text: string, path = 'deploy/run.sh') => parseScript(new Source(path, text));

describe('parseScript', () => {
  test('lists simple commands with name, arguments, place and function, wherever they stand', () => {
    const text = 'f() {\n  kubectl apply -f "k8s/a b.yaml"\n}\nfor x in 1 2; do echo "$(date +%s)" | tee out; done\n';
    const { commands, functions } = script(text);
    expect(commands.map(({ name, args, inFunction }) => [name, args, inFunction])).toEqual([
      ['kubectl', ['apply', '-f', 'k8s/a b.yaml'], 'f'],
      ['echo', ['$(date +%s)'], undefined],
      ['date', ['+%s'], undefined],
      ['tee', ['out'], undefined],
    ]);
    expect(commands.map(({ place }) => text.slice(place.start, place.end))).toEqual([
      'kubectl apply -f "k8s/a b.yaml"',
      'echo "$(date +%s)"',
      'date +%s',
      'tee out',
    ]);
    expect(Array.from(functions, ([name, place]) => [name, lineOf(place)])).toEqual([['f', 1]]);
  });

  test.each([
    ['a', false],
    ['if a; then b; fi', true],
    ['while a; do b; done', true],
    ['until a; do b; done', true],
    ['a && b', true],
    ['b && a', false],
    ['b || a', false],
    ['b && a || c', true],
    ['! a', true],
    ['a | b', true],
    ['set -o pipefail; a | b', false],
    ['b | a', false],
    ['a &', true],
    ['if b; then a; fi', false],
    ['if { a; c; }; then b; fi', true],
    ['(a) || b', true],
    ['{ a; }', false],
  ])('%s: whether the failure of a is tested is %s', (text, tested) => {
    expect(script(text).commands.find(({ name }) => name === 'a')?.tested).toBe(tested);
  });

  test.each([
    ['set -e\na', true],
    ['set -euo pipefail\na', true],
    ['set -o errexit\na', true],
    ['set -u\na', false],
    ['set -e\nset +e\na', false],
    ['set -e +e\na', false],
    ['set -- -e\na', false],
    ['#!/bin/bash -e\na', true],
    ['#!/usr/bin/env bash\na', false],
    ['(set -e; b)\na', false],
    ['set -e\nx=$(a)', false],
    ['#!/bin/sh\nset -e\nx=$(a)', true],
    ['f() { a; }\nset -e\nf', true],
    ['set -e\nf() { a; }\nset +e\nf', false],
    ['f() { a; }\nx=$(f)\nset -e\nf', true],
    ['main() { set -e; a; }\nmain', true],
  ])('%j: whether set -e is on at a is %s', (text, on) => {
    expect(script(text).commands.find(({ name }) => name === 'a')?.options.errexit).toBe(on);
  });

  test('lists assignments with what they read', () => {
    const { assignments } = script(
      'A=1\nB="${1:-kind}-$A"\nfor f in k8s/*.yaml; do :; done\nlocal c\nexport D=$(cat "$E")\nF+=(x "$G")\nread -r H <<<"$I"\nprintf -v J "%s" "$K"\nL=1 cmd',
    );
    expect(assignments.map(({ name, by, values, exported }) => [name, by, values.flatMap(({ reads }) => reads), exported])).toEqual([
      ['A', '=', [], false],
      ['B', '=', ['1', 'A'], false],
      ['f', 'for', [], false],
      ['c', 'declaration', [], false],
      ['D', '=', ['E'], true],
      ['F', '+=', ['G'], false],
      ['H', 'input', ['I'], false],
      ['J', 'input', ['K'], false],
    ]);
  });

  test('links a pipe: who reads whose output', () => {
    const { commands } = script('a | b | { c; d; }');
    expect(commands.map(({ name, pipedFrom }) => [name, pipedFrom.map((from) => from.name)])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['b']],
      ['d', ['b']],
    ]);
  });

  test('reads what stands in a handler, and here-documents as text', () => {
    const text = "trap 'rm -f \"$T\"; kubectl delete ns x' EXIT\ncat <<EOF\n$A $(date)\nEOF\ncat <<'EOF'\n$B\nEOF\n";
    const { commands } = script(text);
    expect(commands.map(({ name, place }) => [name, place.source.position(place.start).line])).toEqual([
      ['trap', 1],
      ['rm', 1],
      ['kubectl', 1],
      ['cat', 2],
      ['date', 3],
      ['cat', 5],
    ]);
    const [first, second] = commands.filter(({ name }) => name === 'cat');
    expect(first?.redirects[0]?.target.reads).toEqual(['A']);
    expect(second?.redirects[0]?.target.reads).toEqual([]);
    expect(text.slice(commands[2]!.place.start, commands[2]!.place.end)).toBe('kubectl delete ns x');
  });

  test('gives places inside escaped backticks as the place of the whole substitution', () => {
    const text = 'x=`echo \\`hostname\\``';
    const { commands } = script(text);
    expect(commands.map(({ name, place }) => [name, text.slice(place.start, place.end)])).toEqual([
      ['hostname', '`echo \\`hostname\\``'],
      ['echo', '`echo \\`hostname\\``'],
    ]);
  });

  test.each([
    ['an open quote', 'echo ok\necho "never closed', 2],
    ['an if without fi', 'if a; then\nb\n', 3],
    ['a stray parenthesis', 'a\nfoo ) bar', 2],
    ['a broken substitution', 'a\nb\nx=$(if)', 3],
  ])('%s is a problem with its line, and no half-read script', (_, text, line) => {
    const { problem, commands } = script(text);
    expect(problem).toMatchObject({ path: 'deploy/run.sh', line, problem: { code: 'SCRIPT_BROKEN' } });
    expect(commands).toEqual([]);
  });

  test('reads CRLF, empty files and NUL without throwing', () => {
    expect(script('').commands).toEqual([]);
    expect(script('a\r\nb\r\n').commands).toHaveLength(2);
    expect(script('a\0b').problem).toBeUndefined();
  });

  test.each([
    ['$(', 100_000],
    ['"$(', 100_000],
    ['${a:-', 100_000],
    ['((', 100_000],
    ['f(){ ', 100_000],
    ['coproc ', 100_000],
    ["$'", 100_000],
    ['`', 100_001],
    ['<(', 100_000],
  ])('%s over and over ends quickly', (piece, times) => {
    const started = performance.now();
    script(piece.repeat(times));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('a long sum or a long chain of calls does not overflow the stack', () => {
    expect(script(`((${'1+'.repeat(200_000)}1))`).commands).toHaveLength(1);
    const chain = Array.from({ length: 20_000 }, (_, index) => `f${index}() { f${index + 1}; }`).join('\n');
    expect(script(`${chain}\nset -e\nf0`).commands.find(({ inFunction }) => inFunction === 'f19999')?.options.errexit).toBe(true);
  });
});
