import { imagePullPolicyNotAlways } from './image-pull-policy-not-always.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(imagePullPolicyNotAlways, {
  passes: {
    Always: deployment('web', { container: 'imagePullPolicy: Always' }),
    'no tag, which means Always': deployment('web', { image: 'web' }),
    'a digest': deployment('web', { image: `web@sha256:${'0'.repeat(64)}` }),
  },
  fails: {
    'a tag, which means IfNotPresent': [deployment('web', { image: 'web:1' }), '- name: web'],
    Never: [deployment('web', { container: 'imagePullPolicy: Never' }), 'imagePullPolicy: Never'],
  },
});
