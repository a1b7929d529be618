import { get, textOf } from '../manifest/yaml.ts';
import { inPod, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const cronjobRestartPolicyInvalid = defineRule({
  id: 'cronjob-restart-policy-invalid',
  severity: 'high',
  says: '{workload} has no restartPolicy that a Job may have, but {policy}.',
  because: 'The API server refuses a Job whose pods would be restarted for ever; only OnFailure and Never are allowed.',
  fix: 'Set restartPolicy to OnFailure or Never in the pod template.',
  fails: 'cronjob-restart-policy-invalid/none.yaml',
  passes: 'cronjob-restart-policy-invalid/never.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'CronJob', 'Job')) {
      const policy = textOf(get(workload.pod, 'restartPolicy'));
      if (policy === 'OnFailure' || policy === 'Never') continue;
      yield { at: inPod(workload, 'restartPolicy'), args: { workload: titleOf(workload), policy: policy ?? 'none, which means Always' } };
    }
  },
});
