import { placeAt } from '../manifest/yaml.ts';
import { claimsOf } from './claims-of-pods.ts';
import { hasPlaceholder, madeElsewhere } from './elsewhere.ts';
import { mayShareNamespace, named } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const pvcMissing = defineRule({
  id: 'pvc-missing',
  severity: 'high',
  says: '{workload} mounts the claim {claim}, which is not there.',
  because: 'The pod stays Pending until a PersistentVolumeClaim of that name exists in its namespace.',
  fix: 'Add the PersistentVolumeClaim, or correct claimName.',
  fails: 'pvc-missing/typing-error.yaml',
  passes: 'pvc-missing/matching.yaml',
  *find(inventory) {
    const templates = workloads(inventory, 'StatefulSet').flatMap((set) =>
      claimsOf(set).flatMap(({ volume, claim }) => (claim === undefined ? [{ set, prefix: `${volume}-${set.name}-` }] : [])),
    );
    for (const workload of workloads(inventory)) {
      for (const { claim, node } of claimsOf(workload)) {
        if (claim === undefined || hasPlaceholder(claim) || named(inventory, 'PersistentVolumeClaim', claim, workload).length > 0) continue;
        if (madeElsewhere(inventory, 'PersistentVolumeClaim', claim, workload)) continue;
        if (templates.some(({ set, prefix }) => claim.startsWith(prefix) && mayShareNamespace(set, workload))) continue; // data-db-0
        yield { at: placeAt(node, 'persistentVolumeClaim', 'claimName'), args: { workload: titleOf(workload), claim } };
      }
    }
  },
});
