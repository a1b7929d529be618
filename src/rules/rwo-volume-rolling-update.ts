import { isPatched } from '../manifest/kustomization.ts';
import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { claimsOf, modesOf } from './claims-of-pods.ts';
import { named, nearest } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const rwoVolumeRollingUpdate = defineRule({
  id: 'rwo-volume-rolling-update',
  severity: 'high',
  says: 'An update of {workload} starts the new pod while the old one holds the claim {claim}, which one node alone can mount.',
  because: 'Placed on another node the new pod waits for the volume, and the old one waits for the new one to be ready: the update never ends.',
  fix: 'Set strategy.type to Recreate, or use a StatefulSet.',
  fails: 'rwo-volume-rolling-update/rolling.yaml',
  passes: 'rwo-volume-rolling-update/recreate.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment')) {
      const strategy = get(workload.node, 'spec', 'strategy');
      if (textOf(get(strategy, 'type')) === 'Recreate' || isPatched(inventory, workload, 'strategy')) continue;
      if ((workload.replicas ?? 1) !== 1 || textOf(get(strategy, 'rollingUpdate', 'maxSurge')) === '0') continue; // more: rwo-volume-multi-replica
      for (const { claim } of claimsOf(workload)) {
        if (claim === undefined) continue;
        const claims = nearest(named(inventory, 'PersistentVolumeClaim', claim, workload), workload);
        const isForOneNode =
          claims.length > 0 && claims.every(({ node }) => modesOf(node).join() === 'ReadWriteOnce' || modesOf(node).join() === 'ReadWriteOncePod');
        if (!isForOneNode) continue;
        yield { at: placeAt(workload.node, 'spec', 'strategy'), args: { workload: titleOf(workload), claim } };
        break;
      }
    }
  },
});
