import { pdbBlocksDrain } from './pdb-blocks-drain.ts';
import { deployment, object, testRule } from './test-rule.ts';

const pdb = (spec: string, namespace?: string) =>
  object('policy/v1', 'PodDisruptionBudget', 'web', `spec:\n  selector: { matchLabels: { app: web } }\n  ${spec}`, namespace);
const web = (replicas: string) => deployment('web', { spec: replicas });
const hpa = (min: number) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec: { scaleTargetRef: { kind: Deployment, name: web }, minReplicas: ${min}, maxReplicas: 9 }`);

testRule(pdbBlocksDrain, {
  passes: {
    'one of two': web('replicas: 2') + pdb('minAvailable: 1'),
    'half of two': web('replicas: 2') + pdb('minAvailable: 50%'),
    maxUnavailable: web('replicas: 1') + pdb('maxUnavailable: 1'),
    'an autoscaler keeps more': web('') + pdb('minAvailable: 1') + hpa(2),
    'two Deployments share the budget': web('replicas: 1') + deployment('web2', { labels: 'app: web', spec: 'replicas: 1' }) + pdb('minAvailable: 1'),
    'a patch sets the replicas': {
      'base/web.yaml': web('') + pdb('minAvailable: 1'),
      'prod/kustomization.yaml': 'resources: [../base]\nreplicas: [{ name: web, count: 3 }]\n',
    },
    'switched off': web('replicas: 0') + pdb('minAvailable: 1'),
  },
  fails: {
    'one of one': [
      web('replicas: 1') + pdb('minAvailable: 1'),
      ['minAvailable: 1', { budget: 'PodDisruptionBudget/web', min: '1', workload: 'Deployment/web', replicas: '1' }],
    ],
    'no replicas, which means one': [web('') + pdb('minAvailable: 1'), 'minAvailable: 1'],
    'half of one is one': [web('replicas: 1') + pdb('minAvailable: 50%'), 'minAvailable: 50%'],
    'as many as there are': [web('replicas: 3') + pdb('minAvailable: 3'), 'minAvailable: 3'],
    'as many as the autoscaler keeps': [web('') + pdb('minAvailable: 2') + hpa(2), ['minAvailable: 2', { replicas: '2' }]],
  },
});
