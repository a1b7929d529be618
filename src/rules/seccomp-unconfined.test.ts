import { seccompUnconfined } from './seccomp-unconfined.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(seccompUnconfined, {
  passes: {
    'the container overrides the pod': deployment('web', {
      pod: 'securityContext: { seccompProfile: { type: Unconfined } }',
      container: 'securityContext: { seccompProfile: { type: RuntimeDefault } }',
    }),
  },
  fails: {
    'the container': [deployment('web', { container: 'securityContext:\n  seccompProfile:\n    type: Unconfined' }), 'type: Unconfined'],
    'the pod': [deployment('web', { pod: 'securityContext:\n  seccompProfile: { type: Unconfined }' }), 'seccompProfile: { type: Unconfined }'],
  },
});
