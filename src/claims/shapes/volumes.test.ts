import { describe, expect, test } from 'vitest';
import { verdictOf } from '../test-claim.ts';

const files = {
  'k8s/api.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      initContainers:
        - name: seed
          image: busybox:1.36
          command: [sh, -c, cp /config/seed.json /data/seed.json]
          volumeMounts:
            - { name: settings, mountPath: /config, readOnly: true }
            - { name: store, mountPath: /data }
      containers:
        - name: api
          image: example/api:1.0.0
          volumeMounts:
            - { name: store, mountPath: /data }
            - { name: scratch, mountPath: /tmp }
            - { name: settings, mountPath: /app/settings.json, subPath: settings.json, readOnly: true }
        - name: auth-proxy
          image: example/auth-proxy:2.0.0
          args: [--upstream=http://localhost:8080, --cookie-secure=true]
          volumeMounts: [{ name: tls, mountPath: /etc/tls }]
      volumes:
        - { name: settings, configMap: { name: api-settings } }
        - { name: tls, secret: { secretName: api-tls } }
        - { name: store, persistentVolumeClaim: { claimName: api-data } }
        - { name: scratch, emptyDir: { medium: Memory, sizeLimit: 64Mi } }
`,
  'k8s/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: api-settings }\ndata: { settings.json: "{}" }\n',
};

describe('volumes, mounts and containers beside the first', () => {
  test.each([
    [
      'Add volumes to the Deployment: tls (secret: api-tls) and store (pvc: api-data)',
      'Add volumes to the Deployment: tls (secret: web-tls) and store (pvc: api-data)',
      'partial',
    ],
    ['Add a volumes entry referencing the api-data PVC', 'Add a volumes entry referencing the web-data PVC', 'unmet'],
    ['Add a volumeMounts entry for the PVC at /data on the api container', 'Add a volumeMounts entry for the PVC at /var/data on the api container', 'partial'],
    [
      'Mount the api-settings ConfigMap read-only at /config in the init container',
      'Mount the api-tls Secret read-only at /config in the init container',
      'partial',
    ],
    ['Mount emptyDir volume (medium: Memory, sizeLimit: 64Mi)', 'Mount emptyDir volume (medium: Memory, sizeLimit: 128Mi)', 'partial'],
    [
      'Add the auth-proxy sidecar container with args --cookie-secure=true (no --skip-auth)',
      'Add the auth-proxy sidecar container with args --cookie-secure=false (no --skip-auth)',
      'partial',
    ],
    ['Add an init container using the busybox image', 'Add an init container using the alpine image', 'unmet'],
    ['The auth-proxy sidecar has volume mounts for TLS (/etc/tls)', 'The auth-proxy sidecar has volume mounts for TLS (/etc/certs)', 'partial'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('a flag that must not be there refutes', () => {
    expect(verdictOf('Add the auth-proxy sidecar container with args --upstream=http://localhost:8080 (no --cookie-secure)', files).is).toBe('partial');
  });

  test('a mount of another volume at that path is not the one that was told', () => {
    const verdict = verdictOf('Mount the api-tls Secret at /data in the auth-proxy container', files);
    expect(verdict.is).not.toBe('met');
  });
});
