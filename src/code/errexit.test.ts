// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { errexitTraps, failureExits } from './errexit.ts';
import { parseScript } from './shell.ts';

const script = (text: string) => parseScript(new Source('run.sh', text));
const bash = spawnSync('bash', ['--version']).status === 0;

/** Each ends with `echo after`: whether Bash gets there is the answer that the file alone must give. */
const SCRIPTS: readonly (readonly [string, boolean])[] = [
  ['set -e\nN=0\n((N++))', true],
  ['N=0\n((N++))', false],
  ['set -e\nN=1\n((N++))', false],
  ['set -e\nN=0\n((++N))', false],
  ['set -e\nN=0\n((N++)) || true', false],
  ['set -e\nN=0\nif ((N++)); then :; fi', false],
  ['set -e\nN=0\n! ((N++))', false],
  ['set -e\nN=0\ntrue && ((N++))', true],
  ['set -e\nN=0\n((N+=1))', false],
  ['set -e\nN=0\n((N+=0))', true],
  ['set -e\nN=0\nK=0\n((N += K))', true],
  ['set -e\nN=0\nK=2\n((N += K))', false],
  ['set -e\nN=0\nlet N++', true],
  ['set -e\nN=0\nlet "N += 1"', false],
  ['set -e\nN=0\nlet N=N+1', false],
  ['set -e\n((N++))', true],
  ['set -e\ndeclare -i N\n((N++))', true],
  ['set -e\nN=0\nN=$((N+1))', false],
  ['set -e\nN=0\nN=$(expr $N + 1)', false],
  ['set -e\nfor ((i=0; i<2; i++)); do :; done', false],
  ['set -e\nN=0\npass() { ((N++)); echo pass; }\npass', true],
  ['set -e\nN=0\npass() { ((N++)); }\npass || echo no', false],
  ['set -e\nN=0\npass() { ((N++)); }\nif pass; then :; fi', false],
  ['set -e\nN=0\npass() { ((N++)); }\nmain() { pass; }\nmain || true', false],
  ['set -e\nN=0\npass() { ((N++)); }\nmain() { true && pass || false; pass; }\nmain', true],
  ['set -e\nN=0\npass() { ((N++)); }', false],
  ['pass() { ((N++)); }\nN=0\nset -e\npass', true],
  ['set -e\nN=0\nx=$( ((N++)); echo 1 )', false],
  ['set -e\nN=0\n( ((N++)) )', true],
  ['set -e\nN=0\nset +e\n((N++))\nset -e', false],
  ['set -e\nN="${COUNT_OF_NOTHING:-0}"\n((N++))', true],
];

describe('errexitTraps', () => {
  test.each(SCRIPTS)('%j holds a trap: %s', (text, trapped) => {
    expect(errexitTraps(script(text)).length > 0).toBe(trapped);
  });

  test.runIf(bash).each(SCRIPTS)('%j: Bash ends there: %s', (text, trapped) => {
    const { stdout } = spawnSync('bash', ['-c', `${text}\necho after\n`], { encoding: 'utf8', env: { PATH: process.env.PATH } });
    expect(stdout.endsWith('after\n')).toBe(!trapped);
  });

  test('says where, which variable and why', () => {
    const [trap] = errexitTraps(script('set -euo pipefail\nPASSED=0\nlog_pass() {\n  echo "ok $1"\n  ((PASSED++))\n}\nlog_pass x\n'));
    expect(trap).toMatchObject({ variable: 'PASSED', certain: true });
    expect(lineOf(trap!.place)).toBe(5);
    expect(trap!.says).toBe('the value of ((PASSED++)) is 0 the first time, so its status is 1 and set -e ends the script there');
  });

  test.each([
    ['a sum of something unknown', 'set -e\nN=0\n((N += $(wc -l < x)))'],
    ['a variable that also starts elsewhere', 'set -e\nN=0\nN=5\n((N++))'],
  ])('%s is possible, not certain', (_, text) => {
    expect(errexitTraps(script(text))).toMatchObject([{ certain: false }]);
  });

  test.each([
    ['set by a file that is sourced', 'set -e\n. ./lib.sh\n((N++))'],
    ['read at run time', 'set -e\nread -r N\n((N++))'],
    ['computed', 'set -e\nN=$(cat count)\n((N++))'],
  ])('a variable %s is none', (_, text) => {
    expect(errexitTraps(script(text))).toEqual([]);
  });
});

describe('failureExits', () => {
  test.each([
    ['set -e\nkubectl apply -f x\necho done', [1]],
    ['#!/bin/sh -e\nkubectl apply -f x\necho done', [1]],
    ['kubectl apply -f x\necho done', []],
    ['kubectl apply -f x || exit 1\necho done', [1]],
    ['kubectl apply -f x\nexit 0', []],
    ['kubectl apply -f x\nexit $FAILED', [2]],
    ['echo start\nkubectl apply -f x', [2]],
    ['check() {\n  [ "$N" = 0 ] && return 0\n  return 1\n}\ncheck', [3]],
    ['set -e\nset +e\nkubectl apply -f x\necho done', []],
  ])('%j: lines %j', (text, lines) => {
    expect(failureExits(script(text)).map(lineOf)).toEqual(lines);
  });
});
