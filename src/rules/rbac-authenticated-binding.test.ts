import { rbacAuthenticatedBinding } from './rbac-authenticated-binding.ts';
import { object, testRule } from './test-rule.ts';

const binding = (subject: string) =>
  object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'web', `roleRef: { kind: ClusterRole, name: view }\nsubjects:\n  - ${subject}`);

testRule(rbacAuthenticatedBinding, {
  passes: { 'the accounts of one namespace': binding('{ kind: Group, name: "system:serviceaccounts:shop" }') },
  fails: {
    'all who log in': [
      binding('{ kind: Group, name: "system:authenticated" }'),
      ['- { kind: Group, name: "system:authenticated" }', { subject: 'system:authenticated' }],
    ],
  },
});
