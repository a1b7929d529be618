import { hostPathVolume } from './host-path-volume.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(hostPathVolume, {
  passes: { 'a claim': deployment('web', { pod: 'volumes:\n  - name: data\n    persistentVolumeClaim: { claimName: data }' }) },
  fails: {
    'any path': [
      deployment('web', { pod: 'volumes:\n  - name: data\n    hostPath: { path: /srv/data }' }),
      ['hostPath: { path: /srv/data }', { path: '/srv/data' }],
    ],
  },
});
