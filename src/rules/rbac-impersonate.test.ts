import { rbacImpersonate } from './rbac-impersonate.ts';
import { object, testRule } from './test-rule.ts';

const role = (rule: string) => object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'web', `rules:\n  - ${rule}`);

testRule(rbacImpersonate, {
  passes: { 'one account': role('{ apiGroups: [""], resources: [serviceaccounts], verbs: [impersonate], resourceNames: [web] }') },
  fails: {
    users: [
      role('{ apiGroups: [""], resources: [users], verbs: [impersonate] }'),
      ['- { apiGroups: [""], resources: [users], verbs: [impersonate] }', { role: 'ClusterRole/web' }],
    ],
  },
});
