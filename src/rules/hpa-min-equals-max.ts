import { get, numberOf, placeAt } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const hpaMinEqualsMax = defineRule({
  id: 'hpa-min-equals-max',
  severity: 'medium',
  says: '{autoscaler} never scales: it has at least {min} and at most {max} replicas.',
  because: 'It looks as if the workload would follow its load, and it does not; a maximum below the minimum is refused.',
  fix: 'Raise maxReplicas, or remove the autoscaler and set spec.replicas.',
  fails: 'hpa-min-equals-max/equal.yaml',
  passes: 'hpa-min-equals-max/range.yaml',
  *find(inventory) {
    for (const resource of objects(inventory, 'HorizontalPodAutoscaler')) {
      const [min, max] = ['minReplicas', 'maxReplicas'].map((field) => numberOf(get(resource.node, 'spec', field)));
      if (min === undefined || max === undefined || min < max) continue;
      yield { at: placeAt(resource.node, 'spec', 'maxReplicas'), args: { autoscaler: titleOf(resource), min: String(min), max: String(max) } };
    }
  },
});
