import { get, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder, madeElsewhere } from './elsewhere.ts';
import { named } from './neighbours.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const serviceAccountMissing = defineRule({
  id: 'service-account-missing',
  severity: 'high',
  says: '{workload} runs as service account {account}, which is not there.',
  because: 'No pod is created for an account that does not exist, and only an event of the ReplicaSet says why.',
  fix: 'Add the ServiceAccount to the same namespace, or correct serviceAccountName.',
  fails: 'service-account-missing/typing-error.yaml',
  passes: 'service-account-missing/matching.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      const field = get(workload.pod, 'serviceAccountName') ? 'serviceAccountName' : 'serviceAccount';
      const account = textOf(get(workload.pod, field));
      if (!account || hasPlaceholder(account) || named(inventory, 'ServiceAccount', account, workload).length > 0) continue;
      if (madeElsewhere(inventory, 'ServiceAccount', account, workload)) continue;
      yield { at: inPod(workload, field), args: { workload: titleOf(workload), account } };
    }
  },
});
