import { isPatched } from '../manifest/kustomization.ts';
import { textOf } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const seccompProfileMissing = defineRule({
  id: 'seccomp-profile-missing',
  severity: 'medium',
  security: true,
  says: 'Container {container} of {workload} may call every function of the kernel.',
  because:
    'Without a seccomp profile nothing filters system calls, unless the kubelet was told to; the default profile blocks those that most break-outs need.',
  fix: 'Set securityContext.seccompProfile.type to RuntimeDefault on the pod.',
  fails: 'seccomp-profile-missing/none.yaml',
  passes: 'seccomp-profile-missing/runtime-default.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (textOf(securityOf(placed, 'seccompProfile', 'type')) !== undefined || isPatched(inventory, placed.workload, 'seccompProfile')) continue;
      yield { at: inContainer(placed, 'securityContext', 'seccompProfile'), args: namesOf(placed) };
    }
  },
});
