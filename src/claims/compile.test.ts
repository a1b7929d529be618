import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf, verdictsOf } from './test-claim.ts';

const deployment = (name: string, replicas: number, command: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
      terminationGracePeriodSeconds: 60
      containers:
        - name: ${name}
          image: shop-${name}:1.4.0
          command: [${command}]
          ports:
            - { name: http, containerPort: 8000 }
          env:
            - { name: LOG_LEVEL, valueFrom: { configMapKeyRef: { name: settings, key: log_level } } }
            - { name: DATABASE_URL, valueFrom: { secretKeyRef: { name: credentials, key: database_url } } }
          resources:
            requests: { cpu: 250m, memory: 512Mi }
            limits: { cpu: "1", memory: 1Gi }
          readinessProbe:
            httpGet: { path: /ready, port: http }
            initialDelaySeconds: 5
          livenessProbe:
            tcpSocket: { port: 8000 }
`;
const api = deployment('api', 2, 'uvicorn, shop.main:app');
const worker = deployment('worker', 3, 'celery, -A, shop.tasks, worker');
const service = `apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  selector: { app: api }
  ports:
    - { port: 80, targetPort: http }
`;
const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  log_level: INFO\n';
const scaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: worker
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: worker }
  minReplicas: 1
  maxReplicas: 10
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } }
  behavior:
    scaleDown: { stabilizationWindowSeconds: 180 }
`;
const shop = { 'k8s/api.yaml': api, 'k8s/worker.yaml': worker, 'k8s/service.yaml': service, 'k8s/settings.yaml': settings, 'k8s/hpa.yaml': scaler };

describe('a claim that the files decide', () => {
  // each line: a claim that holds, its neighbour that does not, and how the neighbour is judged
  test.each([
    ['Create k8s/api.yaml with Deployment', 'Create k8s/web.yaml with Deployment', 'unmet'],
    ['API replicas: 2', 'API replicas: 3', 'unmet'],
    ['Create Deployment for the API', 'Create StatefulSet for the API', 'unmet'],
    ['API image: shop-api:1.4.0', 'API image: shop-api:1.5.0', 'partial'],
    ['API container port: 8000', 'API container port: 8080', 'unmet'],
    ['API resource requests: cpu=250m, memory=512Mi', 'API resource requests: cpu=250m, memory=1Gi', 'partial'],
    ['API resource limits: cpu=1000m, memory=1024Mi', 'API resource limits: cpu=500m, memory=2Gi', 'unmet'],
    ['API readiness probe: HTTP GET /ready, initialDelaySeconds=5', 'API readiness probe: HTTP GET /health, initialDelaySeconds=5', 'partial'],
    ['API liveness probe: TCP on port 8000', 'API liveness probe: None', 'unmet'],
    ['API startup probe: None', 'API readiness probe: None', 'unmet'],
    ['API environment variables from ConfigMap: LOG_LEVEL', 'API environment variables from Secrets: LOG_LEVEL', 'partial'],
    ['API environment variables from Secrets: DATABASE_URL', 'API environment variables from Secrets: DATABASE_URL, REDIS_URL', 'partial'],
    ['API runs as non-root (runAsUser: 1000)', 'API runs as non-root (runAsUser: 999)', 'partial'],
    ['API terminationGracePeriodSeconds=60', 'API terminationGracePeriodSeconds=120', 'unmet'],
    ['Celery worker command: celery -A shop.tasks worker', 'Celery worker command: celery -A shop.jobs worker', 'unmet'],
    ['Create k8s/service.yaml for Service (ClusterIP, port 80)', 'Create k8s/service.yaml for Service (NodePort, port 80)', 'partial'],
    ['API Service selector: app=api', 'API Service selector: app=web', 'unmet'],
    ['HPA min replicas 1, max replicas 10', 'HPA min replicas 2, max replicas 10', 'partial'],
    ['HPA target: 70% CPU', 'HPA target: 80% CPU', 'partial'],
    ['HPA scale-down stabilization: 3 minutes', 'HPA scale-down stabilization: 5 minutes', 'unmet'],
    ['ConfigMap data: LOG_LEVEL=INFO', 'ConfigMap data: LOG_LEVEL=DEBUG', 'unmet'],
    ['Resource requests and limits defined for all deployments', 'PodDisruptionBudget for the API defined', 'unmet'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, shop).is }).toEqual({ claim: holds, is: 'met' });
    expect({ claim: neighbour, is: verdictOf(neighbour, shop).is }).toEqual({ claim: neighbour, is: verdict });
  });

  test('cites the line of each value, and of what contradicts it first', () => {
    expect(citedBy(verdictOf('API replicas: 2', shop))).toEqual(['k8s/api.yaml:7']);
    expect(citedBy(verdictOf('API readiness probe: HTTP GET /health, initialDelaySeconds=5', shop))[0]).toBe('k8s/api.yaml:30');
  });
});

describe('a claim that is not decided', () => {
  test('words that no check stands for keep it from being met', () => {
    expect(verdictOf('API replicas: 2, each in its own zone', shop).is).toBe('unproven');
    expect(verdictOf('API replicas: 2 and encrypted traffic everywhere', shop).is).toBe('unproven');
  });

  test('a subject that could be several things, of which some fit, is named', () => {
    const verdict = verdictOf('Replicas: 2', shop);
    expect(verdict.is).toBe('unproven');
    expect(verdict.because).toContain('Deployment/worker (k8s/worker.yaml) does not');
  });

  test('an announcement of later work is neither met nor missing', () => {
    expect(verdictOf('Readiness probe with a custom command (future enhancement)', shop).is).toBe('unproven');
  });

  test('a reason in brackets states nothing', () => {
    expect(verdictOf('API replicas: 2 (load distribution, high availability)', shop).is).toBe('met');
  });
});

describe('a claim about a run', () => {
  test.each([
    'Apply manifests: `kubectl apply -f k8s/`',
    'All pods are running and ready',
    'Verify the API answers: `curl http://localhost:8000/ready`',
    'Run `kubectl get pods` and check that all are Ready',
  ])('is left to a cluster: %s', (claim) => {
    expect(verdictOf(claim, shop).is).toBe('not-run');
  });

  test.each([
    ['Verify: `kubectl port-forward svc/api 8000:80`', 'Verify: `kubectl port-forward svc/api 8000:8000`'],
    ['Apply the Service: `kubectl apply -f k8s/service.yaml`', 'Apply the Services: `kubectl apply -f k8s/services.yaml`'],
    ['Verify service DNS: api.default.svc.cluster.local', 'Verify service DNS: web.default.svc.cluster.local'],
  ])('is refuted by the files where they can: %s / %s', (open, refuted) => {
    expect(verdictOf(open, shop).is).toBe('not-run');
    expect(verdictOf(refuted, shop).is).toBe('unmet');
  });

  test('is refuted by what keeps the pods from starting', () => {
    const files = { ...shop, 'k8s/settings.yaml': settings.replace('log_level', 'level') };
    expect(verdictOf('API pods become ready', files)).toMatchObject({ is: 'unmet', evidence: [{ path: 'k8s/api.yaml' }, ...[]] });
  });
});

describe('a subject', () => {
  test('is inherited from the task and from the sub-task before', () => {
    const story = `# Story

## Tasks / Subtasks

- [x] Task 1: Create the API Deployment
  - [x] Create k8s/api.yaml
  - [x] Replicas: 2
- [x] Task 2: Create the worker Deployment
  - [x] Replicas: 2
  - [x] Replicas: 3
`;
    const verdicts = verdictsOf(story, shop);
    expect(['T1.2', 'T2.1', 'T2.2'].map((id) => verdicts.get(id)?.is)).toEqual(['met', 'unmet', 'met']);
  });

  test('"Celery workers" is the Deployment whose command runs celery', () => {
    const files = { ...shop, 'k8s/worker.yaml': worker.replace('name: worker\n', 'name: background\n') };
    expect(citedBy(verdictOf('Celery workers have replicas: 3', files))).toEqual(['k8s/worker.yaml:7']);
  });
});

describe('what a sub-task is about', () => {
  const other = deployment('postgresql', 5, 'postgres');
  const files = { ...shop, 'k8s/shop/db.yaml': deployment('db', 1, 'postgres'), 'k8s/forum/db.yaml': other };

  test('the file that the task names, before a noun that others share', () => {
    const story = '# Plan\n\n## Tasks\n\n- [x] Create k8s/shop/db.yaml for PostgreSQL\n  - [x] Replicas: 1\n  - [x] Replicas: 5\n';
    const verdicts = verdictsOf(story, files);
    expect(['T1.1', 'T1.2'].map((id) => verdicts.get(id)?.is)).toEqual(['met', 'unmet']);
  });

  test('what the task should have made, and nothing else in its place', () => {
    const story =
      '# Plan\n\n## Tasks\n\n- [x] Create a ServiceMonitor for the API\n  - [x] Port: 8000\n- [x] Create `release.sh`\n  - [x] API replicas: 2\n  - [x] Port: 8000\n';
    const verdicts = verdictsOf(story, shop);
    expect(['T1', 'T1.1', 'T2', 'T2.1', 'T2.2'].map((id) => verdicts.get(id)?.is)).toEqual(['unmet', 'unproven', 'unmet', 'unproven', 'unproven']);
  });

  test('the workload that the item before it in a flat list made; that it has something else may be another reading', () => {
    const list = (path: string) => `# Plan\n\n## Tasks\n\n- [x] Create worker Deployment\n- [x] Configure readiness probe (${path})\n`;
    const two = { 'k8s/api.yaml': api, 'k8s/worker.yaml': worker.replace('path: /ready', 'path: /alive') };
    expect(verdictsOf(list('/alive'), two).get('T2')?.is).toBe('met');
    expect(verdictsOf(list('/ready'), two).get('T2')?.is).toBe('unproven');
    expect(verdictsOf(list('/alive').replace('- [x] Conf', '\n## More tasks\n\n- [x] Conf'), two).get('T2')?.is).toBe('unproven');
  });

  test('nothing that only tests feed to their subject', () => {
    const withFixture = { ...shop, 'tests/fixtures/bad.yaml': deployment('bad', 7, 'bad') };
    expect(verdictOf('All deployments have replicas: 7', withFixture).is).not.toBe('met');
    expect(verdictOf('All containers have resource requests: cpu=250m', withFixture).is).toBe('met');
  });

  test('the workload whose name is the very word', () => {
    const twins = {
      'k8s/a.yaml': deployment('menu', 2, 'menu'),
      'k8s/b.yaml': deployment('menu-db', 1, 'postgres'),
      'k8s/c.yaml': deployment('order', 1, 'order'),
    };
    expect(verdictOf('Menu replicas: 2', twins).is).toBe('met');
    expect(verdictOf('Menu replicas: 1', twins).is).toBe('unmet');
  });
});

describe('what no check stands for keeps a claim from being met', () => {
  const files = { ...shop, Dockerfile: 'FROM python:3.12\nCMD ["uvicorn"]\n', Makefile: 'build:\n\tdocker build .\n', 'deploy.sh': 'kubectl apply -f k8s/\n' };
  test.each([
    'Create k8s/api.yaml with Deployment and sidecar',
    'Create k8s/service.yaml with session affinity',
    'Create HPA for the worker with custom metrics',
    'Create ConfigMap with feature flags',
    'API Deployment uses graceful shutdown',
    'API Deployment logs to stdout',
    'Create Deployment manifests with canary rollout',
    'Create Service for Stripe',
    'Create Redis Service',
    'Dockerfile installs curl',
    'Dockerfile runs as root',
    'Makefile has lint target',
    'deploy.sh waits for rollout',
    'Update k8s/api.yaml to mount ConfigMap',
    'API readiness probe on port 9000',
    'HPA min replicas 1, max replicas 10 for the API',
    'API container port: 8000 named web',
    'Create k8s/api.yaml for the API and PostgreSQL',
  ])('%s', (claim) => {
    expect(verdictOf(claim, files).is).not.toBe('met');
  });

  test('and takes nothing from the absence of what it should have made', () => {
    expect(verdictOf('`docs/operations.md` - guide for operators', files).is).toBe('unmet');
    expect(verdictOf('Create k8s/cache.yaml with eviction alerts', files).is).toBe('unmet');
  });

  test.each([
    'Create k8s/api.yaml with Deployment and Service',
    'Create k8s/settings.yaml with placeholder values',
    'Create HPA for the worker with CPU target 70%',
    'Create Deployment manifests',
    'Create the API Service',
    'API readiness probe on port 8000',
    'HPA min replicas 1, max replicas 10 for the worker',
  ])('what is shown, is met: %s', (claim) => {
    expect({ claim, is: verdictOf(claim, files).is }).toEqual({ claim, is: 'met' });
  });
});

describe('how stories word things', () => {
  test.each([
    ['API readinessProbe targeting /ready with initialDelaySeconds: 5', 'API readinessProbe targeting /ready with initialDelaySeconds: 15', 'partial'],
    ['Create k8s/api.yaml exposing ports: 8000 (HTTP)', 'Create k8s/api.yaml exposing ports: 8000 (HTTP), 9090 (metrics)', 'partial'],
    ['Create k8s/service.yaml: expose HTTP port 80', 'Create k8s/service.yaml: expose HTTP port 81', 'partial'],
    ['Implement CPU-based autoscaling for the worker', 'Implement CPU and memory-based autoscaling for the worker', 'partial'],
    ['The API runs without imagePullSecrets', 'The API has imagePullSecrets', 'unmet'],
    ['Create k8s/hpa.yaml → REQ-OPS-004, ADR-002', 'Create k8s/vpa.yaml → REQ-OPS-004, ADR-002', 'unmet'],
    ['Create k8s/service.yaml for internal communication', 'Create k8s/routes.yaml for internal communication', 'unmet'],
    ['API restart policy (Always)', 'API restart policy (Never)', 'unmet'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, shop).is }).toEqual({ claim: holds, is: 'met' });
    expect({ claim: neighbour, is: verdictOf(neighbour, shop).is }).toEqual({ claim: neighbour, is: verdict });
  });

  test('two probes in one sentence, each with a path of its own', () => {
    const probed = { 'k8s/api.yaml': api.replace('tcpSocket: { port: 8000 }', 'httpGet: { path: /live, port: http }') };
    expect(verdictOf('API has liveness probe (GET /live) and readiness probe (GET /ready)', probed).is).toBe('met');
    expect(verdictOf('API has liveness probe (GET /ready) and readiness probe (GET /live)', probed).is).not.toBe('met');
  });

  test('a path that has the word of a probe in it', () => {
    const probed = { 'k8s/api.yaml': api.replace('path: /ready', 'path: /health/readiness') };
    expect(verdictOf('API readiness probe: /health/readiness, 5s initial delay', probed).is).toBe('met');
    expect(verdictOf('API readiness probe: /health/liveness, 5s initial delay', probed).is).toBe('partial');
  });

  test('what a purpose names exactly is still claimed', () => {
    expect(verdictOf('Create k8s/service.yaml for all namespaces', shop).is).toBe('unproven');
    expect(verdictOf('Create k8s/service.yaml for internal communication over mTLS', shop).is).toBe('unproven');
  });

  test('a denial that no check stands for makes nothing unmet', () => {
    expect(verdictOf('Neither Deployment sets hostAliases', shop).is).not.toBe('unmet');
    expect(verdictOf('API has no fixed startup probe', shop).is).toBe('unproven');
  });

  test('"persistent volume" in lower case is any storage that lasts; the kind is only meant when it is written as one', () => {
    const claim =
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: api }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n';
    expect(verdictOf('Configure persistent volume for uploads', { ...shop, 'k8s/claim.yaml': claim }).is).toBe('met');
    expect(verdictOf('Configure persistent volume for uploads', shop).is).toBe('unmet');
    expect(verdictOf('Create PersistentVolume for uploads', { ...shop, 'k8s/claim.yaml': claim }).is).toBe('unmet');
  });

  test('"Add namespace: x" is undecided where every object says so and no Namespace is there', () => {
    const within = { 'k8s/api.yaml': api.replace('  name: api\n', '  name: api\n  namespace: shop\n') };
    expect(verdictOf('Add namespace: `shop`', within).is).toBe('unproven');
    expect(verdictOf('Add namespace: `forum`', within).is).toBe('unmet');
  });

  test('a product is no file: Express.js', () => {
    expect(verdictOf('Create an Express.js server', shop).is).toBe('unproven');
    expect(verdictOf('Create src/express.js', shop).is).toBe('unmet');
  });

  test('a variable with two underscores in its name', () => {
    const config = { 'k8s/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop }\ndata:\n  SHOP__HTTP__PORT: "8080"\n' };
    const story = (port: number) => `# Plan\n\n## Tasks\n\n- [x] Create k8s/config.yaml\n  - [x] SHOP__HTTP__PORT: "${port}"\n`;
    expect(verdictsOf(story(8080), config).get('T1.1')?.is).toBe('met');
    expect(verdictsOf(story(9090), config).get('T1.1')?.is).toBe('unmet');
  });

  test('labels that kustomize gives, whichever of its two fields says so', () => {
    const story = (name: string) => `# Plan\n\n## Tasks\n\n- [x] Create k8s/kustomization.yaml\n  - [x] Common labels: app: ${name}\n`;
    const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
    for (const labels of ['labels:\n  - pairs: { app: shop }\n', 'commonLabels: { app: shop }\n']) {
      expect(verdictsOf(story('shop'), { 'k8s/kustomization.yaml': head + labels }).get('T1.1')?.is).toBe('met');
      expect(verdictsOf(story('forum'), { 'k8s/kustomization.yaml': head + labels }).get('T1.1')?.is).not.toBe('met');
    }
  });

  test('scripts that are named after what they do', () => {
    const scripts = { 'ops/cleanup.sh': 'echo\n', 'ops/backup-database.sh': 'echo\n' };
    expect(verdictOf('Create cleanup and backup scripts', scripts).is).toBe('met');
    expect(verdictOf('Create cleanup and restore scripts', scripts).is).toBe('unproven');
  });

  test.each([
    ['Create Makefile', 'met'],
    ['Create Makefile with the usual targets', 'unproven'],
    ['Add a seed target to the Makefile', 'unproven'],
    ['Add seed Makefile targets', 'unproven'],
    ['Update Makefile with new targets', 'unproven'],
    ['Mark Makefile as deprecated', 'unproven'],
    ['Remove old targets from Makefile', 'unproven'],
    ['Set up Makefile (lint, seed, release)', 'unproven'],
    ['Create Makefile and publish the release notes', 'unproven'],
    ['Implement scripts to purge Kubernetes deployments', 'unproven'],
    ['Create Kubernetes deployments', 'met'],
    ['Implement /ready endpoint for readiness probes', 'unproven'],
    ['API readiness probe on /ready', 'met'],
    ['The pipeline requires the GitHub Secrets TOKEN_A and TOKEN_B', 'unproven'],
  ])('that a thing is there shows that it was made, and nothing more: %s', (claim, verdict) => {
    expect(verdictOf(claim, { ...shop, Makefile: 'seed:\n\techo seeded\n' }).is).toBe(verdict);
  });

  test('an image with its digest, and a profile with its type', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const pinned = {
      ...shop,
      'k8s/api.yaml': api
        .replace('shop-api:1.4.0', `shop-api:1.4.0@${digest}`)
        .replace('runAsNonRoot: true', 'runAsNonRoot: true\n        seccompProfile: { type: RuntimeDefault }'),
    };
    expect(verdictOf(`API image: shop-api:1.4.0@${digest}`, pinned).is).toBe('met');
    expect(verdictOf(`API image: shop-api:1.4.0@${digest.replaceAll('ab', 'ac')}`, pinned).is).not.toBe('met');
    expect(verdictOf('API seccomp profile: RuntimeDefault', pinned).is).toBe('met');
    expect(verdictOf('API seccomp profile: Localhost', pinned).is).not.toBe('met');
    expect(verdictOf('API seccomp profile: Unconfined', pinned).is).not.toBe('met');
  });

  test('an official image, by the words of its name', () => {
    expect(verdictOf('API uses the official Shop image', shop).is).toBe('met');
    expect(verdictOf('API uses the official Forum image', shop).is).toBe('unproven');
  });
});

describe('an author states a check', () => {
  const box = (block: string) => verdictOf(`It is safe\n\n  ${block.trim().replaceAll('\n', '\n  ')}\n`, shop).is;
  const fence = (says: string, yaml: string) => `\`\`\`yaml ${says}\n${yaml}\n\`\`\``;

  test('assert: one object of that kind has the fragment', () => {
    expect(box(fence('assert', 'kind: Deployment\nmetadata: { name: api }\nspec: { replicas: 2 }'))).toBe('met');
    expect(box(fence('assert', 'kind: Deployment\nmetadata: { name: api }\nspec: { replicas: 5 }'))).toBe('partial');
    expect(box(fence('assert', 'kind: DaemonSet'))).toBe('unmet');
  });

  test('error: no object has it', () => {
    expect(box(fence('error', 'kind: Deployment\nspec: { template: { spec: { hostNetwork: true } } }'))).toBe('met');
    expect(box(fence('error', 'kind: Deployment\nspec: { replicas: 3 }'))).not.toBe('met');
  });

  test('file and contains', () => {
    expect(box(fence('assert', 'file: k8s/api.yaml'))).toBe('met');
    expect(box(fence('assert', 'file: k8s/none.yaml'))).toBe('unmet');
    expect(box(fence('error', 'file: k8s/none.yaml'))).toBe('met');
    expect(box(fence('assert', 'file: k8s/hpa.yaml\ncontains: autoscaling/v2'))).toBe('met');
  });
});

describe('a kustomize patch', () => {
  const api = (container: string, rest = '') =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec:\n  selector: { matchLabels: { app: api } }\n  template:\n    metadata: { labels: { app: api } }\n    spec:\n      containers:\n        - ${container}\n${rest}`;
  const whole = api('{ name: api, image: "api:1", livenessProbe: { httpGet: { path: /, port: 80 } } }');
  const overlay = { 'overlays/dev/kustomization.yaml': 'resources: [../../base]\npatches:\n  - path: api-patch.yaml\n' };
  const files = (patch: string) => ({ 'base/api.yaml': whole, ...overlay, 'overlays/dev/api-patch.yaml': patch });
  test.each([
    ['that says nothing of it leaves a field to the object', '{ name: api, env: [{ name: A, value: b }] }', 'met'],
    ['that sets it otherwise does not', '{ name: api, livenessProbe: { tcpSocket: { port: 80 } } }', 'unproven'],
    ['that may take it away does not', '{ name: api, $patch: replace }', 'unproven'],
  ])('%s', (_, container, verdict) => {
    expect(verdictOf('Add an HTTP liveness probe to the api', files(api(container))).is).toBe(verdict);
  });
});
