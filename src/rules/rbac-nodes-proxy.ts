import { titleOf } from './objects.ts';
import { namesRight, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacNodesProxy = defineRule({
  id: 'rbac-nodes-proxy',
  severity: 'high',
  security: true,
  says: '{role} reaches the kubelets of all nodes (nodes/proxy).',
  because: 'Through the kubelet commands run in every pod of a node, past admission and past the audit log of the API server.',
  fix: 'Use nodes/metrics or nodes/stats, which is what monitoring needs.',
  fails: 'rbac-nodes-proxy/proxy.yaml',
  passes: 'rbac-nodes-proxy/metrics.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      const right = namesRight(role, { group: '', resources: ['nodes/proxy'], verbs: ['get', 'create', 'update', 'patch', 'delete'] });
      if (right) yield { at: right.node, args: { role: titleOf(role) } };
    }
  },
});
