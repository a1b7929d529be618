import { rbacTokenCreate } from './rbac-token-create.ts';
import { object, testRule } from './test-rule.ts';

const role = (rule: string) => object('rbac.authorization.k8s.io/v1', 'Role', 'web', `rules:\n  - ${rule}`);

testRule(rbacTokenCreate, {
  passes: {
    'one account': role('{ apiGroups: [""], resources: [serviceaccounts/token], verbs: [create], resourceNames: [web] }'),
    'reading accounts': role('{ apiGroups: [""], resources: [serviceaccounts], verbs: [get] }'),
  },
  fails: {
    'any account': [
      role('{ apiGroups: [""], resources: [serviceaccounts/token], verbs: [create] }'),
      '- { apiGroups: [""], resources: [serviceaccounts/token], verbs: [create] }',
    ],
  },
});
