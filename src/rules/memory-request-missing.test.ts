import { memoryRequestMissing } from './memory-request-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

testRule(memoryRequestMissing, {
  passes: {
    'a request': deployment('web', { container: 'resources: { requests: { memory: 64Mi } }' }),
    'a LimitRange with a default request':
      deployment('web') + object('v1', 'LimitRange', 'all', 'spec:\n  limits:\n    - type: Container\n      defaultRequest: { memory: 64Mi }'),
  },
  fails: {
    'only CPU': [deployment('web', { container: 'resources:\n  requests:\n    cpu: 1' }), 'requests:'],
    'a value that is left empty': [deployment('web', { container: 'resources:\n  requests:\n    memory:' }), 'requests:'],
    'a sidecar': [
      deployment('web', {
        container: 'resources: { requests: { memory: 64Mi } }',
        pod: 'initContainers:\n  - name: proxy\n    image: proxy:1\n    restartPolicy: Always',
      }),
      ['- name: proxy', { container: 'proxy' }],
    ],
  },
});
