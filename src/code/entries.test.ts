import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { entriesOf } from './entries.ts';

const read = (path: string, text: string) =>
  entriesOf(new Source(path, text)).map(({ name, value, section, comment, place }) => [name, value, section, comment, lineOf(place)]);

describe('entriesOf', () => {
  test('variables, those in comments marked', () =>
    expect(read('.env.example', 'A=1\n# a sentence\n# B="two words"\nexport C=x # why\n')).toEqual([
      ['A', '1', '', false, 1],
      ['B', 'two words', '', true, 3],
      ['C', 'x', '', false, 4],
    ]));
  test('patterns', () =>
    expect(read('web/.dockerignore', '# no\nnode_modules/\n\n!keep\n')).toEqual([
      ['node_modules/', undefined, '', false, 2],
      ['!keep', undefined, '', false, 4],
    ]));
  test('targets, not variables', () =>
    expect(read('Makefile', '.PHONY: test lint\nX := 1\nY ?= a:b\ntest lint: build\n\techo a: b\n%.o: %.c\n')).toEqual([
      ['.PHONY', undefined, '', false, 1],
      ['test', undefined, '', false, 4],
      ['lint', undefined, '', false, 4],
    ]));
  test('settings below their section, and packages of lists', () =>
    expect(read('pyproject.toml', '[project]\ndependencies = [\n  "boto3>=1.43",\n  "uvicorn[standard]",\n]\n[tool.ruff]\nline-length = 100\n')).toEqual([
      ['dependencies', '[', 'project', false, 2],
      ['boto3', '>=1.43', 'dependencies', false, 3],
      ['uvicorn', undefined, 'dependencies', false, 4],
      ['line-length', '100', 'tool.ruff', false, 7],
    ]));
  test('requirements', () =>
    expect(read('requirements-dev.txt', '-r base.txt\npytest==8.1 ; python_version > "3"\n')).toEqual([['pytest', '==8.1', '', false, 2]]));
  test('nothing of a file of another sort', () => expect(read('main.py', 'A=1\n')).toEqual([]));
});
