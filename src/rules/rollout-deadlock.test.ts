import { rolloutDeadlock } from './rollout-deadlock.ts';
import { deployment, testRule } from './test-rule.ts';

const rolling = (fields: string, kind = 'Deployment') =>
  deployment('web', { kind, spec: `${kind === 'Deployment' ? 'strategy' : 'updateStrategy'}:\n  rollingUpdate:\n    ${fields.replaceAll(', ', '\n    ')}` });

testRule(rolloutDeadlock, {
  passes: {
    'one more': rolling('maxSurge: 1, maxUnavailable: 0'),
    'a part more is said nowhere, which means a quarter': rolling('maxUnavailable: 0'),
    'one less': rolling('maxSurge: 0, maxUnavailable: 1'),
  },
  fails: {
    'both zero': [rolling('maxSurge: 0, maxUnavailable: 0'), 'maxUnavailable: 0'],
    'in percent': [rolling('maxSurge: 0%, maxUnavailable: 0%'), 'maxUnavailable: 0%'],
    'a DaemonSet, which surges by none': [rolling('maxUnavailable: 0', 'DaemonSet'), ['maxUnavailable: 0', { workload: 'DaemonSet/web' }]],
  },
});
