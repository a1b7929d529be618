import { placeOf } from '../manifest/resource.ts';
import { booleanOf, get } from '../manifest/yaml.ts';
import { directionsOf, hasOtherPolicies, policiesOver } from './network-policies.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const networkpolicyMissing = defineRule({
  id: 'networkpolicy-missing',
  severity: 'medium',
  security: true,
  says: '{workload} {problem}.',
  because: 'Without a NetworkPolicy every pod of the cluster reaches this one, and it reaches all of them and the internet: one break-in opens everything.',
  fix: 'Add a NetworkPolicy that selects its pods with policyTypes Ingress and Egress, and allow what is needed, DNS too.',
  fails: 'networkpolicy-missing/ingress-only.yaml',
  passes: 'networkpolicy-missing/both.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (booleanOf(get(workload.pod, 'hostNetwork')) === true) continue; // no policy applies to the network of a node
      const governed = new Set(policiesOver(inventory, workload).flatMap(directionsOf));
      if (governed.size === 2 || hasOtherPolicies(inventory, workload)) continue;
      const problem =
        governed.size === 0
          ? 'is selected by no NetworkPolicy'
          : governed.has('Ingress')
            ? 'may send anywhere: its NetworkPolicies govern only what comes in'
            : 'may be reached from anywhere: its NetworkPolicies govern only what goes out';
      yield { at: placeOf(workload), args: { workload: titleOf(workload), problem } };
    }
  },
});
