import { describe, expect, test } from 'vitest';
import { lineOf } from '../checkout/source.ts';
import { findAll } from './find.ts';
import { imageTagLatest } from './image-tag-latest.ts';
import { deployment, type Files, inventoryOf } from './test-rule.ts';

const accepted = (files: Files) =>
  findAll(inventoryOf(files), [imageTagLatest]).map(({ rule, accepted, at, args }) => [rule, lineOf(at), accepted ?? args.why ?? 'open']);

const web = (line: string) => `kind: Pod\napiVersion: v1\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n${line}`;

describe('a comment accepts one place', () => {
  test('at the end of the line', () =>
    expect(accepted(web('      image: web # ai-agents: allow image-tag-latest built by the pipeline\n'))).toEqual([
      ['image-tag-latest', 7, 'built by the pipeline'],
    ]));

  test('above the line, among other comments', () =>
    expect(accepted(web('      # ai-agents: allow image-tag-latest built by the pipeline\n      # see docs/build.md\n      image: web\n'))).toEqual([
      ['image-tag-latest', 9, 'built by the pipeline'],
    ]));

  test('but not two lines above', () =>
    expect(accepted(web('      # ai-agents: allow image-tag-latest built by the pipeline\n      imagePullPolicy: Always\n      image: web\n'))).toEqual([
      ['image-tag-latest', 9, 'open'],
      ['allow-unused', 7, 'image-tag-latest finds nothing on line 8'],
    ]));

  test('only of the rule it names', () =>
    expect(accepted(web('      image: web # ai-agents: allow run-as-root built by the pipeline\n'))).toEqual([['image-tag-latest', 7, 'open']]));

  test('only with a reason', () =>
    expect(accepted(web('      image: web # ai-agents: allow image-tag-latest\n'))).toEqual([
      ['image-tag-latest', 7, 'open'],
      ['allow-unused', 7, 'it gives no reason'],
    ]));

  test('only of a rule that exists', () =>
    expect(accepted(web('      image: web:1 # ai-agents: allow image-tag-newest it is pinned\n      # ai-agents: allow\n'))).toEqual([
      ['allow-unused', 7, 'there is no rule image-tag-newest'],
      ['allow-unused', 8, 'it names no rule'],
    ]));
});

test('a guide that shows such a comment accepts nothing and is no finding', () =>
  expect(accepted({ 'docs/rules.md': '    # ai-agents: allow image-tag-latest because\n', 'k8s/web.yaml': deployment('web') })).toEqual([]));

test('findings come worst first, then by path and place, whatever the order of the files', () => {
  const files = { 'b.yaml': deployment('b', { image: 'b' }), 'a.yaml': deployment('a', { image: 'a' }), 'B.yaml': deployment('c', { image: 'c' }) };
  const paths = (named: Record<string, string>) => findAll(inventoryOf(named), [imageTagLatest]).map(({ at }) => at.source.path);
  expect(paths(files)).toEqual(['B.yaml', 'a.yaml', 'b.yaml']);
  expect(paths(Object.fromEntries(Object.entries(files).reverse()))).toEqual(['B.yaml', 'a.yaml', 'b.yaml']);
});

test('a rule that throws ends the run: a silent gap would look like a pass', () => {
  const broken = {
    ...imageTagLatest,
    find: () => {
      throw new Error('bug');
    },
  };
  expect(() => findAll(inventoryOf(deployment('web')), [broken])).toThrow('bug');
});
