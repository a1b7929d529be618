import { placeAt } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { bindings, boundRole, EXEC, gives } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacPodExecBinding = defineRule({
  id: 'rbac-pod-exec-binding',
  severity: 'high',
  security: true,
  says: '{binding} hands out {role}, with which commands can be run in pods.',
  because: 'A command in a pod has everything the pod has: its Secrets, its volumes, its account, its way through the network.',
  fix: 'Bind a role without pods/exec and pods/attach.',
  fails: 'rbac-pod-exec-binding/exec.yaml',
  passes: 'rbac-pod-exec-binding/logs.yaml',
  *find(inventory) {
    for (const binding of bindings(inventory)) {
      const role = boundRole(inventory, binding);
      if (role && gives(role, EXEC)) yield { at: placeAt(binding.node, 'roleRef', 'name'), args: { binding: titleOf(binding), role: titleOf(role) } };
    }
  },
});
