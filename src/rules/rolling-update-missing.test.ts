import { rollingUpdateMissing } from './rolling-update-missing.ts';
import { deployment, testRule } from './test-rule.ts';

const RECREATE = 'strategy:\n  type: Recreate';

testRule(rollingUpdateMissing, {
  passes: {
    'nothing is said': deployment('web'),
    'a volume that moves along': deployment('db', { spec: RECREATE, pod: 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]' }),
  },
  fails: { Recreate: [deployment('web', { spec: RECREATE }), ['type: Recreate', { workload: 'Deployment/web' }]] },
});
