import { networkpolicyMissing } from './networkpolicy-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

const policy = (spec: string, namespace?: string) => object('networking.k8s.io/v1', 'NetworkPolicy', 'web', `spec:\n${spec}`, namespace);
const BOTH = '  podSelector: { matchLabels: { app: web } }\n  policyTypes: [Ingress, Egress]';

testRule(networkpolicyMissing, {
  passes: {
    'both directions': deployment('web') + policy(BOTH),
    'a default deny for the namespace': deployment('web') + policy('  podSelector: {}\n  policyTypes: [Ingress, Egress]'),
    'two policies, one for each direction':
      deployment('web') + policy('  podSelector: {}\n  policyTypes: [Ingress]') + policy('  podSelector: {}\n  policyTypes: [Egress]'),
    'no policyTypes, but egress rules': deployment('web') + policy('  podSelector: {}\n  egress: [{}]'),
    'the network of the node': deployment('web', { pod: 'hostNetwork: true' }),
    'a policy of Cilium': deployment('web') + object('cilium.io/v2', 'CiliumNetworkPolicy', 'web', 'spec: {}'),
  },
  fails: {
    none: [deployment('web'), ['name: web', { workload: 'Deployment/web', problem: 'is selected by no NetworkPolicy' }]],
    'other labels': [deployment('api') + policy(BOTH), 'name: api'],
    'another namespace': [deployment('web', { namespace: 'a' }) + policy(BOTH, 'b'), 'name: web'],
    'only what comes in': [
      deployment('web') + policy('  podSelector: {}\n  ingress: []'),
      ['name: web', { problem: 'may send anywhere: its NetworkPolicies govern only what comes in' }],
    ],
    'only what goes out': [deployment('web') + policy('  podSelector: {}\n  policyTypes: [Egress]'), 'name: web'],
    'a selector that the API server refuses': [deployment('web') + policy('  podSelector: { app: web }\n  policyTypes: [Ingress, Egress]'), 'name: web'],
  },
});
