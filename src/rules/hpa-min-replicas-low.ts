import { get, numberOf, placeAt } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const hpaMinReplicasLow = defineRule({
  id: 'hpa-min-replicas-low',
  severity: 'low',
  optIn: true,
  says: '{autoscaler} may scale down to {min} replica.',
  because: 'With a single replica every restart and every drained node is an outage.',
  fix: 'Set minReplicas to 2 or more.',
  fails: 'hpa-min-replicas-low/one.yaml',
  passes: 'hpa-min-replicas-low/two.yaml',
  *find(inventory) {
    for (const resource of objects(inventory, 'HorizontalPodAutoscaler')) {
      const min = numberOf(get(resource.node, 'spec', 'minReplicas')) ?? 1;
      if (min < 2) yield { at: placeAt(resource.node, 'spec', 'minReplicas'), args: { autoscaler: titleOf(resource), min: String(min) } };
    }
  },
});
