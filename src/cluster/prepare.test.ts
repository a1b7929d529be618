import { describe, expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { Inventory } from '../manifest/inventory.ts';
import { isClusterScoped } from '../manifest/resource.ts';
import type { Discovery, ServedKind } from './discovery.ts';
import { prepare } from './prepare.ts';

const MISSING = new Set(['ServiceMonitor']);
const kinds: Discovery = {
  all: [],
  find: (apiVersion, kind) =>
    MISSING.has(kind)
      ? undefined
      : ({
          group: '',
          version: apiVersion,
          kind,
          plural: `${kind.toLowerCase()}s`,
          namespaced: !isClusterScoped(kind),
          verbs: ['list', 'watch'],
        } satisfies ServedKind),
};

function prepared(files: Record<string, string>, options: Partial<Parameters<typeof prepare>[1]> = {}) {
  const inventory = new Inventory(
    Object.keys(files),
    Object.entries(files).map(([path, text]) => new Source(path, text)),
  );
  return prepare(inventory, {
    namespace: 'proof-1',
    proof: '1',
    kinds,
    allowClusterScoped: false,
    images: new Map(),
    requests: 1,
    secrets: new Map(),
    ...options,
  });
}
const object = (apiVersion: string, kind: string, name: string, rest = '') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n${rest}\n---\n`;

test('namespace, configuration, accounts, rights, storage, policies, Services, databases, workloads, autoscalers, routes', () => {
  const order = [
    'Ingress',
    'HorizontalPodAutoscaler',
    'Deployment',
    'StatefulSet',
    'Service',
    'NetworkPolicy',
    'PersistentVolumeClaim',
    'RoleBinding',
    'Role',
    'ServiceAccount',
    'ConfigMap',
  ];
  const { objects } = prepared({ 'a.yaml': order.map((kind) => object('v1', kind, 'x')).join('') });
  expect(objects.map(({ object }) => object.kind)).toEqual(order.toReversed());
});

test('what would touch the rest of the cluster is left out or taken inside', () => {
  const { objects, leftOut } = prepared({
    'a.yaml':
      object('v1', 'ClusterRole', 'admin') +
      object('v1', 'ServiceMonitor', 'm') +
      object('networking.k8s.io/v1', 'Ingress', 'web', 'spec: {rules: [{host: shop.example.com}], tls: [{hosts: [shop.example.com]}]}') +
      object('v1', 'Service', 'web', 'spec: {clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30080}]}') +
      object('v1', 'Service', 'headless', 'spec: {clusterIP: None, ports: [{port: 80}]}'),
  });
  expect(leftOut.map(({ ref, reason }) => [ref, reason])).toEqual([
    ['ClusterRole/admin', 'not-allowed'],
    ['ServiceMonitor/m', 'missing-kind'],
  ]);
  const spec = (name: string) => objects.find(({ ref }) => ref === name)!.object.spec;
  expect(spec('Ingress/web')).toEqual({ rules: [{ host: 'shop.example.com.proof-1.invalid' }], tls: [{ hosts: ['shop.example.com.proof-1.invalid'] }] });
  expect(spec('Service/web')).toEqual({ ports: [{ port: 80 }] });
  expect(spec('Service/headless')).toEqual({ clusterIP: 'None', ports: [{ port: 80 }] });
});

test('each namespace of the manifests gets one of the proof', () => {
  const other = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: jobs}\n';
  const { namespaces, objects } = prepared({ 'a.yaml': object('v1', 'ConfigMap', 'a') + object('v1', 'ConfigMap', 'b') + other });
  expect(Object.fromEntries(namespaces)).toEqual({ shop: 'proof-1', jobs: 'proof-1-jobs' });
  expect(objects.map(({ ref }) => ref)).toEqual(['ConfigMap/a (shop)', 'ConfigMap/b (shop)', 'ConfigMap/c (jobs)']);
});

test('an object that is there twice is no deployment', () => {
  expect(() => prepared({ 'a.yaml': object('v1', 'ConfigMap', 'a'), 'b.yaml': object('v1', 'ConfigMap', 'a') })).toThrow(
    'ConfigMap/a is defined twice, in a.yaml:3 and in b.yaml:3',
  );
});

test('images are replaced by reference or by repository', () => {
  const pod = (image: string) => object('v1', 'Pod', image.replace(/\W/g, '-'), `spec: {containers: [{name: c, image: "${image}"}]}`);
  const images = new Map([
    ['shop/api', 'local/api:1'],
    ['redis:7', 'redis:8'],
  ]);
  const { objects } = prepared({ 'a.yaml': pod('shop/api:2.0') + pod('redis:7') + pod('redis:6') }, { images });
  expect(objects.map(({ object }) => (object.spec as { containers: { image: string }[] }).containers[0]!.image)).toEqual(['local/api:1', 'redis:8', 'redis:6']);
});

test('a manifest cannot lift the guard by itself; its own egress policies can', () => {
  const labels = 'spec: {selector: {}, template: {metadata: {labels: {app: web, ai-agents/egress: own}}, spec: {containers: []}}}';
  const policy = object('networking.k8s.io/v1', 'NetworkPolicy', 'p', 'spec: {podSelector: {}, policyTypes: [Egress]}');
  const labelsOf = (text: string) =>
    (prepared({ 'a.yaml': text }).objects.find(({ ref }) => ref === 'Deployment/web')!.object.spec as { template: { metadata: { labels: object } } }).template
      .metadata.labels;
  expect(labelsOf(object('apps/v1', 'Deployment', 'web', labels))).toEqual({ app: 'web' });
  expect(labelsOf(object('apps/v1', 'Deployment', 'web', labels) + policy)).toEqual({ app: 'web', 'ai-agents/egress': 'own' });
});

test('a template gives way to the real thing, and to the user’s own Secret', () => {
  const secret = (value: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {password: ${value}}\n`;
  const template = { 'secret.yaml.example': secret('CHANGEME') };
  expect(prepared({ ...template, 'secret.yaml': secret('correct-horse') }).objects).toHaveLength(1);
  const own = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'mine-alone' } };
  const { objects, secrets } = prepared(template, { secrets: new Map([['s', own]]) });
  expect(objects.map(({ object }) => object.stringData)).toEqual([{ password: 'mine-alone' }]);
  expect(Array.from(secrets)).toEqual(['mine-alone']);
});

test('a share of the requests is asked for, of the limit where nothing is requested, and every change is listed', () => {
  const resources = '{requests: {cpu: 500m}, limits: {cpu: "1", memory: 1Gi}}';
  const { objects } = prepared(
    { 'a.yaml': object('apps/v1', 'Deployment', 'api', `spec: {template: {spec: {containers: [{name: api, resources: ${resources}}]}}}`) },
    { requests: 0.25 },
  );
  expect(objects[0]!.object.spec).toMatchObject({
    template: { spec: { containers: [{ resources: { requests: { cpu: '125m', memory: '268435456' }, limits: { cpu: '1', memory: '1Gi' } } }] } },
  });
  expect(objects[0]!.changes).toEqual(['container api requests 125m of cpu instead of 500m', 'container api requests 268435456 of memory instead of 1Gi']);
});

describe('Secrets that the user gives', () => {
  const own = (name: string, data: Record<string, string>) => new Map([[name, { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data }]]);
  const api = object('apps/v1', 'Deployment', 'api', 'spec: {template: {spec: {containers: [{name: c, envFrom: [{secretRef: {name: credentials}}]}]}}}');
  const template = object('v1', 'Secret', 'credentials', 'stringData: {user: app, password: CHANGEME}');

  test('take the place of the manifests’ own and of their template, once', () => {
    const files = { 'secrets.yaml': template, 'secrets.yaml.example': template, 'api.yaml': api };
    const { objects, brought } = prepared(files, { secrets: own('credentials', { user: 'u', password: 'hunter2' }) });
    expect(objects.map(({ ref, changes }) => [ref, changes])).toEqual([
      ['Secret/credentials', ['its values are from --secrets']],
      ['Deployment/api', []],
    ]);
    expect(brought).toEqual([]);
  });

  test('come beside the manifests when these only name them, with their values hidden', () => {
    const { objects, brought, secrets } = prepared({ 'api.yaml': api }, { secrets: own('credentials', { password: 'hunter2' }) });
    expect(objects.map(({ ref }) => ref)).toEqual(['Deployment/api']);
    expect(brought).toMatchObject([{ kind: 'Secret', metadata: { name: 'credentials', namespace: 'proof-1' }, stringData: { password: 'hunter2' } }]);
    expect(Array.from(secrets)).toEqual(['hunter2']);
  });

  test('are refused where a key is missing or nobody names them', () => {
    const files = { 'secrets.yaml.example': template, 'api.yaml': api };
    const says = (secrets: ReturnType<typeof own>) => () => prepared(files, { secrets });
    expect(says(own('credentials', { user: 'u' }))).toThrow('Secret/credentials of --secrets has no password, unlike the one at secrets.yaml.example:3');
    expect(says(own('credential', { user: 'u' }))).toThrow('Secret/credential of --secrets is neither in the manifests nor named by them');
  });
});
