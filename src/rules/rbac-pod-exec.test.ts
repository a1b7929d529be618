import { rbacPodExec } from './rbac-pod-exec.ts';
import { object, testRule } from './test-rule.ts';

const role = (rule: string) => object('rbac.authorization.k8s.io/v1', 'Role', 'web', `rules:\n  - ${rule}`);

testRule(rbacPodExec, {
  passes: {
    'another verb': role('{ apiGroups: [""], resources: [pods/exec], verbs: [list] }'),
    'another group': role('{ apiGroups: [apps], resources: ["*"], verbs: [create] }'),
  },
  fails: {
    exec: [
      role('{ apiGroups: [""], resources: [pods/exec], verbs: [create] }'),
      ['- { apiGroups: [""], resources: [pods/exec], verbs: [create] }', { role: 'Role/web' }],
    ],
    'attach, by websocket': [
      role('{ apiGroups: [""], resources: [pods/attach], verbs: [get] }'),
      '- { apiGroups: [""], resources: [pods/attach], verbs: [get] }',
    ],
    'a wildcard': [role('{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }'), '- { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }'],
  },
});
