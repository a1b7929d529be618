import { titleOf } from './objects.ts';
import { grantsOf, roles } from './roles.ts';
import { defineRule } from './rule.ts';

export const rbacBindEscalate = defineRule({
  id: 'rbac-bind-escalate',
  severity: 'high',
  security: true,
  says: '{role} lets {verb} roles, and so take any right.',
  because: 'Kubernetes lets nobody hand out rights that he does not have, except with the verbs bind and escalate: they switch that protection off.',
  fix: 'Remove the verb, or limit it with resourceNames.',
  fails: 'rbac-bind-escalate/escalate.yaml',
  passes: 'rbac-bind-escalate/create.yaml',
  *find(inventory) {
    for (const role of roles(inventory)) {
      for (const { node, verbs } of grantsOf(role)) {
        const verb = verbs.find(({ text }) => text === 'bind' || text === 'escalate');
        if (verb && !(node.is === 'map' && node.entries.has('resourceNames'))) yield { at: verb.node, args: { role: titleOf(role), verb: verb.text } };
      }
    }
  },
});
