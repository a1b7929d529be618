import { runAsUidZero } from './run-as-uid-zero.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(runAsUidZero, {
  passes: {
    'the container has a user of its own': deployment('web', { pod: 'securityContext: { runAsUser: 0 }', container: 'securityContext: { runAsUser: 7 }' }),
    'nothing is said': deployment('web'),
  },
  fails: {
    'the container': [deployment('web', { container: 'securityContext:\n  runAsUser: 0' }), 'runAsUser: 0'],
    'the pod, for its containers': [deployment('web', { pod: 'securityContext:\n  runAsUser: 0' }), ['runAsUser: 0', { container: 'web' }]],
  },
});
