import { rbacSecretsAccess } from './rbac-secrets-access.ts';
import { object, testRule } from './test-rule.ts';

const role = (rule: string, kind = 'Role') => object('rbac.authorization.k8s.io/v1', kind, 'web', `rules:\n  - ${rule}`);

testRule(rbacSecretsAccess, {
  passes: {
    'one Secret': role('{ apiGroups: [""], resources: [secrets], verbs: [get], resourceNames: [web] }'),
    'creating them only': role('{ apiGroups: [""], resources: [secrets], verbs: [create] }'),
    'secrets of another group': role('{ apiGroups: [vault.example.com], resources: [secrets], verbs: [get] }'),
  },
  fails: {
    'all of the namespace': [
      role('{ apiGroups: [""], resources: [secrets], verbs: [list] }'),
      ['- { apiGroups: [""], resources: [secrets], verbs: [list] }', { where: 'of its namespace' }],
    ],
    'of any namespace': [
      role('{ apiGroups: [""], resources: [pods, secrets], verbs: ["*"] }', 'ClusterRole'),
      ['- { apiGroups: [""], resources: [pods, secrets], verbs: ["*"] }', { where: 'wherever it is bound' }],
    ],
  },
});
