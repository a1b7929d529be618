import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { bindings, boundRole, isAllPowerful } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacClusterAdminBinding = defineRule({
  id: 'rbac-cluster-admin-binding',
  severity: 'high',
  security: true,
  says: '{binding} hands out {role}, which may do anything.',
  because: 'Whoever takes over an account with that role owns every namespace it counts for, all Secrets and all nodes with it.',
  fix: 'Bind a Role with the groups, resources and verbs that are used.',
  fails: 'rbac-cluster-admin-binding/cluster-admin.yaml',
  passes: 'rbac-cluster-admin-binding/view.yaml',
  *find(inventory) {
    for (const binding of bindings(inventory)) {
      const name = textOf(get(binding.node, 'roleRef', 'name')) ?? '';
      const isBuiltIn = name === 'cluster-admin' && textOf(get(binding.node, 'roleRef', 'kind')) === 'ClusterRole';
      const role = boundRole(inventory, binding);
      if (isBuiltIn || (role && isAllPowerful(role))) yield { at: placeAt(binding.node, 'roleRef', 'name'), args: { binding: titleOf(binding), role: name } };
    }
  },
});
