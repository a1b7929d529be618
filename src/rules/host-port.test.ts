import { hostPort } from './host-port.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(hostPort, {
  passes: { 'zero means none': deployment('web', { container: 'ports: [{ containerPort: 80, hostPort: 0 }]' }) },
  fails: {
    'one of two ports': [
      deployment('web', { container: 'ports:\n  - containerPort: 80\n  - containerPort: 81\n    hostPort: 8081' }),
      ['hostPort: 8081', { port: '8081' }],
    ],
  },
});
