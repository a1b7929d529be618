import { placeAt } from '../manifest/yaml.ts';
import { type Autoscaler, autoscalersOf } from './autoscalers.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const hpaDuplicate = defineRule({
  id: 'hpa-duplicate',
  severity: 'high',
  says: '{autoscaler} and {other} both set the replicas of {workload}.',
  because: 'Two autoscalers undo what the other does, over and over; Kubernetes gives up on both with AmbiguousSelector.',
  fix: 'Keep one, with the metrics of both.',
  fails: 'hpa-duplicate/two.yaml',
  passes: 'hpa-duplicate/one-with-both-metrics.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      const [first, ...others] = autoscalersOf(inventory, workload);
      for (const other of others) {
        if (!standTogether(first!, other)) continue;
        const args = { autoscaler: titleOf(other.resource), other: titleOf(first!.resource), workload: titleOf(workload) };
        yield { at: placeAt(other.resource.node, 'spec', 'scaleTargetRef', 'name'), args };
      }
    }
  },
});

/** The same name is another environment's version of it, and files that state no namespace may be alternatives to choose from. */
const standTogether = ({ resource: a }: Autoscaler, { resource: b }: Autoscaler): boolean =>
  a.name !== b.name && (a.source === b.source || (a.namespace !== undefined && a.namespace !== 'default' && a.namespace === b.namespace));
