import { hostPid } from './host-pid.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(hostPid, {
  passes: { false: deployment('web', { pod: 'hostPID: false' }) },
  fails: { true: [deployment('agent', { pod: 'hostPID: true' }), ['hostPID: true', { workload: 'Deployment/agent' }]] },
});
