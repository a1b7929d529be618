import { titleOf } from './objects.ts';
import { grantsOf, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacImpersonate = defineRule({
  id: 'rbac-impersonate',
  severity: 'high',
  security: true,
  says: '{role} lets act in the name of others.',
  because: 'Who may impersonate users, groups or accounts has the rights of all of them, cluster-admin included.',
  fix: 'Remove impersonate, or limit it with resourceNames.',
  fails: 'rbac-impersonate/users.yaml',
  passes: 'rbac-impersonate/one-account.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      for (const { node, verbs } of grantsOf(role)) {
        const verb = verbs.find(({ text }) => text === 'impersonate');
        if (verb && !(node.is === 'map' && node.entries.has('resourceNames'))) yield { at: verb.node, args: { role: titleOf(role) } };
      }
    }
  },
});
