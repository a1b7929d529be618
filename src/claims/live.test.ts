import { describe, expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { Inventory } from '../manifest/inventory.ts';
import { parseStory } from '../story/parse.ts';
import { compileStory } from './compile.ts';
import { verdictOf } from './test-claim.ts';

const volume = ', volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]';
const workload = (kind: string, name: string, image: string, port: number, more = '') =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: ${image}, ports: [{containerPort: ${port}}], readinessProbe: {httpGet: {path: /ready, port: ${port}}}}]${more}}}}\n---\n`;
const service = (name: string, port: number) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {app: ${name}}, ports: [{port: 80, targetPort: ${port}}]}\n---\n`;
const files = {
  'k8s/claim.yaml':
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n',
  'k8s/configmap.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n',
  'k8s/secrets.yaml.example': 'apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\n',
  'k8s/service-api.yaml': service('api', 8080),
  'k8s/service-redis.yaml': service('redis', 6379),
  'k8s/apps.yaml':
    workload('Deployment', 'api', 'shop-api:1', 8080) +
    workload('Deployment', 'worker', 'shop-worker:1', 9000) +
    workload('StatefulSet', 'redis', 'redis:7', 6379, volume) +
    workload('StatefulSet', 'postgresql', 'postgres:17', 5432, volume),
  'k8s/hpa.yaml':
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api-hpa}\nspec: {scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 3}\n',
};
const inventory = new Inventory(
  Object.keys(files),
  Object.entries(files).map(([path, text]) => new Source(path, text)),
);

/** What the only claim of a story asks of a cluster; `not-run` of a claim that is left to one and asks nothing. */
function asked(claim: string): readonly string[] {
  const story = parseStory([new Source('story.md', `# S\n\n## Acceptance Criteria\n\n1. ${claim}\n`)]);
  const [{ checks }] = compileStory(story, inventory) as unknown as [ReturnType<typeof compileStory>[number]];
  return checks.flatMap((check) =>
    check.is === 'runtime' ? check.live.map(({ says: _, asks, ...rest }) => [asks, ...Object.values(rest).map(String)].join(' ')) : [],
  );
}

describe('what a cluster is asked', () => {
  test.each<[string, string[]]>([
    ['All manifests apply successfully to local Kubernetes cluster (minikube or kind)', ['applies']],
    ['Apply ConfigMap: `kubectl apply -f k8s/configmap.yaml -n shop`', ['applies ConfigMap/config']],
    ['Apply Secrets: `kubectl apply -f k8s/secrets.yaml -n shop` (use base64-encoded test values)', ['applies Secret/credentials']],
    ['Apply Services: `kubectl apply -f k8s/service-api.yaml -f k8s/service-redis.yaml -n shop`', ['applies Service/api', 'applies Service/redis']],
    ['Verify all resources created: `kubectl get all -n shop`', ['applies']],
    ['The application deploys successfully', ['applies', 'ready']],
    ['Pods pass readiness checks', ['ready']],
    ['Wait for pods to be ready: `kubectl get pods -n shop -w` (all should be Running)', ['ready']],
    ['`kubectl wait --for=condition=Ready pod -l app=redis -n shop --timeout=120s` succeeds', ['ready StatefulSet/redis']],
    ['`kubectl rollout status deployment/api` succeeds', ['ready Deployment/api']],
    ['Check pod logs: `kubectl logs -n shop deployment/api` (verify startup success)', ['ready Deployment/api']],
    ['The database pod is running', ['ready StatefulSet/postgresql']],
    ['3 api pods are running', ['ready Deployment/api', 'fragment assert Deployment/api [object Object]']],
    ['Wait for API: both pods ready', ['ready Deployment/api', 'fragment assert Deployment/api [object Object]']],
    ['api and redis pods are running and healthy', ['ready Deployment/api', 'ready StatefulSet/redis']],
    ['Pods start and pass readiness checks', ['ready']],
    ['The api pods become ready; `redis-cli ping` returns PONG', ['ready Deployment/api', 'command StatefulSet/redis redis-cli ping']],
    ['Verify service endpoints: `kubectl get endpoints -n shop` (should show pod IPs)', ['endpoints Service/api 1', 'endpoints Service/redis 1']],
    ['Verify that the api Service has endpoints', ['endpoints Service/api 1']],
    ['Verify service DNS: redis.shop.svc.cluster.local', ['resolves redis.shop.svc.cluster.local']],
    ['`redis.shop.svc.cluster.local` resolves', ['resolves redis.shop.svc.cluster.local']],
    ['`redis.shop.svc.cluster.local` resolves in the cluster', ['resolves redis.shop.svc.cluster.local']],
    ['`redis` resolves inside the cluster', ['resolves redis']],
    ['Test port-forward: `kubectl port-forward -n shop svc/api 8000:80`', ['answers Service/api 80 port-forward']],
    ['`kubectl port-forward svc/api 8000:80` and `curl http://localhost:8000/health` returns 200', ['answers Service/api 80 port-forward /health 200']],
    ['`curl http://api/health` returns 200', ['answers Service/api /health 200']],
    ['`curl http://api/health` returns 200 and "ok"', ['answers Service/api /health 200 ok']],
    ['Verify health check: `curl http://api/health` (returns 200)', ['answers Service/api /health 200']],
    ['The api answers 200 on /health', ['answers Service/api /health 200']],
    ['api returns HTTP 200 OK at `/health`', ['answers Service/api /health 200']],
    ['The api Service responds to GET /health with status 200', ['answers Service/api /health 200']],
    ['GET /health of the api returns 200 and "ok"', ['answers Service/api /health 200 ok']],
    ['The api answers 200 on /health on port 8080', ['answers Service/api 80 /health 200']],
    ['The api Service is reachable on port 80', ['answers Service/api 80']],
    ['`redis-cli ping` returns PONG', ['command StatefulSet/redis redis-cli ping']],
    ['`kubectl exec postgresql-0 -- pg_isready` succeeds', ['command StatefulSet/postgresql pg_isready']],
    ['The HPA scales the api Deployment up under load', ['autoscaler HorizontalPodAutoscaler/api-hpa true']],
    ['Verify that the HPA reports its metrics', ['autoscaler HorizontalPodAutoscaler/api-hpa']],
    ['Verify the HPA sees its metrics: `kubectl get hpa -n shop`', ['autoscaler HorizontalPodAutoscaler/api-hpa']],
    ['Task 10: Validate all manifests apply successfully', ['applies']],
    ['api shuts down gracefully', ['shutdown Deployment/api']],
    ['api shuts down gracefully on SIGTERM', ['shutdown Deployment/api']],
    ['The worker shuts down gracefully on SIGTERM within 10 seconds', ['shutdown Deployment/worker 10']],
    ['The worker shuts down gracefully (within 10 s) when it receives SIGTERM', ['shutdown Deployment/worker 10']],
    ['Graceful shutdown of the api within 1 minute', ['shutdown Deployment/api 60']],
    ['The api pods terminate gracefully within 30 seconds', ['shutdown Deployment/api 30']],
    ['`kubectl logs deploy/api` shows "server started"', ['logs Deployment/api server started']],
    ['The logs of api contain "listening on 8080"', ['logs Deployment/api listening on 8080']],
    ['The logs of the api contain `listening on 8080`', ['logs Deployment/api listening on 8080']],
    ['The api logs show "no errors"', ['logs Deployment/api no errors']],
    ['The api pods can reach postgresql on port 5432', ['traffic Deployment/api StatefulSet/postgresql 5432 true']],
    ['The api can reach the database', ['traffic Deployment/api StatefulSet/postgresql 5432 true']],
    ['worker cannot connect to redis on port 6379', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['worker cannot connect to redis', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ["The worker pods can't reach redis:6379", ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['worker is not able to connect to redis', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['Traffic from worker to redis on port 6379 is denied', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['Connections from the worker pods to redis are blocked', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['worker is blocked from connecting to redis', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['redis is not reachable from worker on port 6379', ['traffic Deployment/worker StatefulSet/redis 6379 false']],
    ['redis is reachable from the api', ['traffic Deployment/api StatefulSet/redis 6379 true']],
    [
      'api and worker cannot connect to postgresql on port 5432',
      ['traffic Deployment/api StatefulSet/postgresql 5432 false', 'traffic Deployment/worker StatefulSet/postgresql 5432 false'],
    ],
    ['The data of redis survives a restart of its pod', ['data-survives StatefulSet/redis']],
    ['Data survives a restart of the pod of redis', ['data-survives StatefulSet/redis']],
    ['Data persists across pod restarts', ['data-survives StatefulSet/redis', 'data-survives StatefulSet/postgresql']],
    ['PostgreSQL data is kept when the pod is deleted', ['data-survives StatefulSet/postgresql']],
    ['A rolling update of api drops no request', ['rollout Deployment/api Service/api 80 /ready']],
    ['No requests are dropped during a rolling update of the api', ['rollout Deployment/api Service/api 80 /ready']],
    ['The api can be updated without downtime', ['rollout Deployment/api Service/api 80 /ready']],
    ['Given the manifests, When they are applied, Then api shuts down gracefully on SIGTERM', ['shutdown Deployment/api']],
  ])('%s', (claim, checks) => {
    expect(asked(claim)).toEqual(checks);
    expect(verdictOf(claim, files).is).toBe('not-run'); // never met without a cluster
  });

  // more, less or the opposite of what a check asks
  test.each([
    'api shuts down gracefully and drains all queues',
    'api shuts down gracefully without losing a message',
    'api does not shut down gracefully',
    'api shuts down gracefully within 5 seconds when the database is away',
    'billing shuts down gracefully on SIGTERM',
    'Verify graceful shutdown with podman stop',
    'Graceful shutdown',
    'Both pods are ready',
    'The test container starts successfully',
    'The logs of api contain no errors',
    'The logs of api do not contain "password"',
    'The logs of api contain "started" exactly once',
    'The logs of api contain "started" within 5 seconds',
    'The api logs every request',
    'redis.shop.svc.cluster.local resolves within 5 ms',
    'redis.shop.svc.cluster.local does not resolve',
    'redis.shop.svc.cluster.local resolves from other clusters',
    'redis.shop.svc.cluster.local:6379 resolves to two addresses',
    'Verify failover: `curl http://api/health` (returns 200)',
    'Verify health check and login: `curl http://api/health` (returns 200)',
    'Verify the worker HPA sees its metrics: `kubectl get hpa -n shop`',
    'The api answers 200 on /health within 100 ms',
    'The api answers 200 on /health over HTTPS',
    'The api answers 200 on /health without a token',
    'The api does not answer 200 on /admin',
    'The api answers 200 or 503 on /health',
    'The api answers 200 on /health and 404 on /nothing',
    'POST /orders of the api returns 201',
    '`curl http://api/health` never returns 500',
    '`curl https://api.example.com/health` returns 200',
    'http://api.shop.svc.cluster.local:80/realms is what the worker uses',
    'api or worker cannot connect to postgresql on port 5432',
    'Only the api can connect to postgresql on port 5432',
    'api can reach postgresql on port 5432 with TLS',
    'api can reach postgresql on port 5432 within 10 ms',
    'api can reach the internet on port 443',
    'A pod without the worker label cannot reach redis port 6379',
    'Pods of other namespaces cannot reach redis on port 6379',
    'worker cannot connect to redis on port 6379 unless it is authenticated',
    'worker cannot not connect to redis on port 6379',
    'Traffic from worker to redis on port 6379 is not denied',
    'Traffic from worker to redis is refused',
    'Connections are dropped',
    'The data of redis survives a restart of the node',
    'The data of redis survives a restart of the cluster',
    'The data of redis survives the deletion of its claim',
    'The data of redis survives the deletion of the StatefulSet',
    'The data of redis does not survive a restart of its pod',
    'The data of redis survives a restart of its pod and is encrypted',
    'No data is lost when a pod restarts',
    'A rolling update of redis drops no request',
    'A rolling update of api drops no more than one request',
    'A rolling update of api to version 2 drops no request',
    'A rolling update of api drops no message',
    '95% of scrape attempts succeed',
    'The pods are ready and alerts fire',
    'The pods are ready, the dashboard shows traffic',
    'The api pods become ready within 5 seconds',
    'The api pods become ready (within 5 seconds)',
    'The api pods do not become ready',
    'The frontend pods become ready, and those of the billing service',
    'The billing pods become ready',
    'The pods are ready for redis',
    'Pods run as non-root and are ready',
    '3 pods are running',
    'At least 3 replicas of the api are running',
    'All pods in kube-system are running: `kubectl get pods -n kube-system`',
    '`kubectl get pods -A | grep -v Running` returns nothing',
    'The HPA scales the api up when CPU is above 70%',
    'The HPA scales the api from 1 to 3 replicas under load',
    'The HPA does not scale the api up under load',
    'All dependencies install without errors',
    'The Alembic migration applies cleanly',
    'Build the rename endpoint',
    'The endpoint still returns 202 Accepted',
    'Database health check endpoint returns 200 OK',
    'All services start successfully with `docker-compose up`',
    '`helm upgrade shop ./charts/shop`',
    'Given the cluster, When the database is down, Then all pods stay ready',
    'When api is scaled to 5, Then api shuts down gracefully',
  ])('nothing for: %s', (claim) => {
    expect(asked(claim)).toEqual([]);
    expect(verdictOf(claim, files).is).not.toBe('met');
  });
});
