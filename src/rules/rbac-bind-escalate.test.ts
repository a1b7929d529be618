import { rbacBindEscalate } from './rbac-bind-escalate.ts';
import { object, testRule } from './test-rule.ts';

const role = (verbs: string, rest = '') =>
  object(
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    'web',
    `rules:\n  - { apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [${verbs}]${rest} }`,
  );

testRule(rbacBindEscalate, {
  passes: { 'creating roles of rights it has': role('create, update'), 'one role': role('bind', ', resourceNames: [view]') },
  fails: {
    bind: [role('bind'), ['- { apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind] }', { verb: 'bind' }]],
    escalate: [role('get, escalate'), '- { apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [get, escalate] }'],
  },
});
