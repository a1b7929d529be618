import { containerRuntimeSocket } from './container-runtime-socket.ts';
import { deployment, testRule } from './test-rule.ts';

const volume = (path: string) => deployment('ci', { pod: `volumes:\n  - name: host\n    hostPath:\n      path: ${path}` });

testRule(containerRuntimeSocket, {
  passes: { 'the socket of a program': volume('/var/run/postgresql.sock'), 'the logs of Docker': volume('/var/lib/docker/containers') },
  fails: {
    Docker: [volume('/var/run/docker.sock'), ['path: /var/run/docker.sock', { workload: 'Deployment/ci' }]],
    containerd: [volume('/run/containerd/containerd.sock'), 'path: /run/containerd/containerd.sock'],
    'CRI-O': [volume('/var/run/crio/crio.sock'), 'path: /var/run/crio/crio.sock'],
  },
});
