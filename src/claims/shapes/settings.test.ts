import { describe, expect, test } from 'vitest';
import { verdictOf } from '../test-claim.ts';

const files = {
  'k8s/api.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  minReadySeconds: 10
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      imagePullSecrets: [{ name: registry-key }]
      containers:
        - name: api
          image: example/api:1.0.0
          imagePullPolicy: IfNotPresent
          lifecycle: { preStop: { exec: { command: [sleep, "10"] } } }
`,
  'k8s/report.yaml': `apiVersion: batch/v1
kind: CronJob
metadata: { name: report }
spec:
  schedule: "0 3 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 3
      template: { spec: { restartPolicy: Never, containers: [{ name: report, image: "example/report:1.0.0" }] } }
`,
};

describe('fields that are named with their values', () => {
  test.each([
    ['Report CronJob has concurrencyPolicy Forbid', 'Report CronJob has concurrencyPolicy Allow', 'partial'],
    ['Report CronJob has a backoffLimit of 3', 'Report CronJob has a backoffLimit of 5', 'partial'],
    ['API has a preStop hook (sleep 10)', 'API has a preStop hook (sleep 15)', 'partial'],
    ['API uses imagePullSecrets: registry-key', 'API uses imagePullSecrets: other-key', 'unmet'],
    ['API has imagePullPolicy IfNotPresent', 'API has imagePullPolicy Always', 'unmet'],
    ['API has minReadySeconds 10', 'API has minReadySeconds 20', 'unmet'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('what an overlay patches is not judged by the container that it patches', () => {
    const overlay = { ...files, 'k8s/local/kustomization.yaml': 'patches: [{ path: pull.yaml }]\n', 'k8s/local/pull.yaml': 'imagePullPolicy: Never\n' };
    expect(verdictOf('Create k8s/local/kustomization.yaml patching imagePullPolicy: Never from k8s/local/pull.yaml', overlay).is).toBe('unproven');
  });
});
