import { configKeyMissingVolume } from './config-key-missing-volume.ts';
import { deployment, object, testRule } from './test-rule.ts';

const config = object('v1', 'ConfigMap', 'settings', 'data:\n  app.yaml: x');
const secret = object('v1', 'Secret', 'keys', 'stringData:\n  token: x');
const volume = (source: string) => deployment('web', { pod: `volumes:\n  - name: config\n    ${source}` });

testRule(configKeyMissingVolume, {
  passes: {
    'the whole ConfigMap': volume('configMap: { name: settings }') + config,
    'a key of it': volume('configMap: { name: settings, items: [{ key: app.yaml, path: app.yaml }] }') + config,
    optional: volume('secret: { secretName: other, optional: true }') + secret,
    projected: volume('projected: { sources: [{ configMap: { name: settings } }, { secret: { name: keys } }] }') + config + secret,
    "a Secret that cert-manager's Certificate makes":
      volume('secret: { secretName: web-tls }') + secret + object('cert-manager.io/v1', 'Certificate', 'web', 'spec: { secretName: web-tls }'),
    'what every namespace has': volume('configMap: { name: kube-root-ca.crt }') + config,
  },
  fails: {
    'another ConfigMap': [
      volume('configMap:\n      name: setings') + config,
      ['name: setings', { volume: 'config', workload: 'Deployment/web', problem: 'there is no ConfigMap setings in its namespace' }],
    ],
    'another Secret': [volume('secret:\n      secretName: kees') + secret, 'secretName: kees'],
    'another key': [
      volume('configMap:\n      name: settings\n      items:\n        - { key: app.yml, path: app.yaml }') + config,
      ['- { key: app.yml, path: app.yaml }', { problem: 'ConfigMap settings has no key app.yml, only app.yaml' }],
    ],
    projected: [volume('projected:\n      sources:\n        - secret: { name: kees }') + secret, '- secret: { name: kees }'],
  },
});
