import { configReferenceMissing } from './config-reference-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

const config = (namespace?: string) => object('v1', 'ConfigMap', 'settings', 'data:\n  level: info', namespace);
const secret = (namespace?: string) => object('v1', 'Secret', 'keys', 'stringData:\n  token: x', namespace);
const env = (from: string) => `env:\n  - name: LEVEL\n    valueFrom:\n      ${from}`;
const reads = (from: string, namespace?: string) => deployment('web', { container: env(from), namespace });

testRule(configReferenceMissing, {
  passes: {
    'a key that is there': reads('configMapKeyRef: { name: settings, key: level }') + config(),
    optional: reads('configMapKeyRef: { name: other, key: level, optional: true }') + config(),
    'the whole object':
      deployment('web', { container: 'envFrom: [{ configMapRef: { name: settings } }, { secretRef: { name: keys } }]' }) + config() + secret(),
    'a template to be filled in': {
      'k8s/web.yaml': reads('secretKeyRef: { name: keys, key: token }') + object('v1', 'Secret', 'other', 'stringData: { a: b }'),
      'k8s/secrets.yaml.example': secret(),
    },
    'a Secret, and the repository keeps none': reads('secretKeyRef: { name: keys, key: token }') + config(),
    'a Secret that a guide makes': {
      'k8s/web.yaml': reads('secretKeyRef: { name: db, key: token }') + secret(),
      'README.md': '    kubectl create secret generic db --from-literal=token=...\n',
    },
    'a Secret that External Secrets makes':
      reads('secretKeyRef: { name: db, key: token }') +
      secret() +
      object('external-secrets.io/v1', 'ExternalSecret', 'database', 'spec: { target: { name: db } }'),
    'a ConfigMap that kustomize generates': {
      'web.yaml': reads('configMapKeyRef: { name: generated, key: level }'),
      'kustomization.yaml': 'configMapGenerator: [{ name: generated, literals: [level=info] }]\n',
    },
    'an object that a controller fills': reads('configMapKeyRef: { name: ca, key: ca.crt }') + object('v1', 'ConfigMap', 'ca'),
    'a patch that adds the key': {
      'base/web.yaml': reads('configMapKeyRef: { name: settings, key: colour }') + config(),
      'prod/kustomization.yaml': 'patches: [{ path: settings.yaml }]\n',
      'prod/settings.yaml': object('v1', 'ConfigMap', 'settings', 'data: { colour: red }'),
    },
    'the object states a namespace': reads('configMapKeyRef: { name: settings, key: level }') + config('shop'),
    'a name that is filled in later': reads('configMapKeyRef: { name: $NAME, key: level }') + config(),
  },
  fails: {
    'another key': [
      reads('configMapKeyRef:\n        name: settings\n        key: LEVEL') + config(),
      ['key: LEVEL', { container: 'web', what: 'LEVEL', problem: 'ConfigMap settings has no key LEVEL, only level' }],
    ],
    'another name': [
      reads('configMapKeyRef:\n        name: setings\n        key: level') + config(),
      ['name: setings', { problem: 'there is no ConfigMap setings in its namespace' }],
    ],
    'a Secret where Secrets are kept': [reads('secretKeyRef: { name: kees, key: token }') + secret(), 'secretKeyRef: { name: kees, key: token }'],
    'another namespace': [reads('configMapKeyRef: { name: settings, key: level }', 'a') + config('b'), 'configMapKeyRef: { name: settings, key: level }'],
    envFrom: [
      deployment('web', { container: 'envFrom:\n  - configMapRef: { name: setings }' }) + config(),
      ['- configMapRef: { name: setings }', { what: 'envFrom' }],
    ],
    'an init container': [
      deployment('web', {
        pod: `initContainers:\n  - name: wait\n    image: wait:1\n    env: [{ name: A, valueFrom: { configMapKeyRef: { name: x, key: y } } }]`,
      }),
      'env: [{ name: A, valueFrom: { configMapKeyRef: { name: x, key: y } } }]',
    ],
    'a Secret of another template': [
      { 'k8s/web.yaml': reads('secretKeyRef: { name: kees, key: token }'), 'k8s/secrets.yaml.example': secret() },
      'secretKeyRef: { name: kees, key: token }',
    ],
  },
});
