import { hpaTargetNotScalable } from './hpa-target-not-scalable.ts';
import { object, testRule } from './test-rule.ts';

const hpa = (target: string) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec:\n  scaleTargetRef:\n    ${target.replaceAll(', ', '\n    ')}`);

testRule(hpaTargetNotScalable, {
  passes: {
    'a StatefulSet': hpa('apiVersion: apps/v1, kind: StatefulSet, name: db'),
    'a kind that is filled in later': hpa('kind: $KIND, name: web'),
    'a custom resource, which may have one': hpa('apiVersion: flagger.app/v1beta1, kind: Canary, name: web'),
  },
  fails: {
    'a DaemonSet': [hpa('apiVersion: apps/v1, kind: DaemonSet, name: logs'), ['kind: DaemonSet', { target: 'DaemonSet/logs', kind: 'DaemonSet' }]],
    'a Job': [hpa('apiVersion: batch/v1, kind: Job, name: once'), 'kind: Job'],
  },
});
