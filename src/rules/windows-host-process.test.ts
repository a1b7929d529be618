import { deployment, testRule } from './test-rule.ts';
import { windowsHostProcess } from './windows-host-process.ts';

testRule(windowsHostProcess, {
  passes: { false: deployment('web', { container: 'securityContext: { windowsOptions: { hostProcess: false } }' }) },
  fails: {
    container: [
      deployment('web', { container: 'securityContext:\n  windowsOptions: { hostProcess: true }' }),
      ['windowsOptions: { hostProcess: true }', { who: 'Container web of Deployment/web' }],
    ],
    pod: [
      deployment('web', { pod: 'securityContext:\n  windowsOptions: { hostProcess: true }' }),
      ['windowsOptions: { hostProcess: true }', { who: 'The pod of Deployment/web' }],
    ],
  },
});
