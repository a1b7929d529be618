import { placeAt } from '../manifest/yaml.ts';
import { autoscalersOf } from './autoscalers.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const hpaReplicasConflict = defineRule({
  id: 'hpa-replicas-conflict',
  severity: 'medium',
  says: '{workload} sets {replicas} replicas, and {autoscaler} sets them too.',
  because: 'Every apply puts the fixed number back, in the middle of the load for which the autoscaler had raised it.',
  fix: 'Remove spec.replicas and let the autoscaler’s minReplicas say how many there are at least.',
  fails: 'hpa-replicas-conflict/both.yaml',
  passes: 'hpa-replicas-conflict/autoscaler-only.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      const [autoscaler] = autoscalersOf(inventory, workload);
      if (!autoscaler || workload.replicas === undefined) continue;
      const args = { workload: titleOf(workload), replicas: String(workload.replicas), autoscaler: titleOf(autoscaler.resource) };
      yield { at: placeAt(workload.node, 'spec', 'replicas'), args };
    }
  },
});
