import { resourcesRequestsNotEqualLimits } from './resources-requests-not-equal-limits.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(resourcesRequestsNotEqualLimits, {
  passes: {
    'limits alone: the requests follow them': deployment('web', { container: 'resources: { limits: { cpu: 1, memory: 1Gi } }' }),
    'equal as quantities': deployment('web', { container: 'resources: { requests: { cpu: 1000m, memory: 1Gi }, limits: { cpu: 1, memory: 1024Mi } }' }),
  },
  fails: {
    'memory differs': [
      deployment('web', { container: 'resources: { requests: { cpu: 1, memory: 1Gi }, limits: { cpu: 1, memory: 2Gi } }' }),
      ['resources: { requests: { cpu: 1, memory: 1Gi }, limits: { cpu: 1, memory: 2Gi } }', { resources: 'memory' }],
    ],
    'nothing is set': [deployment('web'), ['- name: web', { resources: 'cpu, memory' }]],
  },
});
