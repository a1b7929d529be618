import { linuxHardeningMissing } from './linux-hardening-missing.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(linuxHardeningMissing, {
  passes: {
    seccomp: deployment('web', { pod: 'securityContext: { seccompProfile: { type: RuntimeDefault } }' }),
    'AppArmor by field': deployment('web', { container: 'securityContext: { appArmorProfile: { type: RuntimeDefault } }' }),
    'AppArmor by annotation': deployment('web', { template: '  annotations:\n    container.apparmor.security.beta.kubernetes.io/web: runtime/default' }),
    SELinux: deployment('web', { container: 'securityContext: { seLinuxOptions: { level: s0 } }' }),
    'dropped capabilities': deployment('web', { container: 'securityContext: { capabilities: { drop: [ALL] } }' }),
  },
  fails: {
    none: [deployment('web'), '- name: web'],
    'unconfined is none': [deployment('web', { container: 'securityContext: { seccompProfile: { type: Unconfined } }' }), '- name: web'],
    'dropped, and all added again': [deployment('web', { container: 'securityContext: { capabilities: { drop: [ALL], add: [ALL] } }' }), '- name: web'],
  },
});
