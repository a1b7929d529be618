import { labelInstanceMismatch } from './label-instance-mismatch.ts';
import { pod, testRule } from './test-rule.ts';

testRule(labelInstanceMismatch, {
  passes: { same: pod('web', { labels: 'app.kubernetes.io/instance: web' }), 'no such label': pod('web') },
  fails: {
    another: [pod('web', { labels: 'app.kubernetes.io/instance: api' }), ['app.kubernetes.io/instance: api', { workload: 'Pod/web', instance: 'api' }]],
  },
});
