import { pdbHpaConflict } from './pdb-hpa-conflict.ts';
import { deployment, object, testRule } from './test-rule.ts';

const set = (min: string, replicas: string) =>
  deployment('web') +
  object('policy/v1', 'PodDisruptionBudget', 'web', `spec:\n  selector: { matchLabels: { app: web } }\n  ${min}`) +
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec: { scaleTargetRef: { kind: Deployment, name: web }, ${replicas}maxReplicas: 9 }`);

testRule(pdbHpaConflict, {
  passes: {
    below: set('minAvailable: 1', 'minReplicas: 2, '),
    'equal, which is pdb-blocks-drain': set('minAvailable: 2', 'minReplicas: 2, '),
    'a part of the minimum': set('minAvailable: 50%', 'minReplicas: 2, '),
    maxUnavailable: set('maxUnavailable: 1', 'minReplicas: 2, '),
  },
  fails: {
    above: [
      set('minAvailable: 3', 'minReplicas: 2, '),
      [
        'minAvailable: 3',
        { budget: 'PodDisruptionBudget/web', min: '3', workload: 'Deployment/web', autoscaler: 'HorizontalPodAutoscaler/web', replicas: '2' },
      ],
    ],
  },
});
