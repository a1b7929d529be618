import { privilegeEscalationAllowed } from './privilege-escalation-allowed.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(privilegeEscalationAllowed, {
  passes: {
    forbidden: deployment('web', { container: 'securityContext: { allowPrivilegeEscalation: false }' }),
    'a privileged container, which is another finding': deployment('web', { container: 'securityContext: { privileged: true }' }),
  },
  fails: {
    'nothing is said': [deployment('web'), '- name: web'],
    'at the pod, where the API has no such field': [deployment('web', { pod: 'securityContext: { allowPrivilegeEscalation: false }' }), '- name: web'],
    allowed: [deployment('web', { container: 'securityContext:\n  allowPrivilegeEscalation: true' }), 'allowPrivilegeEscalation: true'],
  },
});
