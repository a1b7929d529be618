import { isPatched } from '../manifest/kustomization.ts';
import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { allContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const volumeMountUndefined = defineRule({
  id: 'volume-mount-undefined',
  severity: 'high',
  says: 'Container {container} of {workload} {problem}.',
  because: 'The API server refuses a pod that mounts a volume it does not have, or two volumes at one path.',
  fix: 'Add the volume under the pod’s volumes, correct the name, or mount it elsewhere.',
  fails: 'volume-mount-undefined/typing-error.yaml',
  passes: 'volume-mount-undefined/matching.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      const { workload, container } = placed;
      if (isPatched(inventory, workload, 'volumes') || isPatched(inventory, workload, 'volumeClaimTemplates')) continue;
      const volumes = new Set([
        ...itemsOf(get(workload.pod, 'volumes')).map((volume) => textOf(get(volume, 'name'))),
        ...itemsOf(get(workload.node, 'spec', 'volumeClaimTemplates')).map((claim) => textOf(get(claim, 'metadata', 'name'))),
      ]);
      const paths = new Set<string>();
      for (const mount of itemsOf(get(container.node, 'volumeMounts'))) {
        const name = textOf(get(mount, 'name'));
        const path = textOf(get(mount, 'mountPath'));
        if (name !== undefined && !volumes.has(name) && !hasPlaceholder(name)) {
          yield { at: placeAt(mount, 'name'), args: { ...namesOf(placed), problem: `mounts the volume ${name}, which its pod does not have` } };
        }
        if (path === undefined) continue;
        if (paths.has(path)) yield { at: placeAt(mount, 'mountPath'), args: { ...namesOf(placed), problem: `mounts two volumes at ${path}` } };
        paths.add(path);
      }
    }
  },
});
