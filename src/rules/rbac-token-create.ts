import { titleOf } from './objects.ts';
import { namesRight, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacTokenCreate = defineRule({
  id: 'rbac-token-create',
  severity: 'high',
  security: true,
  says: '{role} makes tokens of service accounts.',
  because: 'With a fresh token one acts as any account of the namespace, with all its rights.',
  fix: 'Remove serviceaccounts/token, or limit it with resourceNames.',
  fails: 'rbac-token-create/any-account.yaml',
  passes: 'rbac-token-create/read-accounts.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      const right = namesRight(role, { group: '', resources: ['serviceaccounts/token'], verbs: ['create'] });
      if (right) yield { at: right.node, args: { role: titleOf(role) } };
    }
  },
});
