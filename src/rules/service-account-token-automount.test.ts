import { serviceAccountTokenAutomount } from './service-account-token-automount.ts';
import { deployment, object, testRule } from './test-rule.ts';

const off = object('v1', 'ServiceAccount', 'web', 'automountServiceAccountToken: false');

testRule(serviceAccountTokenAutomount, {
  passes: {
    'off for the pod': deployment('web', { pod: 'automountServiceAccountToken: false' }),
    'off for its account': deployment('web', { pod: 'serviceAccountName: web' }) + off,
  },
  fails: {
    'nothing is said': [deployment('web'), ['spec:', { workload: 'Deployment/web' }]],
    'the pod takes back what its account says': [
      deployment('web', { pod: 'serviceAccountName: web\nautomountServiceAccountToken: true' }) + off,
      'automountServiceAccountToken: true',
    ],
  },
});
