import { titleOf } from './objects.ts';
import { namesRight, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacSecretsAccess = defineRule({
  id: 'rbac-secrets-access',
  severity: 'medium',
  security: true,
  says: '{role} reads every Secret {where}.',
  because: 'Listing Secrets shows their contents, so get, list and watch all hand out every password and token there.',
  fix: 'Name the Secrets that are needed under resourceNames, with the verb get.',
  fails: 'rbac-secrets-access/all.yaml',
  passes: 'rbac-secrets-access/one.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      const right = namesRight(role, { group: '', resources: ['secrets'], verbs: ['get', 'list', 'watch'] });
      if (right) yield { at: right.node, args: { role: titleOf(role), where: role.kind === 'Role' ? 'of its namespace' : 'wherever it is bound' } };
    }
  },
});
