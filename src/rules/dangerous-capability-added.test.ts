import { dangerousCapabilityAdded } from './dangerous-capability-added.ts';
import { deployment, testRule } from './test-rule.ts';

const add = (list: string) => deployment('web', { container: `securityContext:\n  capabilities:\n    add:\n${list}` });

testRule(dangerousCapabilityAdded, {
  passes: {
    'a low port': add('    - NET_BIND_SERVICE'),
    'dropping it': deployment('web', { container: 'securityContext: { capabilities: { drop: [SYS_ADMIN] } }' }),
    'an empty list': add(''),
  },
  fails: {
    'one of two': [add('    - CHOWN\n    - SYS_ADMIN'), ['- SYS_ADMIN', { capability: 'SYS_ADMIN' }]],
    'small letters with the prefix': [add('    - cap_net_admin'), ['- cap_net_admin', { capability: 'NET_ADMIN' }]],
  },
});
