import { livenessProbeMissing } from './liveness-probe-missing.ts';
import { deployment, pod, testRule } from './test-rule.ts';

testRule(livenessProbeMissing, {
  passes: {
    'a probe': deployment('web', { container: 'livenessProbe: { httpGet: { path: /, port: 80 } }' }),
    'a Job': deployment('web', { kind: 'Job' }),
    'a Pod that is not restarted': pod('web', { pod: 'restartPolicy: Never' }),
    'an init container': deployment('web', {
      pod: 'initContainers:\n  - name: wait\n    image: wait:1',
      container: 'livenessProbe: { tcpSocket: { port: 80 } }',
    }),
    'a patch that adds one': {
      'base/web.yaml': deployment('web'),
      'prod/kustomization.yaml':
        'patches:\n  - target: { kind: Deployment, name: web }\n    patch: |\n      - op: add\n        path: /spec/template/spec/containers/0/livenessProbe\n        value: { tcpSocket: { port: 80 } }\n',
    },
  },
  fails: {
    'only a readiness probe': [
      deployment('web', { container: 'readinessProbe: { tcpSocket: { port: 80 } }' }),
      ['- name: web', { container: 'web', workload: 'Deployment/web' }],
    ],
    'a Pod that is restarted': [pod('web'), '- name: web'],
    'a patch that adds one to another Deployment': [
      {
        'base/web.yaml': deployment('web'),
        'prod/kustomization.yaml':
          'patches:\n  - target: { kind: Deployment, name: api }\n    patch: |\n      - { op: add, path: /spec/template/spec/containers/0/livenessProbe }\n',
      },
      '- name: web',
    ],
  },
});
