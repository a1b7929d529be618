import { rbacNodesProxy } from './rbac-nodes-proxy.ts';
import { object, testRule } from './test-rule.ts';

const role = (resource: string) =>
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'web', `rules:\n  - { apiGroups: [""], resources: [${resource}], verbs: [get] }`);

testRule(rbacNodesProxy, {
  passes: { metrics: role('nodes/metrics'), 'a wildcard, which is another finding': role('"*"') },
  fails: { proxy: [role('nodes, nodes/proxy'), ['- { apiGroups: [""], resources: [nodes, nodes/proxy], verbs: [get] }', { role: 'ClusterRole/web' }]] },
});
