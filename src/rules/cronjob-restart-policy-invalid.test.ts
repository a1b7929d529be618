import { cronjobRestartPolicyInvalid } from './cronjob-restart-policy-invalid.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(cronjobRestartPolicyInvalid, {
  passes: { Never: deployment('a', { kind: 'Job', pod: 'restartPolicy: Never' }), 'a Deployment': deployment('a') },
  fails: {
    Always: [deployment('a', { kind: 'Job', pod: 'restartPolicy: Always' }), ['restartPolicy: Always', { policy: 'Always' }]],
    'none, which means Always': [deployment('a', { kind: 'Job' }), ['spec:', { workload: 'Job/a', policy: 'none, which means Always' }]],
  },
});
