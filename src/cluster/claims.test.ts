import { expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { Inventory } from '../manifest/inventory.ts';
import { liveChecksFor } from './claims.ts';

const workload = (kind: string, name: string, image: string) =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: ${image}, readinessProbe: {httpGet: {path: /ready}}}]}}}\n---\n`;
const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {app: ${name}}, ports: [{port: 80}]}\n---\n`;
const files = {
  'k8s/configmap.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n',
  'k8s/secrets.yaml.example': 'apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\n',
  'k8s/service-api.yaml': service('api'),
  'k8s/service-redis.yaml': service('redis'),
  'k8s/apps.yaml':
    workload('Deployment', 'api', 'shop-api:1') + workload('StatefulSet', 'redis', 'redis:7') + workload('StatefulSet', 'postgresql', 'postgres:17'),
  'k8s/hpa.yaml': 'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api-hpa}\n',
};
const inventory = new Inventory(
  Object.keys(files),
  Object.entries(files).map(([path, text]) => new Source(path, text)),
);

const brief = (text: string) => liveChecksFor(text, inventory).map(({ says: _, asks, ...rest }) => [asks, ...Object.values(rest)].join(' '));

test.each<[string, string[]]>([
  ['All manifests apply successfully to local Kubernetes cluster (minikube or kind)', ['applies']],
  ['Apply ConfigMap: `kubectl apply -f k8s/configmap.yaml -n shop`', ['applies ConfigMap/config']],
  ['Apply Secrets: `kubectl apply -f k8s/secrets.yaml -n shop`', ['applies Secret/credentials']],
  ['Apply Services: `kubectl apply -f k8s/service-*.yaml -n shop`', ['applies Service/api', 'applies Service/redis']],
  ['Verify all resources created: `kubectl get all -n shop`', ['applies']],
  ['Pods pass readiness checks', ['ready']],
  ['Wait for pods to be ready: `kubectl get pods -n shop -w` (all should be Running)', ['ready']],
  ['Check pod logs: `kubectl logs -n shop deployment/api` (verify startup success)', ['ready Deployment/api']],
  ['Verify service endpoints: `kubectl get endpoints -n shop` (should show pod IPs)', ['endpoints Service/api 1', 'endpoints Service/redis 1']],
  ['Verify service DNS: redis.shop.svc.cluster.local', ['resolves redis.shop.svc.cluster.local']],
  ['Test port-forward: `kubectl port-forward -n shop svc/api 8000:80`', ['answers Service/api 80']],
  ['`curl http://api/health` returns 200', ['answers Service/api /health 200']],
  ['`redis-cli ping` returns PONG', ['command StatefulSet/redis redis-cli ping']],
  ['`kubectl exec postgresql-0 -- pg_isready` succeeds', ['command StatefulSet/postgresql pg_isready']],
  ['The HPA scales the api Deployment up under load', ['autoscaler HorizontalPodAutoscaler/api-hpa true']],
  ['The HPA reports metrics', ['autoscaler HorizontalPodAutoscaler/api-hpa']],
  ['api shuts down gracefully: graceful shutdown within 30 s', ['shutdown Deployment/api']],
  ['The api pods terminate gracefully within 30 seconds', ['shutdown Deployment/api']],
  ['`curl http://api/health` returns 200 and "ok"', ['answers Service/api /health 200 ok']],
  ['The api Service is reachable on port 80', ['answers Service/api 80']],
  ['`kubectl logs deploy/api` shows "server started"', ['logs Deployment/api server started']],
  ['The logs of api contain "listening on 8080"', ['logs Deployment/api listening on 8080']],
  ['The api pods can reach postgresql on port 5432', ['traffic Deployment/api StatefulSet/postgresql 5432 true']],
  ['api cannot connect to redis on port 6379', ['traffic Deployment/api StatefulSet/redis 6379 false']],
  ['api and redis cannot connect to postgresql on port 5432', []],
  ['A rolling update of api drops no request', ['rollout Deployment/api Service/api 80 /ready']],
  ['A rolling update of redis drops no request', []],
  ['95% of scrape attempts succeed', []],
  ['Pods start and pass readiness checks', ['ready']],
  ['api and redis pods are running and healthy', ['ready Deployment/api', 'ready StatefulSet/redis']],
  ['The pods are ready and alerts fire', []],
  ['The pods are ready, the dashboard shows traffic', []],
  ['The api pods become ready within 5 seconds', []],
  ['The api pods become ready; `redis-cli ping` returns PONG', ['command StatefulSet/redis redis-cli ping', 'ready Deployment/api']],
  ['`helm upgrade shop ./charts/shop`', []],
])('%s', (text, checks) => {
  expect(brief(text)).toEqual(checks);
});
