import { describe, expect, test } from 'vitest';
import { deployment, type Files, inventoryOf, object } from '../rules/test-rule.ts';
import { isFragment, isPatched } from './kustomization.ts';

const fragments = (files: Files): string[] => {
  const inventory = inventoryOf(files);
  return inventory.resources.filter((resource) => isFragment(inventory, resource)).map(({ source }) => source.path);
};

const PIECE = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, resources: {} }] } } }\n';

describe('a piece of an object is not judged as a whole one', () => {
  test.each([
    ['a file under patches', { 'p/kustomization.yaml': 'patches: [{ path: web.yaml }]\n', 'p/web.yaml': deployment('web') }, ['p/web.yaml']],
    [
      'a file under patchesStrategicMerge',
      { 'p/kustomization.yaml': 'patchesStrategicMerge: [../x/web.yaml]\n', 'x/web.yaml': deployment('web') },
      ['x/web.yaml'],
    ],
    [
      'a file that is called a patch',
      { 'p/manager_image_patch.yaml': deployment('web'), 'p/patches/web.yaml': deployment('web'), 'p/dispatch.yaml': deployment('d') },
      ['p/manager_image_patch.yaml', 'p/patches/web.yaml'],
    ],
    ['what could not be applied alone, beside the whole', { 'base/web.yaml': deployment('web'), 'prod/web.yaml': PIECE }, ['prod/web.yaml']],
    ['but not when there is no whole one: then it is a mistake', { 'prod/web.yaml': PIECE }, []],
    ['nor two whole ones: they are two environments', { 'dev/web.yaml': deployment('web'), 'prod/web.yaml': deployment('web') }, []],
  ])('%s', (_name, files, expected) => expect(fragments(files as unknown as Files)).toEqual(expected));
});

describe('what a patch mentions is not missing in its base', () => {
  const base = { 'base/web.yaml': deployment('web') };
  test.each([
    ['by kind and name', 'patches:\n  - target: { kind: Deployment, name: web }\n    patch: "- { op: add, path: /spec/replicas, value: 2 }"\n', true],
    ['by kind', 'patches:\n  - target: { kind: Deployment }\n    patch: "- { op: add, path: /spec/replicas, value: 2 }"\n', true],
    ['by a pattern of names', 'patches:\n  - target: { kind: Deployment, name: "w.*" }\n    patch: "- { op: add, path: /spec/replicas, value: 2 }"\n', true],
    ['of another name', 'patches:\n  - target: { kind: Deployment, name: api }\n    patch: "- { op: add, path: /spec/replicas, value: 2 }"\n', false],
    ['of another field', 'patches:\n  - target: { kind: Deployment }\n    patch: "- { op: add, path: /spec/paused, value: true }"\n', false],
    ['inline, as a piece of the object', 'patches:\n  - patch: |\n      kind: Deployment\n      metadata: { name: web }\n      spec: { replicas: 2 }\n', true],
    ['by the list of replicas', 'replicas: [{ name: web, count: 2 }]\n', true],
  ])('%s', (_name, kustomization, expected) => {
    const inventory = inventoryOf({ ...base, 'prod/kustomization.yaml': kustomization });
    expect(isPatched(inventory, inventory.workloads[0]!, 'replicas')).toBe(expected);
  });

  test("in Flux's own Kustomization", () => {
    const flux = object(
      'kustomize.toolkit.fluxcd.io/v1',
      'Kustomization',
      'web',
      'spec:\n  patches:\n    - target: { kind: Deployment }\n      patch: "- { op: add, path: /spec/replicas, value: 2 }"',
    );
    const inventory = inventoryOf({ ...base, 'flux.yaml': flux });
    expect(isPatched(inventory, inventory.workloads[0]!, 'replicas')).toBe(true);
  });
});
