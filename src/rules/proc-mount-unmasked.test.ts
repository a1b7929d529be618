import { procMountUnmasked } from './proc-mount-unmasked.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(procMountUnmasked, {
  passes: { Default: deployment('web', { container: 'securityContext: { procMount: Default }' }) },
  fails: { Unmasked: [deployment('web', { container: 'securityContext:\n  procMount: Unmasked' }), 'procMount: Unmasked'] },
});
