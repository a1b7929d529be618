import { replicasTooFew } from './replicas-too-few.ts';
import { deployment, object, testRule } from './test-rule.ts';

testRule(replicasTooFew, {
  passes: {
    two: deployment('web', { spec: 'replicas: 2' }),
    'an autoscaler':
      deployment('web') + object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', 'spec: { scaleTargetRef: { kind: Deployment, name: web } }'),
    'switched off': deployment('web', { spec: 'replicas: 0' }),
  },
  fails: {
    one: [deployment('web', { spec: 'replicas: 1' }), ['replicas: 1', { workload: 'Deployment/web' }]],
    'nothing, which means one': [deployment('web'), 'spec:'],
  },
});
