import { isPatched } from '../manifest/kustomization.ts';
import { booleanOf, get, textOf } from '../manifest/yaml.ts';
import { named } from './neighbours.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

const FIELD = 'automountServiceAccountToken';

export const serviceAccountTokenAutomount = defineRule({
  id: 'service-account-token-automount',
  severity: 'medium',
  security: true,
  optIn: true,
  says: '{workload} carries a token for the Kubernetes API.',
  because: 'Whoever breaks into the pod finds it; most programs never speak to the API.',
  fix: 'Set automountServiceAccountToken: false in the pod, unless it does speak to the API.',
  fails: 'service-account-token-automount/unsaid.yaml',
  passes: 'service-account-token-automount/off.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      const own = booleanOf(get(workload.pod, FIELD));
      if (own === false || (own === undefined && isPatched(inventory, workload, FIELD))) continue;
      const account = textOf(get(workload.pod, 'serviceAccountName')) ?? 'default';
      const ofAccount = named(inventory, 'ServiceAccount', account, workload).some((each) => booleanOf(get(each.node, FIELD)) === false);
      if (own === true || !ofAccount) yield { at: inPod(workload, FIELD), args: { workload: titleOf(workload) } };
    }
  },
});
