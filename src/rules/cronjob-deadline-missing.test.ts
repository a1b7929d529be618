import { cronjobDeadlineMissing } from './cronjob-deadline-missing.ts';
import { object, testRule } from './test-rule.ts';

testRule(cronjobDeadlineMissing, {
  passes: {
    'a deadline': object('batch/v1', 'CronJob', 'a', 'spec: { startingDeadlineSeconds: 60, schedule: "@daily" }'),
    'a Job': object('batch/v1', 'Job', 'a', 'spec: {}'),
  },
  fails: { none: [object('batch/v1', 'CronJob', 'a', 'spec:\n  schedule: "@daily"'), ['schedule: "@daily"', { workload: 'CronJob/a' }]] },
});
