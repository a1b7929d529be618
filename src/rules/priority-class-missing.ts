import { inPod, podLacks, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const priorityClassMissing = defineRule({
  id: 'priority-class-missing',
  severity: 'low',
  optIn: true,
  says: '{workload} states no priority.',
  because: 'When nodes are full, pods without a priority are the first that others push away.',
  fix: 'Set priorityClassName.',
  fails: 'priority-class-missing/none.yaml',
  passes: 'priority-class-missing/high.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (podLacks(inventory, workload, 'priorityClassName')) yield { at: inPod(workload), args: { workload: titleOf(workload) } };
    }
  },
});
