import { hostPathWritable } from './host-path-writable.ts';
import { deployment, testRule } from './test-rule.ts';

const mounted = (mount: string, path = '/srv') =>
  deployment('web', {
    pod: `volumes:\n  - { name: host, hostPath: { path: ${path} } }\n  - { name: tmp, emptyDir: {} }`,
    container: `volumeMounts:\n  - ${mount}`,
  });

testRule(hostPathWritable, {
  passes: {
    'read-only': mounted('{ name: host, mountPath: /srv, readOnly: true }'),
    'another volume': mounted('{ name: tmp, mountPath: /tmp }'),
    'a runtime socket': mounted('{ name: host, mountPath: /run/docker.sock }', '/run/docker.sock'),
  },
  fails: {
    'nothing is said': [mounted('{ name: host, mountPath: /srv }'), ['- { name: host, mountPath: /srv }', { path: '/srv' }]],
    'said to be writable': [mounted('{ name: host, mountPath: /srv, readOnly: false }'), '- { name: host, mountPath: /srv, readOnly: false }'],
  },
});
