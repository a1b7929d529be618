import { describe, expect, test } from 'vitest';
import { hasForeignMaker, hasPlaceholder, isSecretExpected, madeElsewhere } from './elsewhere.ts';
import { deployment, type Files, inventoryOf, object } from './test-rule.ts';

const near = { namespace: 'shop' };
const made = (files: Files, kind = 'Secret', name = 'db') => madeElsewhere(inventoryOf(files), kind, name, near);

describe('who else makes an object', () => {
  test.each<[string, Files, boolean]>([
    ['nobody', deployment('web'), false],
    ['a command in a script', { 'setup.sh': 'kubectl -n shop create secret generic db --from-literal=a=b\n' }, true],
    ['a command that makes another one', { 'setup.sh': 'kubectl create secret generic web\n' }, false],
    ['a command in a comment of a manifest', { 'web.yaml': `# kubectl create secret generic db ...\n${deployment('web')}` }, true],
    ['a manifest in a guide', { 'README.md': '```yaml\nkind: Secret\nmetadata:\n  name: db\n```\n' }, true],
    ['a manifest in JSON', { 'db.json': '{"kind": "Secret", "metadata": {"name": "db"}}' }, true],
    ['a release of Helm', { 'setup.sh': 'helm install db bitnami/postgresql\n' }, true],
    ['a generator of kustomize', { 'kustomization.yaml': 'secretGenerator: [{ name: db }]\n' }, true],
    ['a Certificate', object('cert-manager.io/v1', 'Certificate', 'tls', 'spec: { secretName: db }'), true],
    ['a Certificate of another Secret', object('cert-manager.io/v1', 'Certificate', 'tls', 'spec: { secretName: tls }'), false],
    ['an operator in the namespace', object('postgresql.cnpg.io/v1', 'Cluster', 'x', '', 'shop'), true],
    ['an operator in another namespace', object('postgresql.cnpg.io/v1', 'Cluster', 'x', '', 'data'), false],
    ['a chart for the namespace', object('argoproj.io/v1alpha1', 'Application', 'x', 'spec: { destination: { namespace: shop } }', 'argocd'), true],
    ['a chart for another namespace', object('argoproj.io/v1alpha1', 'Application', 'x', 'spec: { destination: { namespace: data } }', 'argocd'), false],
    ['a route, which makes nothing', object('networking.istio.io/v1', 'VirtualService', 'x', '', 'shop'), false],
    ['a folder of another repository', { 'kustomization.yaml': 'namespace: shop\nresources: ["https://github.com/org/repo//deploy?ref=v1"]\n' }, true],
  ])('%s', (_name, files, expected) => expect(made(files)).toBe(expected));

  test('what every namespace has', () => expect(made(deployment('web'), 'ServiceAccount', 'default')).toBe(true));
});

test('a Secret is expected where Secrets are kept, unless somebody speaks of it', () => {
  const secret = object('v1', 'Secret', 'web', 'stringData: { a: b }');
  const expected = (files: Files) => isSecretExpected(inventoryOf(files), 'db', near);
  expect(expected(deployment('web'))).toBe(false);
  expect(expected(secret)).toBe(true);
  expect(expected({ 'secret.yaml': secret, 'README.md': 'Ask operations for the Secret `db`.\n' })).toBe(false);
  expect(expected({ 'secret.yaml': secret, 'README.md': 'Ask operations for the Secret `dbs`.\n' })).toBe(true);
});

test('pods of unknown names', () => {
  expect(hasForeignMaker(inventoryOf(object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'x', 'spec: { targetNamespace: shop }', 'flux')), near)).toBe(true);
  expect(hasForeignMaker(inventoryOf(object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'x', 'spec: {}', 'flux')), near)).toBe(false);
});

test.each([
  ['$VAR', true],
  ['$' + '{VAR}', true],
  ['$(VAR)', true],
  ['{{ .Values.name }}', true],
  ['<name>', true],
  ['__NAME__', true],
  ['%NAME%', true],
  ['US$5', false],
  ['a<b', false],
  ['name', false],
])('placeholder %s: %s', (text, expected) => expect(hasPlaceholder(text)).toBe(expected));
