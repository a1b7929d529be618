import { hostIpc } from './host-ipc.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(hostIpc, {
  passes: { false: deployment('web', { pod: 'hostIPC: false' }) },
  fails: { true: [deployment('agent', { pod: 'hostIPC: true' }), ['hostIPC: true', { workload: 'Deployment/agent' }]] },
});
