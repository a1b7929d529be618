import { get, placeAt } from '../manifest/yaml.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const cronjobDeadlineMissing = defineRule({
  id: 'cronjob-deadline-missing',
  severity: 'low',
  optIn: true,
  says: '{workload} does not say how late it may start.',
  because: 'After more than a hundred missed starts, such as after a long outage, the controller gives up on a CronJob without a deadline.',
  fix: 'Set spec.startingDeadlineSeconds.',
  fails: 'cronjob-deadline-missing/none.yaml',
  passes: 'cronjob-deadline-missing/five-minutes.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'CronJob')) {
      if (!get(workload.node, 'spec', 'startingDeadlineSeconds'))
        yield { at: placeAt(workload.node, 'spec', 'schedule'), args: { workload: titleOf(workload) } };
    }
  },
});
