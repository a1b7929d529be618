import { runAsLowUid } from './run-as-low-uid.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(runAsLowUid, {
  passes: { 'a high number for the whole pod': deployment('web', { pod: 'securityContext: { runAsUser: 10001 }' }) },
  fails: {
    'exactly 10000': [deployment('web', { container: 'securityContext: { runAsUser: 10000 }' }), ['securityContext: { runAsUser: 10000 }', { user: '10000' }]],
    'nothing is said': [deployment('web'), ['- name: web', { user: 'of its image' }]],
  },
});
