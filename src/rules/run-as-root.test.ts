import { runAsRoot } from './run-as-root.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(runAsRoot, {
  passes: {
    'the container says so': deployment('web', { container: 'securityContext: { runAsNonRoot: true }' }),
    'the pod says so for its containers': deployment('web', { pod: 'securityContext: { runAsNonRoot: true }' }),
    'a user that is not root': deployment('web', { container: 'securityContext: { runAsUser: 10001 }' }),
    'a Windows pod': deployment('web', { pod: 'os: { name: windows }' }),
    'a patch that says so': {
      'base/web.yaml': deployment('web'),
      'prod/kustomization.yaml': 'patchesStrategicMerge: [secure.yaml]\n',
      'prod/secure.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { securityContext: { runAsNonRoot: true } } } }\n',
    },
  },
  fails: {
    'nothing is said': [deployment('web'), ['- name: web', { container: 'web' }]],
    'the container takes back what the pod says': [
      deployment('web', { pod: 'securityContext: { runAsNonRoot: true }', container: 'securityContext:\n  runAsNonRoot: false' }),
      'runAsNonRoot: false',
    ],
    'another setting only': [deployment('web', { container: 'securityContext:\n  readOnlyRootFilesystem: true' }), 'securityContext:'],
    'an init container': [
      deployment('web', { pod: 'initContainers:\n  - name: chown\n    image: chown:1', container: 'securityContext: { runAsNonRoot: true }' }),
      '- name: chown',
    ],
  },
});
