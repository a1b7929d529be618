import { placeAt } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { bindings, subjectsOf } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacMastersBinding = defineRule({
  id: 'rbac-masters-binding',
  severity: 'high',
  security: true,
  says: '{binding} names the group system:masters.',
  because: 'That group passes every authorisation check by itself, and membership cannot be taken back: it is written into certificates.',
  fix: 'Bind a group of your own.',
  fails: 'rbac-masters-binding/masters.yaml',
  passes: 'rbac-masters-binding/own-group.yaml',
  *find(inventory) {
    for (const binding of bindings(inventory)) {
      for (const { name, node } of subjectsOf(binding)) {
        if (name === 'system:masters' && binding.name !== 'cluster-admin') yield { at: placeAt(node, 'name'), args: { binding: titleOf(binding) } };
      }
    }
  },
});
