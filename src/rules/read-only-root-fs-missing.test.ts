import { readOnlyRootFsMissing } from './read-only-root-fs-missing.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(readOnlyRootFsMissing, {
  passes: { 'read-only': deployment('web', { container: 'securityContext: { readOnlyRootFilesystem: true }' }) },
  fails: {
    'at the pod, where the API has no such field': [deployment('web', { pod: 'securityContext: { readOnlyRootFilesystem: true }' }), '- name: web'],
    writable: [deployment('web', { container: 'securityContext:\n  readOnlyRootFilesystem: false' }), 'readOnlyRootFilesystem: false'],
  },
});
