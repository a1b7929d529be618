import { get, textOf } from '../manifest/yaml.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const serviceAccountDeprecatedField = defineRule({
  id: 'service-account-deprecated-field',
  severity: 'low',
  says: '{workload} names its account in the deprecated field serviceAccount.',
  because: 'The field is an alias that the API keeps for old clients; tools that read serviceAccountName see none.',
  fix: 'Use serviceAccountName.',
  fails: 'service-account-deprecated-field/old.yaml',
  passes: 'service-account-deprecated-field/new.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (!textOf(get(workload.pod, 'serviceAccount')) || get(workload.pod, 'serviceAccountName')) continue;
      yield { at: inPod(workload, 'serviceAccount'), args: { workload: titleOf(workload) } };
    }
  },
});
