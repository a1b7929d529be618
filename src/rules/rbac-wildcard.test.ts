import { rbacWildcard } from './rbac-wildcard.ts';
import { object, testRule } from './test-rule.ts';

const role = (rule: string) => object('rbac.authorization.k8s.io/v1', 'Role', 'web', `rules:\n  - ${rule}`);

testRule(rbacWildcard, {
  passes: {
    'everything is listed': role('{ apiGroups: [""], resources: [pods], verbs: [get] }'),
    'a sub-resource of every kind, by name': role('{ apiGroups: [apps], resources: ["*/scale"], verbs: [get] }'),
  },
  fails: {
    'all verbs': [
      role('{ apiGroups: [""], resources: [pods], verbs: ["*"] }'),
      ['- { apiGroups: [""], resources: [pods], verbs: ["*"] }', { role: 'Role/web', lists: 'verbs' }],
    ],
    'one finding for each rule': [
      role('{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }\n  - { apiGroups: [""], resources: ["*"], verbs: [get] }'),
      ['- { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }', { lists: 'apiGroups and resources and verbs' }],
      '- { apiGroups: [""], resources: ["*"], verbs: [get] }',
    ],
  },
});
