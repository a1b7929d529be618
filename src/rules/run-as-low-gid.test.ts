import { runAsLowGid } from './run-as-low-gid.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(runAsLowGid, {
  passes: { 'a high number for the whole pod': deployment('web', { pod: 'securityContext: { runAsGroup: 10001 }' }) },
  fails: { 'only a user': [deployment('web', { container: 'securityContext: { runAsUser: 20000 }' }), 'securityContext: { runAsUser: 20000 }'] },
});
