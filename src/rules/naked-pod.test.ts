import { nakedPod } from './naked-pod.ts';
import { deployment, pod, testRule } from './test-rule.ts';

testRule(nakedPod, {
  passes: {
    'a pod that runs once': pod('test', { pod: 'restartPolicy: Never' }),
    'a template of a Deployment': deployment('web'),
    'a static pod of a node': { 'etc/kubernetes/manifests/etcd.yaml': pod('etcd') },
  },
  fails: { 'a pod that is to stay': [pod('web'), ['name: web', { workload: 'Pod/web' }]] },
});
