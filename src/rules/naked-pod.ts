import { placeOf } from '../manifest/resource.ts';
import { get, textOf } from '../manifest/yaml.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const nakedPod = defineRule({
  id: 'naked-pod',
  severity: 'medium',
  says: '{workload} has no controller.',
  because: 'When its node fails or is drained the pod is gone, and nothing makes another one.',
  fix: 'Make it the template of a Deployment, a StatefulSet or a Job.',
  fails: 'naked-pod/pod.yaml',
  passes: 'naked-pod/once.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Pod')) {
      const policy = textOf(get(workload.pod, 'restartPolicy')) ?? 'Always';
      const isStatic = workload.annotations.has('kubernetes.io/config.source') || workload.source.path.includes('kubernetes/manifests/');
      const isHook = Array.from(workload.annotations.keys()).some((name) => name.startsWith('helm.sh/hook') || name.startsWith('argocd.argoproj.io/hook'));
      if (policy === 'Always' && !isStatic && !isHook) yield { at: placeOf(workload), args: { workload: titleOf(workload) } };
    }
  },
});
