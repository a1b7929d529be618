import { describe, expect, test } from 'vitest';
import { verdictOf } from '../test-claim.ts';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop-api }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  template:
    metadata:
      labels: { app: shop }
      annotations: { prometheus.io/scrape: "true" }
    spec:
      containers:
        - name: api
          image: example/shop:1.4.0
          ports: [{ containerPort: 8080 }]
          env:
            - { name: DATABASE_URL, valueFrom: { secretKeyRef: { name: shop-secret, key: DATABASE_URL } } }
            - { name: LOG_LEVEL, valueFrom: { configMapKeyRef: { name: shop-config, key: LOG_LEVEL } } }
            - { name: POSTGRES_DB, value: shop }
`;
const service = `apiVersion: v1
kind: Service
metadata:
  name: shop-svc
  annotations: { service.example.com/cert-name: shop-tls }
spec:
  type: LoadBalancer
  selector: { app: shop }
  ports: [{ port: 80, targetPort: 8080 }]
`;
const secret = `apiVersion: v1
kind: Secret
metadata: { name: shop-secret }
data:
  DATABASE_URL: cG9zdGdyZXM6Ly9zaG9wLWRiOjU0MzIvc2hvcA==
  session_key: c2VjcmV0
`;
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop-config }\ndata: { LOG_LEVEL: error, APP_PORT: "8080" }\n';
const shop = { 'k8s/api.yaml': deployment, 'k8s/service.yaml': service, 'k8s/secret.yaml': secret, 'k8s/config.yaml': config };

describe('objects by name and what they hold', () => {
  test.each([
    ['Create k8s/service.yaml with a Service named shop-svc', 'Create k8s/service.yaml with a Service named web-svc', 'partial'],
    [
      'Create k8s/service.yaml mapping port 80 to container port 8080',
      'Create k8s/service.yaml with a Service mapping port 80 to container port 9090',
      'partial',
    ],
    [
      'Create k8s/service.yaml as LoadBalancer service selecting pods with label app: shop',
      'Create k8s/service.yaml as LoadBalancer service selecting pods with label app: web',
      'partial',
    ],
    [
      'Create k8s/service.yaml with a Service annotated with service.example.com/cert-name: shop-tls',
      'Create k8s/service.yaml with a Service annotated with service.example.com/cert-name: web-tls',
      'partial',
    ],
    ['Add pod annotations prometheus.io/scrape: "true" to the Deployment', 'Add pod annotations prometheus.io/path: "/metrics" to the Deployment', 'partial'],
    ['Create k8s/api.yaml with 3 replicas of example/shop:1.4.0', 'Create k8s/api.yaml with 3 replicas of example/shop:1.5.0', 'partial'],
    [
      'Create k8s/api.yaml with DATABASE_URL from shop-secret and LOG_LEVEL from shop-config',
      'Create k8s/api.yaml with DATABASE_URL and LOG_LEVEL from shop-secret',
      'partial',
    ],
    [
      'Create k8s/api.yaml with env vars from shop-secret, and POSTGRES_DB: shop',
      'Create k8s/api.yaml with env vars from other-secret, and POSTGRES_DB: shop',
      'partial',
    ],
    [
      'Create k8s/config.yaml with shop-config containing LOG_LEVEL set to "error"',
      'Create k8s/config.yaml with shop-config containing LOG_LEVEL set to "debug"',
      'partial',
    ],
    [
      'Create k8s/secret.yaml with shop-secret containing base64-encoded DATABASE_URL',
      'Create k8s/secret.yaml with shop-secret containing base64-encoded REDIS_URL',
      'partial',
    ],
    [
      'Create k8s/secret.yaml with DATABASE_URL pointing to shop-db:5432/shop',
      'Create k8s/secret.yaml with DATABASE_URL pointing to other-db:5432/shop',
      'partial',
    ],
    [
      'Create k8s/secret.yaml with a Secret named shop-secret containing a session_key key',
      'Create k8s/secret.yaml with a Secret named shop-secret containing a csrf_key key',
      'partial',
    ],
    [
      'The system SHALL provide a k8s/api.yaml manifest that deploys 3 replicas of the example/shop:1.4.0 image. Each pod MUST use label app: shop. `POSTGRES_DB` MUST be set to `shop`.',
      'The system SHALL provide a k8s/api.yaml manifest that deploys 3 replicas of the example/shop:1.4.0 image. Each pod MUST use label app: web. `POSTGRES_DB` MUST be set to `shop`.',
      'partial',
    ],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, shop) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, shop) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('a value that is no base64 is not called encoded', () => {
    const plain = { ...shop, 'k8s/secret.yaml': secret.replace('c2VjcmV0', 'not base64!') };
    expect(verdictOf('Create k8s/secret.yaml with shop-secret containing base64-encoded DATABASE_URL', plain).is).toBe('partial');
  });

  test('a name that nothing in the repository bears refutes nothing where objects may be renamed or made elsewhere', () => {
    expect(verdictOf('The API reads the Secret named cloud-credentials', shop).is).toBe('unproven');
    const renamed = { ...shop, 'k8s/kustomization.yaml': 'namePrefix: dev-\nresources: [service.yaml]\n' };
    expect(verdictOf('Create k8s/service.yaml with a Service named dev-shop-svc', renamed).is).toBe('unproven');
  });
});
