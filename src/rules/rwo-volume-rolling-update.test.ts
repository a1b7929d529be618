import { rwoVolumeRollingUpdate } from './rwo-volume-rolling-update.ts';
import { deployment, object, testRule } from './test-rule.ts';

const web = (spec: string) => deployment('web', { spec, pod: 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]' });
const pvc = (modes: string) => object('v1', 'PersistentVolumeClaim', 'data', `spec: { accessModes: [${modes}] }`);

testRule(rwoVolumeRollingUpdate, {
  passes: {
    Recreate: web('strategy: { type: Recreate }') + pvc('ReadWriteOnce'),
    'no pod more than one': web('strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }') + pvc('ReadWriteOnce'),
    'a volume for many nodes': web('') + pvc('ReadWriteMany'),
    'a claim that is not here': web(''),
    'several replicas, which is another finding': web('replicas: 2') + pvc('ReadWriteOnce'),
  },
  fails: {
    'nothing is said, which means RollingUpdate': [web('') + pvc('ReadWriteOnce'), ['spec:', { workload: 'Deployment/web', claim: 'data' }]],
    RollingUpdate: [web('strategy: { type: RollingUpdate }') + pvc('ReadWriteOnce'), 'strategy: { type: RollingUpdate }'],
  },
});
