import { booleanOf, get } from '../manifest/yaml.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const hostNetwork = defineRule({
  id: 'host-network',
  severity: 'high',
  security: true,
  says: '{workload} uses the network of its node.',
  because: 'It can listen to the traffic of the node, reaches services that only answer locally, and no NetworkPolicy applies to it.',
  fix: 'Remove hostNetwork, and let a Service or a hostPort lead to the pod.',
  fails: 'host-network/host.yaml',
  passes: 'host-network/service.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (booleanOf(get(workload.pod, 'hostNetwork')) === true) yield { at: inPod(workload, 'hostNetwork'), args: { workload: titleOf(workload) } };
    }
  },
});
