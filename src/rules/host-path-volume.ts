import { placeAt } from '../manifest/yaml.ts';
import { hostPaths } from './host-paths.ts';
import { titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const hostPathVolume = defineRule({
  id: 'host-path-volume',
  severity: 'medium',
  security: true,
  optIn: true,
  says: '{workload} mounts {path} of its node.',
  because: 'What it reads and writes there stays on one node, outside the pod’s life, quota and isolation.',
  fix: 'Use an emptyDir, a ConfigMap or a PersistentVolumeClaim.',
  fails: 'host-path-volume/host.yaml',
  passes: 'host-path-volume/claim.yaml',
  *find(inventory) {
    for (const { workload, volume, path } of hostPaths(inventory)) {
      yield { at: placeAt(volume, 'hostPath', 'path'), args: { workload: titleOf(workload), path } };
    }
  },
});
