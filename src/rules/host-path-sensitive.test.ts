import { hostPathSensitive } from './host-path-sensitive.ts';
import { deployment, testRule } from './test-rule.ts';

const volume = (path: string) => deployment('web', { pod: `volumes:\n  - name: host\n    hostPath:\n      path: ${path}` });

testRule(hostPathSensitive, {
  passes: {
    'the logs of pods': volume('/var/log/pods'),
    'the time zone': volume('/etc/localtime'),
    'a runtime socket, which is another finding': volume('/var/run/docker.sock'),
  },
  fails: {
    'the root': [volume('/'), ['path: /', { path: '/' }]],
    'a slash at the end': [volume('/var/lib/kubelet/'), ['path: /var/lib/kubelet/', { path: '/var/lib/kubelet' }]],
  },
});
