import { memoryLimitMissing } from './memory-limit-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

testRule(memoryLimitMissing, {
  passes: {
    'a limit': deployment('web', { container: 'resources: { limits: { memory: 64Mi } }' }),
    'a LimitRange with a default':
      deployment('web') + object('v1', 'LimitRange', 'all', 'spec:\n  limits:\n    - type: Container\n      default: { memory: 64Mi }'),
  },
  fails: {
    'only requests': [deployment('web', { container: 'resources:\n  requests:\n    memory: 64Mi' }), 'resources:'],
    'a LimitRange that only gives requests': [
      deployment('web') + object('v1', 'LimitRange', 'all', 'spec:\n  limits:\n    - type: Container\n      defaultRequest: { memory: 64Mi }'),
      '- name: web',
    ],
    'one container of two': [
      deployment('web', { container: 'resources: { limits: { memory: 64Mi } }\n' }).trimEnd() + '\n        - name: logs\n          image: logs:1\n',
      '- name: logs',
    ],
  },
});
