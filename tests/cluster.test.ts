import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { inTurns } from '../src/cluster/apply.ts';
import { cleanLeftovers } from '../src/cluster/clean.ts';
import type { Proof } from '../src/cluster/proof.ts';
import { proveClaims, readProof, staleness } from '../src/cluster/stored-proof.ts';
import type { Problem } from '../src/errors.ts';
import { ReviewReport } from '../src/report/schema.ts';
import { ScratchRepository } from './scratch-repository.ts';
import {
  buildImage,
  cuttable,
  down,
  images,
  inventoryOf,
  isShort,
  KUBECONFIG,
  kubeconfigFor,
  kubectl,
  leftovers,
  noCluster,
  prove,
  readTree,
  refusingWebhook,
  restartApiServer,
  runCli,
  sharedCase,
  up,
} from './test-cluster.ts';

if (noCluster) console.log(`tests/cluster.test.ts is skipped: ${noCluster}`);
else if (isShort) console.log('tests/cluster.test.ts is short: npm run test:cluster is the whole of it');

const BROKEN = fileURLToPath(new URL('../fixtures/broken/', import.meta.url));
const MINUTES = 60_000;
/** fixtures of each family of causes, for the short run */
const SHORT = /^(?:01|06|13|16|17|22|27|29|32|43|47|61)-/;
/** proofs side by side: what two cores can start without making every probe late */
const AT_ONCE = 12;

const cleanUp = () => cleanLeftovers({ context: 'test', kubeconfig: KUBECONFIG }, 60_000, new AbortController().signal);

describe.skipIf(noCluster)('on a real cluster', () => {
  beforeAll(async () => {
    up();
    images(['shell', 'docker.io/library/busybox:1.37'], ['redis', 'docker.io/library/redis:8.0'], ['postgres', 'docker.io/library/postgres:17.6']);
    await cleanUp();
  }, 30 * MINUTES);

  describe('fixtures/broken', () => {
    const names = readdirSync(BROKEN)
      .sort()
      .filter((name) => !isShort || SHORT.test(name));
    const proofs = new Map<string, Proof>();
    const path = (name: string, twin: string) => `fixtures/broken/${name}/${twin}.yaml`;
    const read = (name: string, twin: string) => readFileSync(join(BROKEN, name, `${twin}.yaml`), 'utf8');

    beforeAll(async () => {
      const all = names.flatMap((name) => ['broken', 'healthy'].map((twin) => ({ name, twin })));
      await inTurns(all, AT_ONCE, async ({ name, twin }) => {
        proofs.set(path(name, twin), await prove({ [path(name, twin)]: read(name, twin) }, { allowClusterScoped: true }));
      });
    }, 12 * MINUTES);

    test.each(names)('%s: each fault is named, with its object and line, and nothing else', (name) => {
      const faults = read(name, 'broken')
        .split('\n')
        .flatMap((line, index) => {
          const [, id, object] = /# fault: (\S+) (\S+)/.exec(line) ?? [];
          return id ? [`${id} ${object} at line ${index + 1}`] : [];
        });
      expect(faults.length).toBeGreaterThan(0);
      const proof = proofs.get(path(name, 'broken'))!;
      const found = proof.causes.map(({ id, object, at }) => `${id} ${object} at line ${at.lines[0]}`);
      expect({ found: found.sort(), proven: proof.outcome === 'proven' }).toEqual({ found: faults.sort(), proven: false });
    });

    test.each(names)('%s: the healthy twin is proven', (name) => {
      const { outcome, causes, objects, leftBehind } = proofs.get(path(name, 'healthy'))!;
      expect({ causes, unwell: objects.filter(({ verdict }) => verdict.is !== 'met'), leftBehind }).toEqual({ causes: [], unwell: [], leftBehind: [] });
      expect(outcome).toBe('proven');
    });

    test('the root is named once, before its consequences', () => {
      const proof = proofs.get(path('47-root-before-consequences', 'broken'))!;
      expect(proof.causes).toHaveLength(1);
      expect(proof.causes[0]!.breaks.toSorted()).toEqual(['Deployment/api', 'Deployment/web', 'Service/api', 'Service/postgresql']);
    });

    test.skipIf(isShort)('what a migration waits for is said of it', () => {
      const proof = proofs.get(path('56-migration-waits', 'broken'))!;
      expect(proof.causes[0]!.breaks.toSorted()).toEqual(['Job/migrate', 'Service/postgresql']);
      expect(proof.objects.find(({ object }) => object === 'Job/migrate')!.verdict.because).toContain('Secret/database');
    });

    test('guards held in all of them, as far as they could be tried', () => {
      for (const { guards } of proofs.values()) for (const guard of guards) expect(guard).not.toMatchObject({ held: false });
    });

    test(
      'only what a finalizer holds is left, it is named, and --clean removes it',
      async () => {
        const left = Array.from(proofs.values()).flatMap(({ leftBehind }) => leftBehind.map(({ object }) => object));
        expect(left).toEqual([expect.stringMatching(/^Namespace\/proof-/), 'ConfigMap/settings']);
        expect((await cleanUp()).left).toEqual([]);
        expect(leftovers()).toEqual([]);
      },
      2 * MINUTES,
    );

    test('causes are named at the latest 5 s after Kubernetes shows them, most within 1 s', () => {
      const late = Array.from(proofs.values())
        .flatMap(({ causes }) => causes)
        .flatMap(({ shown, named }) => (shown ? [Date.parse(named) - Date.parse(shown)] : []))
        .sort((a, b) => a - b);
      // Kubernetes writes whole seconds, so each number may be one too large. The bench measures it on a quiet machine.
      console.log(`named after (ms): median ${late[late.length >> 1]}, most ${late.at(-1)}`);
      expect(late[late.length >> 1]).toBeLessThan(2_000);
    });

    test('a stored proof answers again, and goes stale with its files', () => {
      const file = path('47-root-before-consequences', 'healthy');
      const proof = proofs.get(file)!;
      const stored = readProof(JSON.stringify(proof), 'proof.json');
      const text = read('47-root-before-consequences', 'healthy');
      const says = '';
      expect(staleness(stored, inventoryOf({ [file]: text }), null)).toBeUndefined();
      expect(staleness(stored, inventoryOf({ [file]: `${text}# more\n` }), null)).toContain('has changed');
      const verdicts = proveClaims(
        [
          { asks: 'applies', says },
          { asks: 'ready', object: 'StatefulSet/postgresql', says },
          { asks: 'endpoints', service: 'Service/api', atLeast: 1, says },
          { asks: 'command', workload: 'StatefulSet/postgresql', command: 'pg_isready', says: '`pg_isready` succeeds' },
          { asks: 'fragment', object: 'Deployment/api', mode: 'assert', fragment: { status: { readyReplicas: 1 } }, says },
          { asks: 'ready', object: 'Deployment/other', says },
        ],
        stored,
      );
      expect(verdicts.map(({ is }) => is)).toEqual(['met', 'met', 'met', 'met', 'met', 'unproven']);
      const edited = JSON.stringify(proof).replace('"value":"1"', '"value":"9"');
      expect(() => readProof(edited, 'proof.json')).toThrow('does not fit its hash');
    });
  });

  describe('a story and its proof in one step', () => {
    const story = (...tasks: readonly string[]) => `# Story 1.1: Shop

## Acceptance Criteria

1. \`kubectl apply -f k8s/\` succeeds without errors.
2. All pods become ready.
3. \`curl http://web/\` returns 200.
4. The web Deployment has its replica.

   \`\`\`yaml assert
   apiVersion: apps/v1
   kind: Deployment
   metadata: {name: web}
   status: {readyReplicas: 1}
   \`\`\`

## Tasks

- [x] Task 1: Create \`k8s/web.yaml\`
${tasks.join('\n')}
`;
    const web = (more = '') => `${DEPLOYMENT('web', '[sh, -c, "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www"]', more)}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;
    const reviewed = async (files: Record<string, string>, ...options: readonly string[]) => {
      using repository = new ScratchRepository(files);
      const ran = await runCli(['review', 'docs/story.md', '--format', 'json', '--kubeconfig', KUBECONFIG, '--stable', '2s', ...options], repository.root);
      return { ...ran, report: ran.code === 2 ? undefined : ReviewReport.parse(JSON.parse(ran.out)) };
    };
    const verdicts = (report: ReviewReport | undefined) => report?.claims.map(({ id, verdict }) => `${id} ${verdict}`);
    const ofRun = (report: ReviewReport | undefined) => report?.findings.filter(({ rule }) => rule.startsWith('runtime-'));

    test(
      'what only a run can decide is decided, with what the cluster answered',
      async () => {
        const { report, err } = await reviewed({ 'docs/story.md': story(), 'k8s/web.yaml': web() }, '--context', 'test');
        expect(verdicts(report)).toEqual(['AC1 met', 'AC2 met', 'AC3 met', 'AC4 met', 'T1 met']);
        const shown = report!.claims.slice(0, 4).map(({ evidence }) => evidence.map((each) => ('object' in each ? each.field : each.path)));
        expect(shown).toEqual([expect.arrayContaining(['status.readyReplicas']), expect.arrayContaining(['endpoints']), ['GET /'], ['status.readyReplicas']]);
        expect(ofRun(report)).toEqual([]);
        expect(report!.proof).toMatchObject({
          outcome: 'proven',
          commit: report!.commit,
          cluster: { context: 'test', version: expect.stringMatching(/^v1\.\d+\.\d+/) },
          images: [{ image: 'busybox:1.37', digest: expect.stringMatching(/sha256:[0-9a-f]{64}$/), containers: ['Deployment/web web'] }],
          files: [{ path: 'k8s/web.yaml' }],
        });
        expect(err).toMatch(/PROVEN: 2 objects/);
        expect(leftovers()).toEqual([]);
      },
      2 * MINUTES,
    );

    test(
      'what it refutes is a finding at the line to change',
      async () => {
        const files = { 'docs/story.md': story(), 'k8s/web.yaml': web('readinessProbe: {periodSeconds: 1, httpGet: {path: /, port: 8000}}') };
        const { report, code } = await reviewed(files, '--context', 'test', '--timeout', '20s');
        expect(verdicts(report)).toEqual(['AC1 met', 'AC2 unmet', 'AC3 unmet', 'AC4 unmet', 'T1 met']);
        expect(ofRun(report)).toMatchObject([
          { rule: 'runtime-fault', severity: 'high', path: 'k8s/web.yaml', line: 14, message: expect.stringContaining('8000') },
        ]);
        expect([report!.outcome, code]).toEqual(['BLOCKED', 1]);
        expect(leftovers()).toEqual([]);
      },
      2 * MINUTES,
    );

    const HAPPENINGS: readonly (readonly [claim: string, live: string, stored: string])[] = [
      ['The logs of batch contain "started"', 'met', 'met'],
      ['The logs of batch contain "stopped"', 'unproven', 'unproven'],
      ['`web.default.svc.cluster.local` resolves', 'met', 'not-run'],
      ['`db.default.svc.cluster.local` resolves', 'unmet', 'unmet'], // no Service of that name
      ['The web Service answers 200 on /index.html and "hello"', 'met', 'not-run'],
      ['The web Service answers 404 on /', 'unmet', 'not-run'],
      ['web can reach db on port 5432', 'met', 'met'],
      ['batch can reach db on port 5432', 'unmet', 'unmet'], // the policy forbids it
      ['batch cannot connect to db', 'met', 'met'],
      ['Traffic from web to db is denied', 'unmet', 'unmet'], // the policy allows it
      ['Only the web pods may connect to db on port 5432', 'met', 'met'],
      ['The web pods shut down gracefully on SIGTERM within 3 seconds', 'met', 'not-run'],
      ['batch shuts down gracefully', 'unmet', 'not-run'],
      // more than any check asks
      ['The web pods shut down gracefully and finish all requests', 'unproven', 'unproven'],
      ['The logs of batch contain no errors', 'unproven', 'unproven'],
      ['web can reach db on port 5432 within 5 ms', 'unproven', 'unproven'],
    ];
    const happenings = {
      'docs/story.md': `# Story 1.1: Shop\n\n## Acceptance Criteria\n\n${HAPPENINGS.map(([claim], index) => `${index + 1}. ${claim}`).join('\n')}\n`,
      'k8s/apps.yaml': `${DEPLOYMENT('web', '[sh, -c, "trap exit TERM; mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; while :; do sleep 0.1; done"]')}---
${DEPLOYMENT('db', '[httpd, -f, -p, "5432"]', 'ports: [{containerPort: 5432}]')}---
${DEPLOYMENT('batch', '[sh, -c, "echo started; exec sleep 3600"]')}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
`,
    };
    const told = (which: 1 | 2) => HAPPENINGS.map((row, index) => `AC${index + 1} ${row[which]}`);

    test(
      'sentences about what happens are asked in so many words, and no more is signed for',
      async () => {
        const { report, err } = await reviewed(happenings, '--context', 'test');
        expect(verdicts(report), err).toEqual(told(1));
        expect(report!.findings.filter(({ rule }) => rule === 'policy-disagrees')).toEqual([]);
        expect(leftovers()).toEqual([]);
      },
      2 * MINUTES,
    );

    test.skipIf(isShort)(
      'a stored proof decides about traffic, which every proof tries, and about what it was not asked nothing',
      async () => {
        using repository = new ScratchRepository(happenings);
        const proof = ['verify', 'k8s', '--context', 'test', '--kubeconfig', KUBECONFIG, '--stable', '2s', '--format', 'json', '--output', 'proof.json'];
        expect(await runCli(proof, repository.root)).toMatchObject({ code: 0 });
        const { out } = await runCli(['review', 'docs/story.md', '--format', 'json', '--proof', 'proof.json'], repository.root);
        expect(verdicts(ReviewReport.parse(JSON.parse(out)))).toEqual(told(2));
      },
      2 * MINUTES,
    );

    test(
      'a stored proof answers the same, until a file moves on; without a proof nothing is green',
      async () => {
        using repository = new ScratchRepository({ 'docs/story.md': story(), 'k8s/web.yaml': web() });
        const proof = ['verify', 'k8s', '--context', 'test', '--kubeconfig', KUBECONFIG, '--stable', '2s', '--format', 'json', '--output', 'proof.json'];
        expect(await runCli(proof, repository.root)).toMatchObject({ code: 0 });
        const asked = async (...options: readonly string[]) => {
          const { out } = await runCli(['review', 'docs/story.md', '--format', 'json', ...options], repository.root);
          return verdicts(ReviewReport.parse(JSON.parse(out)));
        };
        expect(await asked('--proof', 'proof.json')).toEqual(['AC1 met', 'AC2 met', 'AC3 not-run', 'AC4 met', 'T1 met']); // it was not asked about a URL
        const none = ['AC1 not-run', 'AC2 not-run', 'AC3 not-run', 'AC4 not-run', 'T1 met'];
        expect(await asked()).toEqual(none);
        repository.write({ 'k8s/web.yaml': `${web()}# more\n` });
        expect(await asked('--proof', 'proof.json')).toEqual(none);
      },
      2 * MINUTES,
    );
  });

  test(
    'beside what cannot become ready the rest gets its answer, but what needs it is not waited for',
    async () => {
      const absent = `${DEPLOYMENT('api', '[httpd, -f]').replace('busybox:1.37', 'absent.test/api:1')}---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 80}]}
---
${DEPLOYMENT('shop', '[sleep, "1000"]', 'env: [{name: API_URL, value: "http://api/"}]')}`;
      const survives = { asks: 'data-survives', workload: 'Deployment/web', says: '' } as const; // asked when all is calm, as far as it can be
      const [beside, alone] = await Promise.all([
        prove({ 'a.yaml': `${absent}---\n${DEPLOYMENT('web', '[httpd, -f, -p, "8080"]')}` }, { stable: 4_000, checks: [survives] }),
        prove({ 'a.yaml': absent }, { stable: 60_000 }),
      ]);
      const verdicts = ({ objects }: Proof) => objects.map(({ object, verdict }) => `${object} ${verdict.is}`);
      expect(verdicts(beside)).toEqual(['Service/api unmet', 'Deployment/api unmet', expect.stringMatching(/^Deployment\/shop /), 'Deployment/web met']);
      expect(verdicts(alone)).toEqual(['Service/api unmet', 'Deployment/api unmet', 'Deployment/shop unproven']);
      expect(alone.objects[2]!.verdict.because).toContain('it needs what is at fault');
      expect(beside.checks).toMatchObject([{ verdict: { is: 'unmet' } }]);
      for (const { took } of [beside, alone]) expect(took.whole).toBeLessThan(45_000);
      expect([beside, alone].map(({ causes }) => causes.map(({ id }) => id))).toEqual([['image-not-found'], ['image-not-found']]);
    },
    2 * MINUTES,
  );

  const firstCase = sharedCase('aiops-1-6');
  if (!existsSync(firstCase)) console.log(`the first case is skipped: ${firstCase} is not there`);
  test.skipIf(isShort || !existsSync(firstCase))(
    'the first case: the API can never become ready, since nobody sets what it reads',
    async () => {
      images(['postgres', 'docker.io/library/postgres:17-alpine'], ['redis', 'docker.io/library/redis:7-alpine']);
      buildImage('aiops-api', 'docker.io/library/ai-agents-api:1.0.0');
      const proof = await prove(
        readTree(
          firstCase,
          readdirSync(join(firstCase, 'k8s')).map((name) => `k8s/${name}`),
        ),
        { timeout: 60_000, requests: 0.1 }, // two cores are too few for all that its pods ask for
      );
      for (const name of ['api', 'worker']) {
        const cause = proof.causes.find(({ object }) => object === `Deployment/${name}`);
        expect(cause).toMatchObject({ id: 'variable-unset', at: { path: `k8s/deployment-${name}.yaml`, quote: expect.stringContaining('env:') } });
        expect(cause!.says).toContain('DATABASE_URL, REDIS_URL are set, but the program does not read them under that name');
      }
      expect(proof.objects.find(({ object }) => object === 'Deployment/api')!.verdict.is).toBe('unmet');
      expect(proof.causes.find(({ object }) => object === 'StatefulSet/redis')).toMatchObject({
        id: 'volume-not-writable',
        at: { path: 'k8s/deployment-redis.yaml' },
      });
      expect(proof.namespaces).toEqual({ 'ai-agents': expect.stringMatching(/^proof-/) });
      expect(JSON.stringify(proof)).not.toContain('postgresql://postgres:');
    },
    4 * MINUTES,
  );

  describe.skipIf(isShort).concurrent('side by side', () => {
    const WEB = { 'web.yaml': DEPLOYMENT('web', '[httpd, -f, -p, "8080"]') };
    const code = (error: unknown) => (error as Problem).code;

    const says = '';
    const APP = `${DEPLOYMENT('web', '[sh, -c, "trap exit TERM; mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; while :; do sleep 1; done"]')}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
${DEPLOYMENT('deaf', '[sh, -c, "trap : TERM; while :; do sleep 1; done"]')}---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
        - {name: store, image: "busybox:1.37", command: [sleep, "10000"], volumeMounts: [{name: data, mountPath: /data}]}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
`;

    test(
      'each answers what is so and what is not',
      async () => {
        const { checks } = await prove(
          { 'app.yaml': APP },
          {
            checks: [
              { asks: 'answers', service: 'Service/web', path: '/', body: 'hello', says },
              { asks: 'answers', service: 'Service/web', path: '/missing', says },
              { asks: 'answers', service: 'Service/web', port: 80, says },
              { asks: 'answers', service: 'Service/web', port: 81, says },
              { asks: 'resolves', name: 'web', says },
              { asks: 'resolves', name: 'nobody', says },
              { asks: 'endpoints', service: 'Service/web', atLeast: 2, says },
              { asks: 'shutdown', workload: 'Deployment/web', says },
              { asks: 'shutdown', workload: 'Deployment/deaf', says },
              { asks: 'data-survives', workload: 'StatefulSet/store', says },
              { asks: 'data-survives', workload: 'Deployment/web', says },
              { asks: 'command', workload: 'Deployment/web', command: 'pg_isready', says },
            ],
          },
        );
        expect(checks.map(({ verdict }) => verdict.is)).toEqual([
          'met',
          'unmet',
          'met',
          'unmet',
          'met',
          'unmet',
          'unmet',
          'met',
          'unmet',
          'met',
          'unmet',
          'unproven',
        ]);
        for (const { verdict } of checks) if (verdict.is !== 'unproven') expect(verdict.evidence.length).toBeGreaterThan(0);
      },
      4 * MINUTES,
    );

    test(
      'an autoscaler that sees its metrics asks for more pods under load; one at its maximum cannot',
      async () => {
        const scaled = (name: string, maxReplicas: number) => `${DEPLOYMENT(name, '[httpd, -f, -p, "8080"]', 'resources: {requests: {cpu: 20m}}')}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: ${name}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}
  maxReplicas: ${maxReplicas}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
`;
        const asks = (name: string) => ({ asks: 'autoscaler', autoscaler: `HorizontalPodAutoscaler/${name}`, reacts: true, says }) as const;
        const { checks } = await prove({ 'a.yaml': `${scaled('web', 2)}---\n${scaled('full', 1)}` }, { checks: [asks('web'), asks('full')] });
        expect(checks.map(({ verdict }) => verdict.is)).toEqual(['met', 'unproven']);
      },
      5 * MINUTES,
    );

    test(
      'cluster-scoped objects only on request, what depends on them is not run, and a kind that is missing is named',
      async () => {
        const manifests = {
          'a.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shop.test}
spec:
  group: shop.test
  names: {kind: Widget, plural: widgets, singular: widget}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}]
---
apiVersion: shop.test/v1
kind: Widget
metadata: {name: good}
spec: {size: 3}
---
apiVersion: shop.test/v1
kind: Widget
metadata: {name: bad}
spec: {size: large}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: api}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
`,
        };
        const verdicts = ({ objects }: Proof) => Object.fromEntries(objects.map(({ object, verdict }) => [object.split('/')[1]!, verdict.is]));
        expect(verdicts(await prove(manifests))).toEqual({ 'widgets.shop.test': 'not-run', good: 'not-run', bad: 'not-run', api: 'not-run', c: 'met' });
        const proof = await prove(manifests, { allowClusterScoped: true });
        expect(verdicts(proof)).toEqual({ 'widgets.shop.test': 'met', good: 'met', bad: 'unmet', api: 'not-run', c: 'met' });
        expect(proof.causes).toMatchObject([{ id: 'rejected', object: 'Widget/bad', at: { lines: [18, 18] } }]);
        expect(kubectl('get', 'crd', '-o', 'name')).toBe('');
      },
      4 * MINUTES,
    );

    test(
      'a cluster-scoped object of somebody else is neither changed nor removed',
      async () => {
        kubectl('create', 'clusterrole', 'proof-test-foreign', '--verb=get', '--resource=pods');
        try {
          const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: proof-test-foreign}\nrules: []\n';
          const proof = await prove({ 'role.yaml': role }, { allowClusterScoped: true });
          expect(proof.objects).toMatchObject([{ object: 'ClusterRole/proof-test-foreign', verdict: { is: 'unmet' } }]);
          expect(kubectl('get', 'clusterrole', 'proof-test-foreign', '-o', 'jsonpath={.rules[0].verbs[0]}')).toBe('get');
        } finally {
          kubectl('delete', 'clusterrole', 'proof-test-foreign');
        }
      },
      4 * MINUTES,
    );

    test(
      'what the guard keeps a program from is not held against it',
      async () => {
        const calls = {
          'web.yaml': DEPLOYMENT(
            'web',
            '[sh, -c, "sleep 2; wget -q -T 2 -O /dev/null http://outside.test/ || exit 1; exec httpd -f -p 8080"]',
            'readinessProbe: {periodSeconds: 1, tcpSocket: {port: 8080}}',
          ),
        };
        const [guarded, open] = await Promise.all([prove(calls), prove(calls, { allowEgress: true })]);
        expect(guarded.causes).toMatchObject([{ id: 'outside-closed', object: 'Deployment/web' }]);
        expect([guarded.outcome, open.outcome]).toEqual(['unproven', 'proven']);
      },
      4 * MINUTES,
    );

    test(
      'a rollout under load: with a pause before the end no request is dropped',
      async () => {
        const command = '[sh, -c, "trap exit TERM; mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; while :; do sleep 0.1; done"]';
        const app = (more: string) => `${DEPLOYMENT('web', command, `readinessProbe: {periodSeconds: 1, httpGet: {path: /, port: 8080}}\n          ${more}`)}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;
        const graceful = await prove({ 'web.yaml': app('lifecycle: {preStop: {exec: {command: [sleep, "2"]}}}') }, { rollout: true });
        expect(graceful.checks).toMatchObject([{ verdict: { is: 'met' } }]);
        expect(graceful.checks[0]!.verdict.because).toMatch(/^all \d+ requests were answered/);
      },
      4 * MINUTES,
    );

    test(
      'somebody deletes an object: no green verdict',
      async () => {
        const proof = await prove(WEB, {}, (event) => {
          if (event.is === 'stage' && event.stage === 'watching') kubectl('delete', 'deployment', 'web', '-n', event.namespace!, '--wait=false');
        });
        expect(proof.causes).toMatchObject([{ id: 'deleted-by-another', object: 'Deployment/web' }]);
        expect(proof.outcome).toBe('unproven');
      },
      4 * MINUTES,
    );

    test(
      'a webhook or an admission policy that refuses is named, with what it says',
      async () => {
        await using webhook = await refusingWebhook('every Deployment needs an owner');
        const selector = (name: string) => ({ matchLabels: { 'admission-test': name } });
        const deployments = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] };
        const objects = [
          {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'ValidatingWebhookConfiguration',
            metadata: { name: 'owners' },
            webhooks: [
              {
                name: 'owners.shop.test',
                admissionReviewVersions: ['v1'],
                sideEffects: 'None',
                namespaceSelector: selector('webhook'),
                rules: [deployments],
                clientConfig: { url: webhook.url, caBundle: webhook.certificate },
              },
            ],
          },
          {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'ValidatingAdmissionPolicy',
            metadata: { name: 'owners' },
            spec: {
              matchConstraints: { resourceRules: [deployments] },
              validations: [{ expression: "'owner' in object.metadata.annotations", message: 'name an owner' }],
              failurePolicy: 'Fail',
            },
          },
          {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'ValidatingAdmissionPolicyBinding',
            metadata: { name: 'owners' },
            spec: { policyName: 'owners', validationActions: ['Deny'], matchResources: { namespaceSelector: selector('policy') } },
          },
        ];
        const file = join(mkdtempSync(join(tmpdir(), 'admission-')), 'objects.json');
        writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
        kubectl('apply', '-f', file);
        try {
          await sleep(3_000); // until the API server has noticed
          const own = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {admission-test: ${name}}}\n---\n`;
          const web = DEPLOYMENT('web', '[httpd, -f, -p, "8080"]').replace('{name: web}', '{name: web, annotations: {team: shop}}');
          const [byWebhook, byPolicy] = await Promise.all(['webhook', 'policy'].map((name) => prove({ 'web.yaml': own(name) + web })));
          expect(byWebhook!.causes).toMatchObject([{ id: 'webhook-denies', object: 'Deployment/web', at: { lines: [7, 7] } }]);
          expect(byWebhook!.causes[0]!.says).toContain('every Deployment needs an owner');
          expect(byPolicy!.causes).toMatchObject([{ id: 'admission-policy-denies', object: 'Deployment/web' }]);
          expect(byPolicy!.causes[0]!.says).toContain('name an owner');
          expect([byWebhook!.outcome, byPolicy!.outcome]).toEqual(['refuted', 'refuted']);
        } finally {
          kubectl('delete', '-f', file);
        }
      },
      4 * MINUTES,
    );

    test(
      'a webhook that does not answer is the cluster’s fault',
      async () => {
        const webhook = {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'ValidatingWebhookConfiguration',
          metadata: { name: 'silent' },
          webhooks: [
            {
              name: 'silent.shop.test',
              admissionReviewVersions: ['v1'],
              sideEffects: 'None',
              timeoutSeconds: 1,
              failurePolicy: 'Fail',
              namespaceSelector: { matchLabels: { webhook: 'silent' } },
              rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['deployments'] }],
              clientConfig: { url: 'https://198.51.100.99/' },
            },
          ],
        };
        const file = join(mkdtempSync(join(tmpdir(), 'webhook-')), 'webhook.json');
        writeFileSync(file, JSON.stringify(webhook));
        kubectl('apply', '-f', file);
        try {
          await sleep(2_000); // until the API server has noticed
          const labelled = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {webhook: silent}}\n---\n';
          const proof = await prove({ 'web.yaml': labelled + WEB['web.yaml'] });
          expect(proof.causes).toMatchObject([{ id: 'webhook-unreachable', object: 'Deployment/web' }]);
          expect(proof.outcome).toBe('unproven');
        } finally {
          kubectl('delete', '-f', file);
        }
      },
      4 * MINUTES,
    );

    test.each([
      ['refused', 'watching', 1_000],
      ['silent', 'watching', 1_000],
      ['refused', 'applying', 0],
    ] as const)(
      'the API server is away for good (%s while %s): no answer, what is left is named, and --clean removes it when it is back',
      async (how, stage, after) => {
        await using way = await cuttable();
        const cluster = { context: 'test', kubeconfig: way.kubeconfig };
        let namespace = '';
        const left: string[] = [];
        const error = (await prove(WEB, { cluster, stable: 200_000, timeout: 300_000 }, (event) => {
          if (event.is === 'stage' && event.stage === stage) {
            namespace = event.namespace!;
            setTimeout(() => way.cut(how), after);
          } else if (event.is === 'left') left.push(...event.left.map(({ object, remove }) => `${object}: ${remove}`));
        }).catch((error: unknown) => error)) as Problem;
        expect(error.code).toBe('CLUSTER_UNREACHABLE');
        expect(error.message).toContain('127.0.0.1:');
        expect(left).toEqual([`Namespace/${namespace}: ai-agents verify --clean --context test`]);
        await way.mend();
        await cleanLeftovers(cluster, 60_000, new AbortController().signal);
        expect(leftovers()).not.toContain(`namespace/${namespace}`);
      },
      5 * MINUTES,
    );

    test(
      'what nobody could see does not count as having stayed ready',
      async () => {
        await using way = await cuttable();
        let mended: Promise<void> | undefined;
        const proof = await prove(WEB, { cluster: { context: 'test', kubeconfig: way.kubeconfig }, stable: 3_000 }, (event) => {
          if (mended || event.is !== 'object' || event.status.is !== 'ready') return;
          way.cut('refused');
          mended = sleep(10_000).then(() => way.mend());
        });
        await mended;
        expect(proof.outcome).toBe('proven');
        expect(proof.took.ready).toBeGreaterThan(10_000);
      },
      2 * MINUTES,
    );

    test(
      'the API server goes away during the clean-up: the answer is kept, and what is left is named',
      async () => {
        await using way = await cuttable();
        const cluster = { context: 'test', kubeconfig: way.kubeconfig };
        const proof = await prove(WEB, { cluster, stable: 1_000 }, (event) => {
          if (event.is === 'stage' && event.stage === 'cleaning') way.cut('refused');
        });
        const namespace = Object.values(proof.namespaces)[0]!;
        expect(proof.outcome).toBe('proven');
        expect(proof.leftBehind).toMatchObject([{ object: `Namespace/${namespace}`, remove: 'ai-agents verify --clean --context test' }]);
        await way.mend();
        await cleanLeftovers(cluster, 60_000, new AbortController().signal);
        expect(leftovers()).not.toContain(`namespace/${namespace}`);
      },
      4 * MINUTES,
    );

    test(
      '--clean leaves a proof that runs alone, its canary too',
      async () => {
        const interruption = new AbortController();
        let cleaned: Promise<Awaited<ReturnType<typeof cleanUp>>> | undefined;
        let namespace = '';
        const running = prove(
          { 'web.yaml': DEPLOYMENT('web', '[sleep, "1000"]', 'readinessProbe: {exec: {command: ["false"]}}') },
          { timeout: 120_000 },
          (event) => {
            if (event.is !== 'stage' || event.stage !== 'watching') return;
            namespace = event.namespace!;
            kubectl('create', 'namespace', `${namespace}-canary`);
            kubectl('label', 'namespace', `${namespace}-canary`, `ai-agents/proof=${namespace.replace('proof-', '')}`);
            cleaned = cleanUp().finally(() => interruption.abort());
          },
          interruption.signal,
        ).catch(code);
        expect(await running).toBe('INTERRUPTED');
        expect((await cleaned!).inUse).toEqual(expect.arrayContaining([namespace, `${namespace}-canary`]));
        expect(leftovers().filter((each) => each.includes(namespace))).toEqual([]);
      },
      4 * MINUTES,
    );

    test(
      'a Secret that the manifests only name is brought with --secrets, and none of it is shown',
      async () => {
        using repository = new ScratchRepository({
          'k8s/web.yaml': DEPLOYMENT(
            'web',
            '[sh, -c, "[ x$PASSWORD != x ] && echo PASSWORD=$PASSWORD && exec sleep 1000"]',
            'envFrom: [{secretRef: {name: credentials}}]',
          ),
          'own.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\nstringData: {PASSWORD: correct-horse}\n',
        });
        const verify = ['verify', 'k8s', '--context', 'test', '--kubeconfig', KUBECONFIG, '--stable', '3s', '--format', 'json'];
        const { code: exit, out } = await runCli([...verify, '--secrets', 'own.yaml'], repository.root);
        expect(exit).toBe(0);
        expect(out).not.toContain('correct-horse');
        expect(out).toContain('PASSWORD=[redacted]');
      },
      2 * MINUTES,
    );

    test(
      'a port-forward meets what listens on 127.0.0.1 alone, and no policy',
      async () => {
        const local = `${DEPLOYMENT('web', '[sh, -c, "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /www"]')}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}, {name: none, port: 81, targetPort: 8081}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody}
spec: {podSelector: {}, policyTypes: [Ingress]}
`;
        const asks = { asks: 'answers', service: 'Service/web', port: 80, says } as const;
        const forward = { ...asks, by: 'port-forward' } as const;
        const { checks } = await prove(
          { 'web.yaml': local },
          { checks: [asks, forward, { ...forward, path: '/', body: 'hello' }, { ...forward, path: '/missing' }, { ...forward, port: 81 }] },
        );
        expect(checks.map(({ verdict }) => verdict.is)).toEqual([expect.stringMatching(/^(?:unmet|unproven)$/), 'met', 'met', 'unmet', 'unmet']);
      },
      3 * MINUTES,
    );

    test(
      'Ctrl-C cleans up, and says that there is no answer',
      async () => {
        const interruption = new AbortController();
        let namespace = '';
        const error = await prove(
          { 'web.yaml': DEPLOYMENT('web', '[sh, -c, "sleep 100"]', 'readinessProbe: {exec: {command: ["false"]}}') },
          {},
          (event) => {
            if (event.is === 'stage') namespace = event.namespace ?? namespace;
            if (event.is === 'stage' && event.stage === 'watching') setTimeout(() => interruption.abort(), 1_000);
          },
          interruption.signal,
        ).catch(code);
        expect(error).toBe('INTERRUPTED');
        expect(leftovers()).not.toContain(`namespace/${namespace}`);
      },
      4 * MINUTES,
    );
  });

  describe.skipIf(isShort)('bad days', () => {
    const WEB = { 'web.yaml': DEPLOYMENT('web', '[httpd, -f, -p, "8080"]') };
    const code = (error: unknown) => (error as Problem).code;

    test('no cluster, no context, another one, old credentials', async () => {
      const at = (kubeconfig: string, context = 'test') => prove(WEB, { cluster: { context, kubeconfig } }).catch(code);
      expect(await at(KUBECONFIG, '')).toBe('CONTEXT_MISSING');
      expect(await at(KUBECONFIG, 'prod')).toBe('CONTEXT_UNKNOWN');
      expect(await at('/nowhere/config')).toBe('KUBECONFIG_UNREADABLE');
      expect(await at(kubeconfigFor({ token: 'expired' }))).toBe('CREDENTIALS_EXPIRED');
    });

    test('forbidden verbs are named one by one, before anything is created; with these and no others a proof runs', async () => {
      kubectl('create', 'serviceaccount', 'prover', '-n', 'default');
      try {
        const token = kubectl('create', 'token', 'prover', '-n', 'default');
        const cluster = { context: 'test', kubeconfig: kubeconfigFor({ token }) };
        const error = (await prove(WEB, { cluster }).catch((error: unknown) => error)) as Problem;
        expect(error.code).toBe('ACCESS_MISSING');
        for (const verb of ['create namespaces', 'patch deployments.apps in namespace proof-', 'get pods/log in namespace proof-'])
          expect(error.message).toContain(verb);
        expect(leftovers()).toEqual([]);

        const missing = error.message.replace(/^context test may not: /, '').split('; ');
        const rules = missing.map((each) => {
          const [, verb, resource, group = '', subresource] = /^(\w+) (\w+)(?:\.([\w.]+))?(?:\/(\w+))?(?: in namespace .*)?$/.exec(each)!;
          return { verbs: [verb], apiGroups: [group], resources: [subresource ? `${resource}/${subresource}` : resource] };
        });
        const file = join(mkdtempSync(join(tmpdir(), 'role-')), 'role.json');
        const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'prover' }, rules };
        writeFileSync(file, JSON.stringify(role));
        kubectl('apply', '-f', file);
        kubectl('create', 'clusterrolebinding', 'prover', '--clusterrole=prover', '--serviceaccount=default:prover');
        const proof = await prove(WEB, { cluster });
        expect({ outcome: proof.outcome, left: proof.leftBehind }).toEqual({ outcome: 'proven', left: [] });
      } finally {
        kubectl('delete', 'serviceaccount', 'prover', '-n', 'default');
        kubectl('delete', 'clusterrolebinding,clusterrole', 'prover', '--ignore-not-found');
      }
    }, 120_000);

    test(
      'a namespace of somebody else is refused, a busy one too, and two fresh ones do not meet',
      async () => {
        expect(await prove(WEB, { namespace: 'default' }).catch(code)).toBe('NAMESPACE_FOREIGN');
        const outcomes = await Promise.all([1, 2].map(() => prove(WEB, { namespace: 'proof-shared' }).then(({ outcome }) => outcome, code)));
        expect(outcomes.sort()).toEqual([expect.stringMatching(/^NAMESPACE_(?:BUSY|FOREIGN|TERMINATING)$/), 'proven']);
        const fresh = await Promise.all([1, 2].map(() => prove(WEB)));
        expect(fresh.map(({ outcome }) => outcome)).toEqual(['proven', 'proven']);
      },
      2 * MINUTES,
    );

    test(
      'what an earlier proof left in a namespace is not there for the next one',
      async () => {
        kubectl('create', 'namespace', 'proof-again');
        kubectl('label', 'namespace', 'proof-again', 'ai-agents/proof=earlier');
        kubectl('create', 'configmap', 'settings', '-n', 'proof-again');
        const manifest = DEPLOYMENT('web', '[httpd, -f, -p, "8080"]', 'envFrom: [{configMapRef: {name: settings}}]');
        const { outcome, causes } = await prove({ 'web.yaml': manifest }, { namespace: 'proof-again' });
        expect({ outcome, causes: causes.map(({ id }) => id) }).toEqual({ outcome: 'refuted', causes: ['configmap-missing'] });
      },
      2 * MINUTES,
    );

    test('a namespace that is stuck in its deletion is said to be so', async () => {
      kubectl('create', 'namespace', 'proof-stuck');
      kubectl('create', 'configmap', 'c', '-n', 'proof-stuck');
      kubectl('patch', 'configmap', 'c', '-n', 'proof-stuck', '--type', 'merge', '-p', '{"metadata":{"finalizers":["shop.test/stuck"]}}');
      kubectl('delete', 'namespace', 'proof-stuck', '--wait=false');
      try {
        expect(await prove(WEB, { namespace: 'proof-stuck' }).catch(code)).toBe('NAMESPACE_TERMINATING');
      } finally {
        kubectl('patch', 'configmap', 'c', '-n', 'proof-stuck', '--type', 'merge', '-p', '{"metadata":{"finalizers":null}}');
      }
    });

    test(
      'the API server is restarted in the middle',
      async () => {
        let restarted: Promise<void> | undefined;
        const proof = await prove(WEB, {}, (event) => {
          if (event.is === 'stage' && event.stage === 'watching') restarted ??= restartApiServer(1_500);
        });
        await restarted;
        expect(proof.outcome).toBe('proven');
        expect(proof.leftBehind).toEqual([]);
      },
      3 * MINUTES,
    );

    test(
      'killed at any stage, nothing is left that --clean does not remove',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'killed-'));
        mkdirSync(join(folder, '.git'));
        const { execFileSync } = await import('node:child_process');
        execFileSync('git', ['init', '-q', folder]);
        writeFileSync(join(folder, 'web.yaml'), WEB['web.yaml']);
        const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
        const killAt = (stage: string, after: number) =>
          new Promise<void>((resolve) => {
            const args = [main, 'verify', 'web.yaml', '--context', 'test', '--kubeconfig', KUBECONFIG, '--stable', '4s'];
            const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
            child.stderr.on('data', (text: Buffer) => {
              if (text.toString().includes(stage)) setTimeout(() => child.kill('SIGKILL'), after);
            });
            child.on('exit', () => resolve());
          });
        await Promise.all([killAt('applying', 0), killAt('applying', 150), killAt('watching', 0), killAt('watching', 2_000), killAt('cleaning', 100)]);
        const { left } = await cleanUp();
        expect(left).toEqual([]);
        expect(leftovers()).toEqual([]);
      },
      4 * MINUTES,
    );
  });

  describe.skipIf(isShort)('network policies, by traffic', () => {
    const POLICIES = `${DEPLOYMENT('db', '[httpd, -f, -p, "5432"]', 'ports: [{containerPort: 5432}]')}---
${DEPLOYMENT('api', '[httpd, -f, -p, "8080"]')}---
${DEPLOYMENT('web', '[httpd, -f, -p, "8080"]')}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress: [{ports: [{port: 53, protocol: UDP}]}]
`;
    const outside = { asks: 'traffic', from: 'Deployment/web', to: '198.51.100.10', port: 80, allowed: false, says: 'web does not get out' } as const;
    const verdicts = ({ checks }: Proof) => checks.map(({ check, verdict }) => `${check.says.replaceAll('Deployment/', '')}: ${verdict.is}`);

    test(
      'denied is met beside an allowed partner, where a canary shows that the network enforces policies',
      async () => {
        const proof = await prove({ 'a.yaml': POLICIES }, { checks: [outside] });
        expect(verdicts(proof)).toEqual(['web does not reach db on port 5432: met', 'api reaches db on port 5432: met', 'web does not get out: met']);
        expect(proof.guards.find(({ guard }) => guard === 'egress')).toMatchObject({ held: true });
        for (const { verdict } of proof.checks.slice(0, 1)) expect(verdict.evidence.length).toBeGreaterThanOrEqual(4);
      },
      3 * MINUTES,
    );

    test(
      'on a network that ignores policies they are unproven, never met',
      async () => {
        up(false);
        try {
          images(['shell', 'docker.io/library/busybox:1.37']);
          const proof = await prove({ 'a.yaml': POLICIES }, { checks: [outside] });
          expect(verdicts(proof)).toEqual([
            'web does not reach db on port 5432: unproven',
            'api reaches db on port 5432: met',
            'web does not get out: unproven',
          ]);
          expect(proof.guards.find(({ guard }) => guard === 'egress')).toMatchObject({ held: false });
          expect(proof.outcome).toBe('unproven');
        } finally {
          down();
        }
      },
      5 * MINUTES,
    );
  });
});

function DEPLOYMENT(name: string, command: string, more = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 3
      containers:
        - name: ${name}
          image: busybox:1.37
          command: ${command}
          ${more}
`;
}
