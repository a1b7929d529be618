import { hpaReplicasConflict } from './hpa-replicas-conflict.ts';
import { deployment, object, testRule } from './test-rule.ts';

const hpa = (kind = 'Deployment', namespace?: string) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec:\n  scaleTargetRef: { kind: ${kind}, name: web }`, namespace);

testRule(hpaReplicasConflict, {
  passes: {
    'no replicas': deployment('web') + hpa(),
    'no autoscaler': deployment('web', { spec: 'replicas: 2' }),
    'an autoscaler of another kind': deployment('web', { spec: 'replicas: 2' }) + hpa('StatefulSet'),
    'an autoscaler of another namespace': deployment('web', { spec: 'replicas: 2', namespace: 'a' }) + hpa('Deployment', 'b'),
    'an autoscaler of another example': { 'a/web.yaml': deployment('web') + hpa(), 'b/web.yaml': deployment('web', { spec: 'replicas: 2' }) },
  },
  fails: {
    both: [
      deployment('web', { spec: 'replicas: 2' }) + hpa(),
      ['replicas: 2', { workload: 'Deployment/web', replicas: '2', autoscaler: 'HorizontalPodAutoscaler/web' }],
    ],
    'in two files': [{ 'k8s/web.yaml': deployment('web', { spec: 'replicas: 2' }), 'k8s/hpa.yaml': hpa() }, 'replicas: 2'],
  },
});
