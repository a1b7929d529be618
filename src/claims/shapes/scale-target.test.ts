import { expect, test } from 'vitest';
import { verdictsOf } from '../test-claim.ts';

const workload = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ai-agents }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: ${name}, image: "example/${name}:1.0.0" }] }
`;
const files = {
  'k8s/worker.yaml': workload('worker'),
  'k8s/api.yaml': workload('api'),
  'k8s/hpa.yaml': `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: worker-hpa, namespace: ai-agents }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: worker }, minReplicas: 1, maxReplicas: 3 }
`,
};
const subtask = (text: string, task = 'Create `k8s/hpa.yaml` with a HorizontalPodAutoscaler', more: Record<string, string> = files) =>
  verdictsOf(`# S\n\n## Tasks\n\n- [x] Task 1: ${task}\n  - [x] ${text}\n`, more).get('T1.1')?.is;

test.each([
  ['Scale target: Deployment/worker', 'Scale target: Deployment/api'],
  ['Target: Deployment/worker', 'Target: StatefulSet/worker'],
  ['Target: Deployment/worker in the ai-agents namespace', 'Target: Deployment/worker in the billing namespace'],
  ['Target: worker Deployment', 'Target: api Deployment'],
  ['Target Deployment: `worker`', 'Target Deployment: `billing`'],
  ['scaleTargetRef: Deployment/worker', 'scaleTargetRef: Deployment/api'],
])('what an autoscaler scales: %s / %s', (holds, neighbour) => {
  expect(subtask(holds)).toBe('met');
  expect(subtask(neighbour)).toMatch(/^(?:partial|unmet)$/);
});

test.each([
  'Target: Deployment/worker and Deployment/api',
  'Target: Deployment/worker on Fridays only',
  'Target: Deployment/worker at 70% CPU',
  'Target: not Deployment/worker',
])('more, less or the opposite is not met: %s', (text) => expect(subtask(text)).not.toBe('met'));

test('a target of something else is none of an autoscaler', () => {
  expect(subtask('Target: Deployment/worker', 'Create Deployment for the worker')).not.toBe('met');
  expect(subtask('Target: Deployment/worker', undefined, { 'k8s/worker.yaml': workload('worker') })).not.toBe('met');
});

test('a ScaledObject names no kind where it scales a Deployment', () => {
  const scaled = 'apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: worker }\nspec: { scaleTargetRef: { name: worker } }\n';
  const both = { 'k8s/worker.yaml': workload('worker'), 'k8s/scaled.yaml': scaled };
  expect(subtask('Scale target: Deployment/worker', 'Create `k8s/scaled.yaml` with a ScaledObject', both)).toBe('met');
  expect(subtask('Scale target: StatefulSet/worker', 'Create `k8s/scaled.yaml` with a ScaledObject', both)).not.toBe('met');
});
