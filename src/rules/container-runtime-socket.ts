import { placeAt } from '../manifest/yaml.ts';
import { hostPaths, isRuntimeSocket } from './host-paths.ts';
import { titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const containerRuntimeSocket = defineRule({
  id: 'container-runtime-socket',
  severity: 'high',
  security: true,
  says: '{workload} mounts {path}, through which it can start any container on its node.',
  because: 'Whoever can talk to the container runtime starts a privileged container and is root on the node; mounting the socket read-only does not help.',
  fix: 'Use the Kubernetes API with a narrow Role, or a builder that needs no daemon.',
  fails: 'container-runtime-socket/docker.yaml',
  passes: 'container-runtime-socket/none.yaml',
  *find(inventory) {
    for (const { workload, volume, path } of hostPaths(inventory)) {
      if (isRuntimeSocket(path)) yield { at: placeAt(volume, 'hostPath', 'path'), args: { workload: titleOf(workload), path } };
    }
  },
});
