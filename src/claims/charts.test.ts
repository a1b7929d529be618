import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf } from './test-claim.ts';

const files = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'chart/values.yaml': 'replicas: 2\nport: 8080\ntls:\n  enabled: false\n  secretName: shop-tls\nimage: { repository: acme/api, tag: "1.4" }\n',
  'chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-api
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: api
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          {{- if .Values.tls.enabled }}
          args: [--tls]
          {{- end }}
          readinessProbe:
            httpGet: { path: /ready, port: {{ .Values.port }} }
`,
  'scripts/test.sh': '#!/bin/sh\nhelm template chart\n',
};

describe('a chart is asked with its own values', () => {
  test.each([
    'API Deployment has 2 replicas',
    'Create API Deployment with 2 replicas in chart/templates/deployment.yaml',
    '[P] [US1] Add readiness probe on /ready port 8080 to the API deployment',
    'Helm values support tls.enabled and tls.secretName',
    'chart/values.yaml has tls.enabled: false',
    'Create API Deployment in chart/templates/deployment.yaml (conditional on tls.enabled)',
  ])('met: %s', (claim) => {
    expect(verdictOf(claim, files).is).toBe('met');
  });

  test.each([
    'API Deployment has 3 replicas', // may be set when it is installed
    'Add liveness probe on /live to the API deployment',
    'The API deployment has no args', // a helper may write them
    'Create worker Deployment with 2 replicas',
    'Add args to chart/templates/deployment.yaml (conditional on tls.enabled)',
    'Add tls.enabled test to scripts/test.sh',
    'When tls.enabled is true, the chart serves TLS',
    'Add affinity to chart/templates/deployment.yaml (conditional on affinity.enabled)',
  ])('not met: %s', (claim) => {
    expect(verdictOf(claim, files).is).not.toBe('met');
    expect(verdictOf(claim, files).is).not.toBe('unmet');
  });

  test('values that are there and different', () => {
    expect(verdictOf('chart/values.yaml has tls.enabled: true', files).is).toBe('partial');
    expect(citedBy(verdictOf('chart/values.yaml has tls.secretName: shop-tls', files))).toContain('chart/values.yaml:5');
  });
});
