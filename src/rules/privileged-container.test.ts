import { privilegedContainer } from './privileged-container.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(privilegedContainer, {
  passes: {
    false: deployment('web', { container: 'securityContext: { privileged: false }' }),
    'at the pod, where the API has no such field': deployment('web', { pod: 'securityContext: { privileged: true }' }),
  },
  fails: {
    true: [deployment('web', { container: 'securityContext:\n  privileged: true' }), ['privileged: true', { container: 'web' }]],
    'yes, which is true in the YAML of Kubernetes': [deployment('web', { container: 'securityContext:\n  privileged: yes' }), 'privileged: yes'],
    'an init container': [
      deployment('web', { pod: 'initContainers:\n  - name: sysctl\n    image: busybox:1\n    securityContext: { privileged: true }' }),
      'securityContext: { privileged: true }',
    ],
  },
});
