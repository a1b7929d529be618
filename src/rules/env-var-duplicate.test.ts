import { envVarDuplicate } from './env-var-duplicate.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(envVarDuplicate, {
  passes: {
    'names differ in case': deployment('web', { container: 'env: [{ name: A, value: x }, { name: a, value: y }]' }),
    'another container sets it too':
      deployment('web', { container: 'env: [{ name: A, value: x }]' }) + '        - { name: b, image: b:1, env: [{ name: A, value: x }] }\n',
  },
  fails: {
    'the second one': [
      deployment('web', { container: 'env:\n  - name: A\n    value: first\n  - { name: A, value: second }' }),
      ['- { name: A, value: second }', { variable: 'A' }],
    ],
  },
});
