import { capabilitiesNotDropped } from './capabilities-not-dropped.ts';
import { deployment, testRule } from './test-rule.ts';

const capabilities = (lines: string) => deployment('web', { container: `securityContext:\n  capabilities:\n    ${lines}` });

testRule(capabilitiesNotDropped, {
  passes: {
    'all are dropped': capabilities('drop: [ALL]'),
    'in small letters': capabilities('drop: [all]'),
    'dropped and one added back': capabilities('drop: [ALL]\n    add: [NET_BIND_SERVICE]'),
  },
  fails: {
    'some are dropped': [capabilities('drop: [NET_RAW, CHOWN]'), 'drop: [NET_RAW, CHOWN]'],
    'one is added': [capabilities('add: [NET_BIND_SERVICE]'), 'capabilities:'],
    'dropped at the pod, where the API has no such field': [deployment('web', { pod: 'securityContext: { capabilities: { drop: [ALL] } }' }), '- name: web'],
  },
});
