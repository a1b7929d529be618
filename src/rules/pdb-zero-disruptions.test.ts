import { pdbZeroDisruptions } from './pdb-zero-disruptions.ts';
import { object, testRule } from './test-rule.ts';

const pdb = (spec: string) => object('policy/v1', 'PodDisruptionBudget', 'web', `spec:\n  ${spec}`);

testRule(pdbZeroDisruptions, {
  passes: { 'one at a time': pdb('maxUnavailable: 1'), 'ninety percent': pdb('minAvailable: 90%'), 'a minimum of zero': pdb('minAvailable: 0') },
  fails: {
    none: [pdb('maxUnavailable: 0'), ['maxUnavailable: 0', { field: 'maxUnavailable', value: '0' }]],
    'none in percent': [pdb('maxUnavailable: "0%"'), 'maxUnavailable: "0%"'],
    all: [pdb('minAvailable: 100%'), 'minAvailable: 100%'],
  },
});
