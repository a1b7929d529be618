import { hostNetwork } from './host-network.ts';
import { deployment, pod, testRule } from './test-rule.ts';

testRule(hostNetwork, {
  passes: { false: deployment('web', { pod: 'hostNetwork: false' }) },
  fails: {
    'a DaemonSet': [deployment('agent', { kind: 'DaemonSet', pod: 'hostNetwork: true' }), ['hostNetwork: true', { workload: 'DaemonSet/agent' }]],
    'a Pod': [pod('agent', { pod: 'hostNetwork: true' }), 'hostNetwork: true'],
  },
});
