import { isPatched } from '../manifest/kustomization.ts';
import { booleanOf, numberOf } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const runAsRoot = defineRule({
  id: 'run-as-root',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} runs as root if its image does.',
  because: 'Most images start as root unless told otherwise, and root in a container is one kernel bug or one mounted folder away from root on the node.',
  fix: 'Set securityContext.runAsNonRoot to true, with a numeric runAsUser when the image names its user.',
  fails: 'run-as-root/unsaid.yaml',
  passes: 'run-as-root/non-root.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (booleanOf(securityOf(placed, 'runAsNonRoot')) === true) continue;
      if (numberOf(securityOf(placed, 'runAsUser')) !== undefined) continue; // it says which user: run-as-uid-zero judges that
      if (isPatched(inventory, placed.workload, 'runAsNonRoot') || isPatched(inventory, placed.workload, 'runAsUser')) continue;
      yield { at: inContainer(placed, 'securityContext', 'runAsNonRoot'), args: namesOf(placed) };
    }
  },
});
