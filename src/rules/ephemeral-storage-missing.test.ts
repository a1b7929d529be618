import { ephemeralStorageMissing } from './ephemeral-storage-missing.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(ephemeralStorageMissing, {
  passes: { both: deployment('web', { container: 'resources: { requests: { ephemeral-storage: 1Gi }, limits: { ephemeral-storage: 1Gi } }' }) },
  fails: {
    'no limit': [deployment('web', { container: 'resources:\n  requests:\n    ephemeral-storage: 1Gi' }), ['resources:', { list: 'limits' }]],
    none: [deployment('web'), ['- name: web', { list: 'requests and limits' }]],
  },
});
