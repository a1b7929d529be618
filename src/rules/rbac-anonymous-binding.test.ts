import { rbacAnonymousBinding } from './rbac-anonymous-binding.ts';
import { object, testRule } from './test-rule.ts';

const binding = (subject: string) =>
  object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'web', `roleRef: { kind: ClusterRole, name: view }\nsubjects:\n  - ${subject}`);

testRule(rbacAnonymousBinding, {
  passes: { 'a user of a like name': binding('{ kind: User, name: anonymous }') },
  fails: {
    'the user': [binding('{ kind: User, name: "system:anonymous" }'), ['- { kind: User, name: "system:anonymous" }', { subject: 'system:anonymous' }]],
    'the group': [binding('{ kind: Group, name: "system:unauthenticated" }'), '- { kind: Group, name: "system:unauthenticated" }'],
  },
});
