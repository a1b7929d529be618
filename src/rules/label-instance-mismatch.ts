import { placeAt } from '../manifest/yaml.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

const LABEL = 'app.kubernetes.io/instance';

export const labelInstanceMismatch = defineRule({
  id: 'label-instance-mismatch',
  severity: 'low',
  optIn: true,
  says: '{workload} is labelled as instance {instance}.',
  because: 'Dashboards and selectors that go by the instance label do not find it under its own name.',
  fix: 'Let app.kubernetes.io/instance repeat metadata.name.',
  fails: 'label-instance-mismatch/other.yaml',
  passes: 'label-instance-mismatch/same.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      const instance = workload.labels.get(LABEL);
      if (instance === undefined || instance === workload.name) continue;
      yield { at: placeAt(workload.node, 'metadata', 'labels', LABEL), args: { workload: titleOf(workload), instance } };
    }
  },
});
