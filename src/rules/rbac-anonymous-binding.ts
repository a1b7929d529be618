import { placeAt } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { bindings, subjectsOf } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacAnonymousBinding = defineRule({
  id: 'rbac-anonymous-binding',
  severity: 'high',
  security: true,
  says: '{binding} gives its role to {subject}, which is everybody who can reach the API server.',
  because: 'Requests without any credential count as that subject, so the rights of the role are public.',
  fix: 'Name the account or group that needs the role.',
  fails: 'rbac-anonymous-binding/anonymous.yaml',
  passes: 'rbac-anonymous-binding/account.yaml',
  *find(inventory) {
    for (const binding of bindings(inventory)) {
      for (const { name, node } of subjectsOf(binding)) {
        if (name === 'system:anonymous' || name === 'system:unauthenticated')
          yield { at: placeAt(node, 'name'), args: { binding: titleOf(binding), subject: name } };
      }
    }
  },
});
