import { rbacPodExecBinding } from './rbac-pod-exec-binding.ts';
import { object, testRule } from './test-rule.ts';

const GROUP = 'rbac.authorization.k8s.io/v1';
const binding = (kind: string, namespace?: string) => object(GROUP, 'RoleBinding', 'web', `roleRef:\n  kind: ${kind}\n  name: debug`, namespace);
const role = (kind: string, resource: string, namespace?: string) =>
  object(GROUP, kind, 'debug', `rules: [{ apiGroups: [""], resources: [${resource}], verbs: [create] }]`, namespace);

testRule(rbacPodExecBinding, {
  passes: {
    'a role without it': binding('Role') + role('Role', 'pods'),
    'the Role, not the ClusterRole of that name': binding('Role') + role('Role', 'pods') + role('ClusterRole', 'pods/exec'),
    'a Role of another namespace': binding('Role', 'a') + role('Role', 'pods/exec', 'b'),
    'a role that is not here': binding('Role'),
  },
  fails: {
    'a Role': [binding('Role') + role('Role', 'pods/exec'), ['name: debug', { binding: 'RoleBinding/web', role: 'Role/debug' }]],
    'a ClusterRole, which has no namespace': [binding('ClusterRole', 'a') + role('ClusterRole', 'pods/attach'), 'name: debug'],
  },
});
