import { booleanOf, get, itemsOf, textOf } from '../manifest/yaml.ts';
import { hostPaths, isRuntimeSocket } from './host-paths.ts';
import { namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const hostPathWritable = defineRule({
  id: 'host-path-writable',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} can write to {path} on its node.',
  because: 'Files that a container leaves on the node outlive it, fill the disk of the node, and may be run or read there by root.',
  fix: 'Set readOnly: true on the mount, or use a volume that belongs to the pod.',
  fails: 'host-path-writable/writable.yaml',
  passes: 'host-path-writable/read-only.yaml',
  *find(inventory) {
    for (const { workload, name, path } of hostPaths(inventory)) {
      if (isRuntimeSocket(path)) continue; // read-only changes nothing about a socket: container-runtime-socket
      for (const container of [...workload.initContainers, ...workload.containers]) {
        for (const mount of itemsOf(get(container.node, 'volumeMounts'))) {
          if (textOf(get(mount, 'name')) !== name || booleanOf(get(mount, 'readOnly')) === true) continue;
          yield { at: mount, args: { ...namesOf({ workload, container }), path } };
        }
      }
    }
  },
});
