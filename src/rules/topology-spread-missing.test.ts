import { deployment, testRule } from './test-rule.ts';
import { topologySpreadMissing } from './topology-spread-missing.ts';

testRule(topologySpreadMissing, {
  passes: {
    spread: deployment('web', { pod: 'topologySpreadConstraints: [{ maxSkew: 1 }]' }),
    'one replica': deployment('web', { spec: 'replicas: 1' }),
  },
  fails: {
    'an empty list': [deployment('web', { pod: 'topologySpreadConstraints: []' }), 'spec:'],
    none: [deployment('web', { spec: 'replicas: 3' }), ['spec:', { workload: 'Deployment/web' }]],
  },
});
