import { rwoVolumeMultiReplica } from './rwo-volume-multi-replica.ts';
import { deployment, object, testRule } from './test-rule.ts';

const web = (replicas: number) =>
  deployment('web', { spec: `replicas: ${replicas}`, pod: 'volumes:\n  - name: data\n    persistentVolumeClaim: { claimName: data }' });
const pvc = (modes: string) => object('v1', 'PersistentVolumeClaim', 'data', `spec: { accessModes: [${modes}] }`);
const hpa = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', 'spec: { scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: 5 }');

testRule(rwoVolumeMultiReplica, {
  passes: {
    'one replica': web(1) + pvc('ReadWriteOnce'),
    'a volume for many': web(2) + pvc('ReadWriteMany'),
    'one of both modes': web(2) + pvc('ReadWriteOnce, ReadWriteMany'),
    'a claim that is not here': web(2),
    'a claim for each pod': deployment('db', {
      kind: 'StatefulSet',
      spec: 'replicas: 3\nvolumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce] } }]',
    }),
  },
  fails: {
    'two replicas': [web(2) + pvc('ReadWriteOnce'), ['- name: data', { workload: 'Deployment/web', replicas: '2', claim: 'data' }]],
    'an autoscaler': [web(1) + pvc('ReadWriteOnce') + hpa, ['- name: data', { replicas: '5' }]],
  },
});
