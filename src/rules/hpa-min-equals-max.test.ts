import { hpaMinEqualsMax } from './hpa-min-equals-max.ts';
import { object, testRule } from './test-rule.ts';

const hpa = (spec: string) => object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec:\n  ${spec.replaceAll(', ', '\n  ')}`);

testRule(hpaMinEqualsMax, {
  passes: { 'a range': hpa('minReplicas: 2, maxReplicas: 3'), 'no minimum': hpa('maxReplicas: 1') },
  fails: {
    equal: [hpa('minReplicas: 2, maxReplicas: 2'), ['maxReplicas: 2', { min: '2', max: '2' }]],
    'the wrong way round': [hpa('minReplicas: 3, maxReplicas: 2'), 'maxReplicas: 2'],
  },
});
