import { placeAt } from '../manifest/yaml.ts';
import { hostPaths } from './host-paths.ts';
import { titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

/** Folders from which a node can be taken over or its secrets read. Their sub-folders are not all as bad: /var/log is, by itself, no such place. */
const SENSITIVE = new Set([
  '/',
  '/boot',
  '/dev',
  '/etc',
  '/etc/kubernetes',
  '/etc/kubernetes/manifests',
  '/etc/kubernetes/pki',
  '/home',
  '/lib',
  '/proc',
  '/root',
  '/run',
  '/sys',
  '/usr',
  '/var',
  '/var/lib',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/run',
]);

export const hostPathSensitive = defineRule({
  id: 'host-path-sensitive',
  severity: 'high',
  security: true,
  says: '{workload} mounts {path} of its node.',
  because: 'That folder holds what runs or protects the node: whoever reads it finds credentials, whoever writes it owns the node.',
  fix: 'Mount only the file or sub-folder that is needed, read-only.',
  fails: 'host-path-sensitive/etc.yaml',
  passes: 'host-path-sensitive/one-file.yaml',
  *find(inventory) {
    for (const { workload, volume, path } of hostPaths(inventory)) {
      if (SENSITIVE.has(path)) yield { at: placeAt(volume, 'hostPath', 'path'), args: { workload: titleOf(workload), path } };
    }
  },
});
