import { titleOf } from './objects.ts';
import { EXEC, gives, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacPodExec = defineRule({
  id: 'rbac-pod-exec',
  severity: 'high',
  security: true,
  says: '{role} lets run commands in pods.',
  because: 'A command in a pod has everything the pod has: its Secrets, its volumes, its account, its way through the network.',
  fix: 'Leave pods/exec and pods/attach out, or give them to people for a limited time only.',
  fails: 'rbac-pod-exec/exec.yaml',
  passes: 'rbac-pod-exec/logs.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      const right = gives(role, EXEC);
      if (right) yield { at: right.node, args: { role: titleOf(role) } };
    }
  },
});
