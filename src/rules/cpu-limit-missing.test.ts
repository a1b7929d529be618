import { cpuLimitMissing } from './cpu-limit-missing.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(cpuLimitMissing, {
  passes: { 'a limit': deployment('web', { container: 'resources: { limits: { cpu: 1 } }' }) },
  fails: { 'only a memory limit': [deployment('web', { container: 'resources:\n  limits:\n    memory: 64Mi' }), 'limits:'] },
});
