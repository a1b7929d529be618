import { seccompProfileMissing } from './seccomp-profile-missing.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(seccompProfileMissing, {
  passes: {
    'of the pod': deployment('web', { pod: 'securityContext: { seccompProfile: { type: RuntimeDefault } }' }),
    'of the container': deployment('web', { container: 'securityContext: { seccompProfile: { type: Localhost, localhostProfile: web.json } }' }),
    'Unconfined, which is another finding': deployment('web', { container: 'securityContext: { seccompProfile: { type: Unconfined } }' }),
  },
  fails: {
    none: [deployment('web', { pod: 'securityContext: { runAsNonRoot: true }' }), '- name: web'],
    'without a type': [deployment('web', { container: 'securityContext:\n  seccompProfile:' }), 'seccompProfile:'],
  },
});
