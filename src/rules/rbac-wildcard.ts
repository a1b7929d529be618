import { titleOf } from './objects.ts';
import { grantsOf, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacWildcard = defineRule({
  id: 'rbac-wildcard',
  severity: 'high',
  security: true,
  says: '{role} gives * as {lists}.',
  because: 'A wildcard gives rights that nobody thought of, those to Secrets and to roles among them, and those of kinds that are installed later.',
  fix: 'List the groups, resources and verbs that are used.',
  fails: 'rbac-wildcard/all-verbs.yaml',
  passes: 'rbac-wildcard/listed.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      for (const { groups, resources, verbs } of grantsOf(role)) {
        const lists = { apiGroups: groups, resources, verbs };
        const wild = Object.entries(lists).flatMap(([name, words]) =>
          words.filter(({ text }) => text === '*' || text === '*/*').map(({ node }) => ({ name, node })),
        );
        if (wild.length > 0) yield { at: wild[0]!.node, args: { role: titleOf(role), lists: wild.map(({ name }) => name).join(' and ') } };
      }
    }
  },
});
