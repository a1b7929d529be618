import { describe, expect, test } from 'vitest';
import { get } from '../manifest/yaml.ts';
import { named, nearest, podsBehind, selected, servicesBefore } from './neighbours.ts';
import { deployment, inventoryOf, object, service } from './test-rule.ts';

const config = (namespace?: string) => object('v1', 'ConfigMap', 'web', 'data: {}', namespace);
const paths = (found: readonly { source: { path: string } }[]) => found.map(({ source }) => source.path);

describe('named', () => {
  const inventory = inventoryOf({ 'a.yaml': config('a'), 'b.yaml': config('b'), 'c.yaml': config() });
  test('a stated namespace goes with itself and with none', () =>
    expect(paths(named(inventory, 'ConfigMap', 'web', { namespace: 'a' }))).toEqual(['a.yaml', 'c.yaml']));
  test('an unstated one goes with every other', () =>
    expect(paths(named(inventory, 'ConfigMap', 'web', { namespace: undefined }))).toEqual(['a.yaml', 'b.yaml', 'c.yaml']));
  test('a cluster object has none', () => {
    const roles = inventoryOf(object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'web', '', 'b'));
    expect(named(roles, 'ClusterRole', 'web', { namespace: 'a' })).toHaveLength(1);
  });
  test('a custom kind of the same name is another', () => {
    expect(named(inventoryOf(object('serving.knative.dev/v1', 'Service', 'web')), 'Service', 'web', { namespace: undefined })).toEqual([]);
  });
});

test('nearest: the same file, then the same folder, then the next one above', () => {
  const inventory = inventoryOf({ 'a/x/one.yaml': config() + config(), 'a/x/two.yaml': config(), 'a/y.yaml': config(), 'b.yaml': config() });
  const [first, second, sameFolder, above, other] = inventory.resources;
  expect(nearest([second!, sameFolder!, above!, other!], first!)).toEqual([second]);
  expect(nearest([sameFolder!, above!, other!], first!)).toEqual([sameFolder]);
  expect(nearest([above!, other!], first!)).toEqual([above]);
});

test('of two sets with the same names each Service leads to the pods beside it', () => {
  const set = deployment('web') + service('web');
  const inventory = inventoryOf({ 'dev/web.yaml': set, 'prod/web.yaml': set });
  const services = inventory.ofKind('Service');
  expect(services.map((each) => paths(podsBehind(inventory, each)))).toEqual([['dev/web.yaml'], ['prod/web.yaml']]);
  expect(inventory.workloads.map((each) => paths(servicesBefore(inventory, each)))).toEqual([['dev/web.yaml'], ['prod/web.yaml']]);
});

test('an empty selector selects every pod of the namespace, one that the API server refuses none', () => {
  const policy = (selector: string) => object('networking.k8s.io/v1', 'NetworkPolicy', 'web', `spec: { podSelector: ${selector} }`, 'a');
  const count = (selector: string) => {
    const inventory = inventoryOf(deployment('web', { namespace: 'a' }) + deployment('api', { namespace: 'b' }) + policy(selector));
    const [found] = inventory.ofKind('NetworkPolicy');
    return selected(inventory, get(found!.node, 'spec', 'podSelector'), found!).length;
  };
  expect([count('{}'), count('{ matchLabels: { app: web } }'), count('{ app: web }')]).toEqual([1, 1, 0]);
});
