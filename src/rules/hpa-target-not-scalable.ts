import { placeAt } from '../manifest/yaml.ts';
import { autoscalers } from './autoscalers.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { isBuiltIn, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

/** Built-in kinds that have a scale sub-resource. */
const SCALABLE = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Rollout']);

export const hpaTargetNotScalable = defineRule({
  id: 'hpa-target-not-scalable',
  severity: 'high',
  says: '{autoscaler} is to scale {target}, and a {kind} has no replicas.',
  because: 'An autoscaler can only drive a kind with a scale sub-resource; it reports an error for ever, and nothing is scaled.',
  fix: 'Let scaleTargetRef name a Deployment or a StatefulSet.',
  fails: 'hpa-target-not-scalable/daemon-set.yaml',
  passes: 'hpa-target-not-scalable/deployment.yaml',
  *find(inventory) {
    for (const { resource, target } of autoscalers(inventory)) {
      if (!isBuiltIn(target) || SCALABLE.has(target.kind) || hasPlaceholder(target.kind)) continue;
      const args = { autoscaler: titleOf(resource), target: `${target.kind}/${target.name}`, kind: target.kind };
      yield { at: placeAt(resource.node, 'spec', 'scaleTargetRef', 'kind'), args };
    }
  },
});
