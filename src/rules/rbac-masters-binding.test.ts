import { rbacMastersBinding } from './rbac-masters-binding.ts';
import { object, testRule } from './test-rule.ts';

const binding = (name: string) =>
  object(
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    name,
    'roleRef: { kind: ClusterRole, name: view }\nsubjects:\n  - { kind: Group, name: "system:masters" }',
  );

testRule(rbacMastersBinding, {
  passes: { 'the binding that every cluster has': binding('cluster-admin') },
  fails: { another: [binding('ops'), ['- { kind: Group, name: "system:masters" }', { binding: 'ClusterRoleBinding/ops' }]] },
});
