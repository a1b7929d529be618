import { gitopsDriftField } from './gitops-drift-field.ts';
import { object, testRule } from './test-rule.ts';

testRule(gitopsDriftField, {
  passes: {
    'what a dry run prints': object('v1', 'Service', 'web', '  creationTimestamp: null\nstatus:\n  loadBalancer: {}'),
    'a generated CustomResourceDefinition': object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a', '  creationTimestamp: "2020-01-01T00:00:00Z"'),
  },
  fails: {
    'copied from a cluster': [
      object('v1', 'ConfigMap', 'web', '  uid: 1-2\n  resourceVersion: "123"'),
      ['uid: 1-2', { object: 'ConfigMap/web', field: 'metadata.uid' }],
      'resourceVersion: "123"',
    ],
    'a status': [object('v1', 'Service', 'web', 'status:\n  loadBalancer: { ingress: [{ ip: 192.0.2.1 }] }'), 'status:'],
    'what kubectl notes down': [
      object('v1', 'ConfigMap', 'web', '  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: "{}"'),
      'kubectl.kubernetes.io/last-applied-configuration: "{}"',
    ],
  },
});
