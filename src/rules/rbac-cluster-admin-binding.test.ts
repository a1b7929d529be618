import { rbacClusterAdminBinding } from './rbac-cluster-admin-binding.ts';
import { object, testRule } from './test-rule.ts';

const GROUP = 'rbac.authorization.k8s.io/v1';
const binding = (kind: string, name: string) => object(GROUP, 'ClusterRoleBinding', 'web', `roleRef:\n  kind: ${kind}\n  name: ${name}`);
const role = (rule: string) => object(GROUP, 'ClusterRole', 'ops', `rules: [${rule}]`);

testRule(rbacClusterAdminBinding, {
  passes: {
    'a narrow role': binding('ClusterRole', 'ops') + role('{ apiGroups: ["*"], resources: ["*"], verbs: [get, list] }'),
    'a role that is not here': binding('ClusterRole', 'ops'),
    'a Role that only has the name': binding('Role', 'cluster-admin'),
  },
  fails: {
    'cluster-admin': [binding('ClusterRole', 'cluster-admin'), ['name: cluster-admin', { binding: 'ClusterRoleBinding/web', role: 'cluster-admin' }]],
    'a home-made equal': [binding('ClusterRole', 'ops') + role('{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }'), 'name: ops'],
    'with all verbs written out': [
      binding('ClusterRole', 'ops') + role('{ apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch, create, update, patch, delete] }'),
      'name: ops',
    ],
  },
});
