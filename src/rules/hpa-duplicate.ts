import path from 'node:path';
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

/** The same name, or another folder, is another environment's version of it. */
const standTogether = (a: Autoscaler, b: Autoscaler): boolean =>
  a.resource.name !== b.resource.name && path.posix.dirname(a.resource.source.path) === path.posix.dirname(b.resource.source.path);
