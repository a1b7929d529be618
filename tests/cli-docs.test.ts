import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../src/cli/commands.ts';
import { commandsPage, errorsPage } from '../src/cli/pages.ts';
import { reviewSchema } from '../src/report/schema.ts';

// Each page is compared with what generates it; `-u` writes it anew.

test('docs/cli.md is the help of every command', async () => {
  const page = await commandsPage();
  for (const { name } of commands) expect(page).toContain(`## ai-agents ${name}\n`);
  await expect(page).toMatchFileSnapshot('../docs/cli.md');
});

test('docs/errors.md has every Problem of src/errors.ts', async () => {
  const page = errorsPage();
  const codes = Array.from(readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8').matchAll(/new Problem\(\s*'([A-Z_]+)'/g), ([, code]) => code);
  expect(codes.length).toBeGreaterThan(20);
  for (const code of codes) expect(page).toContain(`| \`${code}\` |`);
  await expect(page).toMatchFileSnapshot('../docs/errors.md');
});

test('docs/review.schema.json is what a report is', async () => {
  await expect(reviewSchema()).toMatchFileSnapshot('../docs/review.schema.json');
});
