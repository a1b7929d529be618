import { cpuRequestMissing } from './cpu-request-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

testRule(cpuRequestMissing, {
  passes: {
    'a request': deployment('web', { container: 'resources: { requests: { cpu: 100m } }' }),
    'a request of the whole pod': deployment('web', { pod: 'resources: { requests: { cpu: 100m } }' }),
    'a LimitRange with a default': deployment('web') + object('v1', 'LimitRange', 'all', 'spec:\n  limits:\n    - type: Container\n      default: { cpu: 1 }'),
    'a kustomize patch that adds resources': {
      'base/web.yaml': deployment('web'),
      'prod/kustomization.yaml': 'patches:\n  - path: web.yaml\n',
      'prod/web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, resources: { requests: { cpu: 1 } } }] } } }\n',
    },
    'an init container, which is gone before load comes': deployment('web', {
      pod: 'initContainers:\n  - name: wait\n    image: wait:1',
      container: 'resources: { requests: { cpu: 100m } }',
    }),
  },
  fails: {
    'no resources at all: points at the container': [deployment('web'), ['- name: web', { container: 'web', workload: 'Deployment/web' }]],
    'only a limit': [deployment('web', { container: 'resources:\n  limits: { cpu: 1 }' }), 'resources:'],
    'only memory': [deployment('web', { container: 'resources:\n  requests:\n    memory: 64Mi' }), 'requests:'],
    'a CronJob': [deployment('web', { kind: 'Job', pod: 'restartPolicy: Never' }), '- name: web'],
    'a LimitRange of another namespace': [
      deployment('web', { namespace: 'a' }) + object('v1', 'LimitRange', 'all', 'spec:\n  limits:\n    - type: Container\n      default: { cpu: 1 }', 'b'),
      '- name: web',
    ],
  },
});
