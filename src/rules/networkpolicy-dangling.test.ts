import { networkpolicyDangling } from './networkpolicy-dangling.ts';
import { deployment, object, testRule } from './test-rule.ts';

const policy = (selector: string, namespace?: string) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', `spec:\n  podSelector: ${selector}\n  policyTypes: [Ingress]`, namespace);

testRule(networkpolicyDangling, {
  passes: {
    'all pods': policy('{}') + deployment('web'),
    'by label': policy('{ matchLabels: { app: web } }') + deployment('web'),
    'by expression': policy('{ matchExpressions: [{ key: app, operator: In, values: [web, api] }] }') + deployment('web'),
    'no workload stands in its namespace': policy('{ matchLabels: { app: web } }', 'kube-system') + deployment('api', { namespace: 'shop' }),
    'an operator makes its pods': policy('{ matchLabels: { app: db } }') + deployment('web') + object('postgresql.cnpg.io/v1', 'Cluster', 'db'),
  },
  fails: {
    'another label': [
      policy('{ matchLabels: { app: wbe } }') + deployment('web'),
      ['podSelector: { matchLabels: { app: wbe } }', { policy: 'NetworkPolicy/web' }],
    ],
    'an expression that matches nothing': [
      policy('{ matchExpressions: [{ key: tier, operator: Exists }] }') + deployment('web'),
      'podSelector: { matchExpressions: [{ key: tier, operator: Exists }] }',
    ],
  },
});
