import { priorityClassMissing } from './priority-class-missing.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(priorityClassMissing, {
  passes: { 'a class': deployment('web', { pod: 'priorityClassName: high' }) },
  fails: { none: [deployment('web'), ['spec:', { workload: 'Deployment/web' }]] },
});
