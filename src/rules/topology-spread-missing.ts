import { isPatched } from '../manifest/kustomization.ts';
import { get, itemsOf } from '../manifest/yaml.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const topologySpreadMissing = defineRule({
  id: 'topology-spread-missing',
  severity: 'low',
  optIn: true,
  says: 'All replicas of {workload} may run on one node.',
  because: 'Nothing asks the scheduler to spread them, so one node can take them all down.',
  fix: 'Add a topologySpreadConstraint over kubernetes.io/hostname with matchLabelKeys: [pod-template-hash].',
  fails: 'topology-spread-missing/none.yaml',
  passes: 'topology-spread-missing/spread.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'StatefulSet', 'ReplicaSet')) {
      if (workload.replicas === 1 || workload.replicas === 0 || isPatched(inventory, workload, 'topologySpreadConstraints')) continue;
      if (itemsOf(get(workload.pod, 'topologySpreadConstraints')).length > 0) continue;
      yield { at: inPod(workload), args: { workload: titleOf(workload) } };
    }
  },
});
