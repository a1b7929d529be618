import { sameQuantity } from '../manifest/quantity.ts';
import { get, textOf } from '../manifest/yaml.ts';
import { inContainer, mainContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const resourcesRequestsNotEqualLimits = defineRule({
  id: 'resources-requests-not-equal-limits',
  severity: 'low',
  optIn: true,
  says: 'Container {container} of {workload} has other requests than limits ({resources}), so its pod is not guaranteed what it may use.',
  because: 'Only pods whose requests equal their limits are in the guaranteed class, which is evicted last.',
  fix: 'Set the same values for CPU and memory in resources.requests and resources.limits.',
  fails: 'resources-requests-not-equal-limits/burstable.yaml',
  passes: 'resources-requests-not-equal-limits/guaranteed.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      const differ = ['cpu', 'memory'].filter((resource) => {
        const limit = textOf(get(placed.container.node, 'resources', 'limits', resource));
        const request = textOf(get(placed.container.node, 'resources', 'requests', resource)) ?? limit; // an absent request is the limit
        return limit === undefined || !sameQuantity(request!, limit);
      });
      if (differ.length > 0) yield { at: inContainer(placed, 'resources'), args: { ...namesOf(placed), resources: differ.join(', ') } };
    }
  },
});
