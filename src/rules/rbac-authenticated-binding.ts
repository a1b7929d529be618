import { placeAt } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { bindings, subjectsOf } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacAuthenticatedBinding = defineRule({
  id: 'rbac-authenticated-binding',
  severity: 'high',
  security: true,
  says: '{binding} gives its role to {subject}.',
  because: 'Every service account of the cluster is in that group, so each pod has the role, one that was broken into as well.',
  fix: 'Name the account or group that needs the role.',
  fails: 'rbac-authenticated-binding/everybody.yaml',
  passes: 'rbac-authenticated-binding/account.yaml',
  *find(inventory) {
    for (const binding of bindings(inventory)) {
      for (const { name, node } of subjectsOf(binding)) {
        if (name === 'system:authenticated' || name === 'system:serviceaccounts')
          yield { at: placeAt(node, 'name'), args: { binding: titleOf(binding), subject: name } };
      }
    }
  },
});
