import type { Inventory } from '../manifest/inventory.ts';
import { isPatched } from '../manifest/kustomization.ts';
import type { Workload } from '../manifest/resource.ts';
import { get, numberOf } from '../manifest/yaml.ts';
import { autoscalersOf } from './autoscalers.ts';
import { claimsOf, modesOf } from './claims-of-pods.ts';
import { named, nearest } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const rwoVolumeMultiReplica = defineRule({
  id: 'rwo-volume-multi-replica',
  severity: 'high',
  says: '{workload} runs up to {replicas} pods on the claim {claim}, which one node alone can mount.',
  because: 'A ReadWriteOnce volume is attached to one node; pods on every other node stay in ContainerCreating.',
  fix: 'Use a StatefulSet with a claim for each pod, a ReadWriteMany volume, or a single replica.',
  fails: 'rwo-volume-multi-replica/two.yaml',
  passes: 'rwo-volume-multi-replica/shared.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'ReplicaSet', 'StatefulSet')) {
      const replicas = mostReplicas(inventory, workload);
      if (replicas < 2 || isPatched(inventory, workload, 'replicas')) continue;
      for (const { claim, node } of claimsOf(workload)) {
        if (claim !== undefined && isForOneNode(inventory, workload, claim))
          yield { at: node, args: { workload: titleOf(workload), replicas: String(replicas), claim } };
      }
    }
  },
});

const mostReplicas = (inventory: Inventory, workload: Workload): number => {
  const most = autoscalersOf(inventory, workload).flatMap(({ resource }) => numberOf(get(resource.node, 'spec', 'maxReplicas')) ?? []);
  return Math.max(workload.replicas ?? 1, ...most);
};

function isForOneNode(inventory: Inventory, workload: Workload, claim: string): boolean {
  const claims = nearest(named(inventory, 'PersistentVolumeClaim', claim, workload), workload);
  return (
    claims.length > 0 &&
    claims.every(({ node }) => modesOf(node).length > 0 && modesOf(node).every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod'))
  );
}
