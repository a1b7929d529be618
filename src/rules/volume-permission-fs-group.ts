import type { Workload } from '../manifest/resource.ts';
import { booleanOf, get, itemsOf, numberOf, textOf } from '../manifest/yaml.ts';
import { type ClaimVolume, claimsOf } from './claims-of-pods.ts';
import { linuxContainers, namesOf, type Placed, podLacks, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const volumePermissionFsGroup = defineRule({
  id: 'volume-permission-fs-group',
  severity: 'high',
  says: 'Container {container} of {workload} does not run as root, and nothing gives it the right to write to volume {volume}.',
  because: 'A new volume belongs to root. Unless the pod has an fsGroup the first write fails, and the program restarts over and over.',
  fix: 'Set securityContext.fsGroup of the pod to the group that the container runs as.',
  fails: 'volume-permission-fs-group/no-fs-group.yaml',
  passes: 'volume-permission-fs-group/fs-group.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      const { workload, container } = placed;
      if (container.init || !isNonRoot(placed) || !podLacks(inventory, workload, 'securityContext', 'fsGroup')) continue;
      for (const mount of itemsOf(get(container.node, 'volumeMounts'))) {
        const claim = claimsOf(workload).find(({ volume }) => volume === textOf(get(mount, 'name')));
        if (!claim || claim.readOnly || booleanOf(get(mount, 'readOnly')) === true || isPrepared(workload, claim)) continue;
        yield { at: mount, args: { ...namesOf(placed), volume: claim.volume } };
      }
    }
  },
});

/** Root and its group write everywhere. */
const isNonRoot = (placed: Placed): boolean => {
  const user = numberOf(securityOf(placed, 'runAsUser'));
  if (numberOf(securityOf(placed, 'runAsGroup')) === 0) return false;
  return user === undefined ? booleanOf(securityOf(placed, 'runAsNonRoot')) === true : user > 0;
};

/** An init container that mounts the volume may hand it over (chown, chmod) or create folders in it. */
const isPrepared = (workload: Workload, { volume }: ClaimVolume): boolean =>
  workload.initContainers.some((container) => itemsOf(get(container.node, 'volumeMounts')).some((mount) => textOf(get(mount, 'name')) === volume));
