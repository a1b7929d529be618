// What a runtime proof costs beside kubectl: a healthy deployment of four workloads, how soon causes are named, and requests for 200 objects.
//   node bench/verify.ts [wall|causes|requests]...      needs ../shared/cluster and root; kubectl runs the same manifests in turn
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inTurns } from '../src/cluster/apply.ts';

process.env.CLUSTER = 'yes';
const { images, kubectl, noCluster, prove, up } = await import('../tests/test-cluster.ts');
if (noCluster) {
  console.log(`skipped: ${noCluster}`);
  process.exit(0);
}
const root = resolve(import.meta.dirname, '..');
const asked = process.argv.slice(2);
const wanted = (name: string) => asked.length === 0 || asked.includes(name);
const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`;
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

up();
images(['shell', 'docker.io/library/busybox:1.37'], ['redis', 'docker.io/library/redis:8.0'], ['postgres', 'docker.io/library/postgres:17.6']);
if (wanted('wall')) await wall();
if (wanted('causes')) await causes();
if (wanted('requests')) await requests();

/** Limits: until ready at most 1.1 times kubectl apply and kubectl wait, clean-up at most kubectl delete namespace. */
async function wall(): Promise<void> {
  const file = 'fixtures/verify/four-workloads.yaml';
  const text = readFileSync(join(root, file), 'utf8');
  const stable = 10_000;
  const [ours, theirs, cleanOurs, cleanTheirs]: number[][] = [[], [], [], []];
  for (let round = 0; round < 3; round++) {
    const proof = await prove({ [file]: text }, { stable });
    if (proof.outcome !== 'proven') throw new Error(`the healthy deployment is ${proof.outcome}: ${JSON.stringify(proof.causes)}`);
    ours!.push(proof.took.whole - proof.took.clean - stable);
    cleanOurs!.push(proof.took.clean);
    const [applied, deleted] = kubectlTimes(join(root, file));
    theirs!.push(applied);
    cleanTheirs!.push(deleted);
  }
  const ratio = median(ours!) / median(theirs!);
  console.log(
    `until ready and checked: ${seconds(median(ours!))} (without the stable period), kubectl apply and wait: ${seconds(median(theirs!))}, ratio ${ratio.toFixed(2)}`,
  );
  const withStable = (median(ours!) + stable) / (1.1 * median(theirs!) + stable);
  console.log(`against the limit of 1.1 x kubectl + stable period: ${withStable.toFixed(2)}`);
  console.log(`clean-up: ${seconds(median(cleanOurs!))}, kubectl delete namespace: ${seconds(median(cleanTheirs!))}`);
}

function kubectlTimes(file: string): [applied: number, deleted: number] {
  kubectl('create', 'namespace', 'bench');
  const start = performance.now();
  kubectl('-n', 'bench', 'apply', '-f', file);
  for (const name of ['deployment/web', 'deployment/worker', 'deployment/api'])
    kubectl('-n', 'bench', 'wait', '--for=condition=Available', name, '--timeout=120s');
  kubectl('-n', 'bench', 'wait', '--for=jsonpath={.status.readyReplicas}=1', 'statefulset/redis', '--timeout=120s');
  const applied = performance.now() - start;
  const startDelete = performance.now();
  kubectl('delete', 'namespace', 'bench');
  return [applied, performance.now() - startDelete];
}

/** Limits: named at the latest 5 s after Kubernetes shows it, median 1 s. Its times are whole seconds, so each number may be up to one too large. */
async function causes(): Promise<void> {
  const folder = join(root, 'fixtures/broken');
  const late: { id: string; name: string; milliseconds: number }[] = [];
  await inTurns(readdirSync(folder).sort(), 3, async (name) => {
    const file = `fixtures/broken/${name}/broken.yaml`;
    const proof = await prove({ [file]: readFileSync(join(root, file), 'utf8') }, { allowClusterScoped: true });
    for (const { id, shown, named } of proof.causes) if (shown) late.push({ id, name, milliseconds: Date.parse(named) - Date.parse(shown) });
  });
  late.sort((a, b) => b.milliseconds - a.milliseconds);
  console.log(`${late.length} causes named after: median ${median(late.map(({ milliseconds }) => milliseconds))} ms, most ${late[0]?.milliseconds} ms`);
  for (const { id, name, milliseconds } of late.slice(0, 5)) console.log(`  ${milliseconds} ms  ${id} in ${name}`);
}

/** Limit: 3 requests for each object. */
async function requests(): Promise<void> {
  const documents: string[] = [];
  for (let index = 0; index < 10; index++) documents.push(deployment(`d${index}`, 5));
  for (let index = 0; index < 10; index++)
    documents.push(`apiVersion: v1\nkind: Service\nmetadata: {name: d${index}}\nspec: {selector: {app: d${index}}, ports: [{port: 8080}]}`);
  for (let index = 0; index < 180; index++) documents.push(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${index}}\ndata: {key: value}`);
  const proof = await prove({ 'many.yaml': documents.join('\n---\n') }, { timeout: 300_000 });
  console.log(
    `${proof.objects.length} objects, 50 pods: ${proof.requests} requests, ${(proof.requests / proof.objects.length).toFixed(2)} for each object; ${proof.outcome} in ${seconds(proof.took.whole)}`,
  );
}

function deployment(name: string, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: "busybox:1.37", command: [httpd, -f, -p, "8080"], ports: [{containerPort: 8080}]}]`;
}
