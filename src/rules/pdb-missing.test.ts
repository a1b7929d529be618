import { pdbMissing } from './pdb-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

const pdb = (labels: string, namespace?: string) =>
  object('policy/v1', 'PodDisruptionBudget', 'web', `spec: { maxUnavailable: 1, selector: { matchLabels: { ${labels} } } }`, namespace);

testRule(pdbMissing, {
  passes: {
    'a budget': deployment('web', { spec: 'replicas: 2' }) + pdb('app: web'),
    'one replica': deployment('web', { spec: 'replicas: 1' }),
    'a DaemonSet': deployment('web', { kind: 'DaemonSet' }),
  },
  fails: {
    none: [deployment('web', { spec: 'replicas: 2' }), ['name: web', { workload: 'Deployment/web' }]],
    'a budget for others': [deployment('web') + pdb('app: api'), 'name: web'],
    'a budget of another namespace': [deployment('web', { namespace: 'a' }) + pdb('app: web', 'b'), 'name: web'],
  },
});
