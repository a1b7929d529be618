import { isPatched } from '../manifest/kustomization.ts';
import { booleanOf, get } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const privilegeEscalationAllowed = defineRule({
  id: 'privilege-escalation-allowed',
  severity: 'medium',
  security: true,
  says: 'A process in container {container} of {workload} may gain more rights than it started with.',
  because: 'Unless allowPrivilegeEscalation is false, a set-uid program in the image turns a user into root.',
  fix: 'Set securityContext.allowPrivilegeEscalation to false.',
  fails: 'privilege-escalation-allowed/unsaid.yaml',
  passes: 'privilege-escalation-allowed/forbidden.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      const allowed = booleanOf(get(placed.container.node, 'securityContext', 'allowPrivilegeEscalation'));
      if (allowed === false) continue;
      if (allowed === undefined && isPatched(inventory, placed.workload, 'allowPrivilegeEscalation')) continue;
      if (booleanOf(get(placed.container.node, 'securityContext', 'privileged')) === true) continue; // it has them all: privileged-container
      yield { at: inContainer(placed, 'securityContext', 'allowPrivilegeEscalation'), args: namesOf(placed) };
    }
  },
});
