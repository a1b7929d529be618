import { defaultServiceAccountBound } from './default-service-account-bound.ts';
import { object, testRule } from './test-rule.ts';

const binding = (subject: string) =>
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'web', `roleRef: { kind: Role, name: web }\nsubjects:\n  - ${subject}`);

testRule(defaultServiceAccountBound, {
  passes: {
    'an account of its own': binding('{ kind: ServiceAccount, name: web }'),
    'a group that happens to be called so': binding('{ kind: Group, name: default }'),
  },
  fails: { default: [binding('{ kind: ServiceAccount, name: default }'), ['- { kind: ServiceAccount, name: default }', { binding: 'RoleBinding/web' }]] },
});
