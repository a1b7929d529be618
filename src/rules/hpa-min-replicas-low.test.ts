import { hpaMinReplicasLow } from './hpa-min-replicas-low.ts';
import { object, testRule } from './test-rule.ts';

const hpa = (spec: string) => object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec:\n  ${spec.replaceAll(', ', '\n  ')}`);

testRule(hpaMinReplicasLow, {
  passes: { two: hpa('minReplicas: 2, maxReplicas: 3') },
  fails: {
    one: [hpa('minReplicas: 1, maxReplicas: 3'), ['minReplicas: 1', { min: '1' }]],
    'nothing, which means one': [hpa('maxReplicas: 3'), 'spec:'],
  },
});
