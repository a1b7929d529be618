import { userOf } from '../code/dockerfile.ts';
import { booleanOf, numberOf } from '../manifest/yaml.ts';
import { dockerfileOf } from './built-images.ts';
import { inContainer, linuxContainers, namesOf, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const imageUidMismatch = defineRule({
  id: 'image-uid-mismatch',
  severity: 'high',
  says: 'Container {container} of {workload} must not run as root, and its image says USER {user}: {problem}.',
  because:
    'The kubelet refuses to start a container under runAsNonRoot whose image runs as root or names its user; the pod stays in CreateContainerConfigError.',
  fix: 'Set runAsUser to the number of the user, or write USER with a number into {dockerfile}.',
  fails: 'image-uid-mismatch/by-name',
  passes: 'image-uid-mismatch/by-number',
  *find(inventory) {
    if (inventory.dockerfiles.length === 0) return;
    for (const placed of linuxContainers(inventory)) {
      if (booleanOf(securityOf(placed, 'runAsNonRoot')) !== true || numberOf(securityOf(placed, 'runAsUser')) !== undefined) continue;
      const dockerfile = dockerfileOf(inventory, placed.container.image);
      const user = dockerfile && userOf(dockerfile)?.user; // without USER the base image decides
      if (!dockerfile || !user || /[$]/.test(user)) continue;
      const problem = user === '0' || user === 'root' ? 'that is root' : /^\d+$/.test(user) ? undefined : 'the kubelet cannot tell whether that is root';
      if (problem)
        yield { at: inContainer(placed, 'securityContext', 'runAsNonRoot'), args: { ...namesOf(placed), user, problem, dockerfile: dockerfile.source.path } };
    }
  },
});
