import { isPatched } from '../manifest/kustomization.ts';
import { booleanOf, get } from '../manifest/yaml.ts';
import { inContainer, linuxContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const readOnlyRootFsMissing = defineRule({
  id: 'read-only-root-fs-missing',
  severity: 'low',
  security: true,
  says: 'Container {container} of {workload} can write into its own image.',
  because: 'With a read-only root filesystem an intruder can neither replace the program nor leave anything behind.',
  fix: 'Set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where the program writes.',
  fails: 'read-only-root-fs-missing/writable.yaml',
  passes: 'read-only-root-fs-missing/read-only.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      const readOnly = booleanOf(get(placed.container.node, 'securityContext', 'readOnlyRootFilesystem'));
      if (readOnly === true || (readOnly === undefined && isPatched(inventory, placed.workload, 'readOnlyRootFilesystem'))) continue;
      yield { at: inContainer(placed, 'securityContext', 'readOnlyRootFilesystem'), args: namesOf(placed) };
    }
  },
});
