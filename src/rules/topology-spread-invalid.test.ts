import { deployment, testRule } from './test-rule.ts';
import { topologySpreadInvalid } from './topology-spread-invalid.ts';

const spread = (constraint: string) => deployment('web', { pod: `topologySpreadConstraints:\n  - { ${constraint} }` });
const SOUND = 'maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}';

testRule(topologySpreadInvalid, {
  passes: { whole: spread(SOUND), none: deployment('web') },
  fails: {
    'maxSkew 0': [
      spread(SOUND.replace('maxSkew: 1', 'maxSkew: 0')),
      [`- { ${SOUND.replace('maxSkew: 1', 'maxSkew: 0')} }`, { problem: 'without a maxSkew of 1 or more' }],
    ],
    'other capitals': [spread(SOUND.replace('DoNotSchedule', 'DoNotSCHEDULE')), `- { ${SOUND.replace('DoNotSchedule', 'DoNotSCHEDULE')} }`],
    'no selector': [spread(SOUND.replace(', labelSelector: {}', '')), `- { ${SOUND.replace(', labelSelector: {}', '')} }`],
  },
});
