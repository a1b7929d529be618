import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { claimsOf } from './claims-of-pods.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const rollingUpdateMissing = defineRule({
  id: 'rolling-update-missing',
  severity: 'medium',
  optIn: true,
  says: '{workload} goes down at every update.',
  because: 'With the strategy Recreate all old pods end before the first new one starts.',
  fix: 'Use RollingUpdate; Recreate is right for a pod whose volume only one node can hold.',
  fails: 'rolling-update-missing/recreate.yaml',
  passes: 'rolling-update-missing/rolling.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment')) {
      if (textOf(get(workload.node, 'spec', 'strategy', 'type')) !== 'Recreate' || claimsOf(workload).length > 0) continue;
      yield { at: placeAt(workload.node, 'spec', 'strategy', 'type'), args: { workload: titleOf(workload) } };
    }
  },
});
