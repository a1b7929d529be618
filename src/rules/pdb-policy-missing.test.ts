import { pdbPolicyMissing } from './pdb-policy-missing.ts';
import { object, testRule } from './test-rule.ts';

testRule(pdbPolicyMissing, {
  passes: {
    minAvailable: object('policy/v1', 'PodDisruptionBudget', 'web', 'spec: { minAvailable: 1 }'),
    maxUnavailable: object('policy/v1', 'PodDisruptionBudget', 'web', 'spec: { maxUnavailable: 1 }'),
  },
  fails: {
    neither: [object('policy/v1', 'PodDisruptionBudget', 'web', 'spec: { selector: {} }'), ['spec: { selector: {} }', { budget: 'PodDisruptionBudget/web' }]],
  },
});
