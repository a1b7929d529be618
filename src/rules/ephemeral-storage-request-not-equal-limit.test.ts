import { ephemeralStorageRequestNotEqualLimit } from './ephemeral-storage-request-not-equal-limit.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(ephemeralStorageRequestNotEqualLimit, {
  passes: {
    'equal as quantities': deployment('web', { container: 'resources: { requests: { ephemeral-storage: 1Gi }, limits: { ephemeral-storage: 1024Mi } }' }),
    'neither is set': deployment('web'),
  },
  fails: {
    'a limit alone': [
      deployment('web', { container: 'resources:\n  limits:\n    ephemeral-storage: 1Gi' }),
      ['ephemeral-storage: 1Gi', { request: 'nothing' }],
    ],
  },
});
