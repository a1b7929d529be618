import { selects, type Workload } from '../manifest/resource.ts';
import { get, itemsOf } from '../manifest/yaml.ts';
import { inPod, podLacks, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const antiAffinityMissing = defineRule({
  id: 'anti-affinity-missing',
  severity: 'low',
  optIn: true,
  says: 'Nothing keeps the replicas of {workload} apart.',
  because: 'All of them may stand on one node, and fall with it.',
  fix: 'Add a podAntiAffinity, or a topology spread constraint, that selects its own pods.',
  fails: 'anti-affinity-missing/none.yaml',
  passes: 'anti-affinity-missing/preferred.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'StatefulSet')) {
      if (workload.replicas === 1 || workload.replicas === 0 || avoidsItself(workload)) continue;
      if (!podLacks(inventory, workload, 'topologySpreadConstraints')) continue;
      yield { at: inPod(workload, 'affinity', 'podAntiAffinity'), args: { workload: titleOf(workload) } };
    }
  },
});

const avoidsItself = ({ pod, podLabels }: Workload): boolean => {
  const terms = [
    ...itemsOf(get(pod, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')),
    ...itemsOf(get(pod, 'affinity', 'podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution')).flatMap(
      (item) => get(item, 'podAffinityTerm') ?? [],
    ),
  ];
  return terms.some((term) => get(term, 'labelSelector') && selects(get(term, 'labelSelector'), podLabels));
};
