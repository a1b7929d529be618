import { expect, test } from 'vitest';
import { allowUnused } from './allow.ts';
import { findAll } from './find.ts';
import { exampleFiles, generated, present } from './generate.ts';
import { rules } from './index.ts';
import { sentence } from './sentence.ts';
import { inventoryOf } from './test-rule.ts';

test.each(rules)('$id: its two examples do what its page says', (rule) => {
  const found = [...rule.find(inventoryOf(exampleFiles(rule.fails)))];
  expect(found).not.toEqual([]);
  for (const { args } of found) {
    expect(sentence(rule.says, args)).not.toMatch(/[{}]/);
    expect(sentence(rule.fix, args)).not.toMatch(/[{}]/);
  }
  expect([...rule.find(inventoryOf(exampleFiles(rule.passes)))]).toEqual([]);
});

test('allow-unused: its two examples do what its page says', () => {
  const ids = (example: string) => findAll(inventoryOf(exampleFiles(example))).map(({ rule }) => rule);
  expect(ids(allowUnused.fails)).toContain(allowUnused.id);
  expect(ids(allowUnused.passes)).not.toContain(allowUnused.id);
});

test('ids are unique and words are whole sentences', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { says, because, fix } of rules) for (const text of [says, because, fix]) expect(text).toMatch(/^[A-Z`{].*\.$/s);
});

test('index.ts and docs/rules are what `npm run generate` writes', async () => {
  const files = await generated();
  const stands = present();
  expect(Array.from(stands.keys()).sort()).toEqual(Array.from(files.keys()).sort());
  for (const [file, text] of files) expect(stands.get(file), `${file} is stale: run npm run generate`).toBe(text);
});
