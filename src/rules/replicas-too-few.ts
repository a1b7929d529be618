import { isPatched } from '../manifest/kustomization.ts';
import { placeAt } from '../manifest/yaml.ts';
import { autoscalersOf } from './autoscalers.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const replicasTooFew = defineRule({
  id: 'replicas-too-few',
  severity: 'medium',
  optIn: true,
  says: '{workload} runs a single replica.',
  because: 'Every restart, every drained node and every failed probe is an outage.',
  fix: 'Set replicas to 2 or more, or let an autoscaler do it.',
  fails: 'replicas-too-few/one.yaml',
  passes: 'replicas-too-few/two.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment')) {
      if ((workload.replicas ?? 1) !== 1 || autoscalersOf(inventory, workload).length > 0 || isPatched(inventory, workload, 'replicas')) continue;
      yield { at: placeAt(workload.node, 'spec', 'replicas'), args: { workload: titleOf(workload) } };
    }
  },
});
