import { get, textOf } from '../manifest/yaml.ts';
import { lacks, namesOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const livenessProbeMissing = defineRule({
  id: 'liveness-probe-missing',
  severity: 'medium',
  says: 'Nothing notices when container {container} of {workload} hangs.',
  because: 'Kubernetes restarts a process that ends. One that runs on without doing anything is restarted only when a liveness probe fails.',
  fix: 'Add a livenessProbe that asks the process itself, not what it depends on; for a worker, the age of a heartbeat file does.',
  fails: 'liveness-probe-missing/none.yaml',
  passes: 'liveness-probe-missing/heartbeat.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (endsByItself(workload.kind, textOf(get(workload.pod, 'restartPolicy')))) continue;
      for (const container of workload.containers) {
        const placed = { workload, container };
        if (lacks(inventory, placed, 'livenessProbe')) yield { at: container.node, args: namesOf(placed) };
      }
    }
  },
});

const endsByItself = (kind: string, restartPolicy: string | undefined): boolean =>
  kind === 'Job' || kind === 'CronJob' || (kind === 'Pod' && (restartPolicy === 'Never' || restartPolicy === 'OnFailure'));
