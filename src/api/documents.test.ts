import { expect, test } from 'vitest';
import { clientRoutesFile, openApiFile } from './documents.ts';
import { openApi } from './openapi.ts';
import type { AnyOperation } from './operation.ts';
import { operations } from './operations.ts';

test('docs/openapi.json is what the operations say', async () => {
  await expect(openApiFile()).toMatchFileSnapshot('../../docs/openapi.json');
});

test('the client knows the same routes', async () => {
  await expect(clientRoutesFile()).toMatchFileSnapshot('client-routes.ts');
});

test.each(Object.entries<AnyOperation>(operations))(
  '%s: its id is its name, its path names its params, and no name stands in two places',
  (name, operation) => {
    expect(operation.id).toBe(name);
    expect([...operation.path.matchAll(/:(\w+)/g)].map(([, param]) => param)).toEqual(Object.keys(operation.params.shape));
    const names = [operation.params, operation.query, operation.headers, operation.body].flatMap(({ shape }) => Object.keys(shape));
    expect(names.length).toBe(new Set(names).size);
  },
);

test('every reference of the document leads somewhere', () => {
  const document = openApi() as { components: { schemas: object } };
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
  expect(references.length).toBeGreaterThan(0);
  for (const reference of references) expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''));
});
