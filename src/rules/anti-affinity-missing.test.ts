import { antiAffinityMissing } from './anti-affinity-missing.ts';
import { deployment, testRule } from './test-rule.ts';

const affinity = (selector: string) =>
  deployment('web', {
    pod: `affinity:\n  podAntiAffinity:\n    requiredDuringSchedulingIgnoredDuringExecution:\n      - { topologyKey: a, labelSelector: ${selector} }`,
  });

testRule(antiAffinityMissing, {
  passes: {
    'its own labels': affinity('{ matchLabels: { app: web } }'),
    'a spread constraint': deployment('web', { pod: 'topologySpreadConstraints: [{ maxSkew: 1 }]' }),
    'one replica': deployment('web', { spec: 'replicas: 1' }),
  },
  fails: {
    none: [deployment('web', { spec: 'replicas: 3' }), 'spec:'],
    'labels of others': [affinity('{ matchLabels: { app: api } }'), 'podAntiAffinity:'],
  },
});
