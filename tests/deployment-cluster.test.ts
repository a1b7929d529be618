import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createClient } from '../src/api/client.ts';
import { makeRepository } from './git-server.ts';
import { trueStory } from './scratch-repository.ts';
import { down, images, KUBECONFIG, kubectl, noCluster, up } from './test-cluster.ts';

/* The manifests of k8s/ on a real cluster: what the story of our own deployment says, and what a user trusts in. */

const skipped = process.env.DEPLOYMENT ? noCluster : 'DEPLOYMENT is not set (npm run test:deployment sets it)';
if (skipped) console.log(`tests/deployment-cluster.test.ts is skipped: ${skipped}`);

/** npm run test:deployment:no-policy: the cluster is stopped for it, and started again afterwards */
const withoutPolicies = process.env.DEPLOYMENT === 'no-policy';

const ROOT = join(import.meta.dirname, '..');
const CLUSTER = join(ROOT, '../shared/cluster');
const STORY = 'docs/stories/1-6-create-kubernetes-deployment-manifests.md';
const MINUTES = 60_000;
/** the host outside of the cluster; git is served there on a port that the workers may reach */
const GIT = { name: 'outside.test', address: '198.51.100.10', port: 443 };
const CONTAINERD = ['--address', '/run/test-cluster-containerd.sock', '--namespace', 'k8s.io'];

/** as `image build` leaves it in the storage of the builder */
const BUILT = 'test.local/build:one';

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const ours = (...args: readonly string[]): string => kubectl('--namespace', 'ai-agents', ...args);
const podsOf = (app: string): string[] => ours('get', 'pods', '-l', `app=${app}`, '-o', 'name').split('\n');
const get = <T>(...args: readonly string[]): T => JSON.parse(ours('get', ...args, '-o', 'json')) as T;

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly phase: string;
      readonly containerStatuses?: readonly { readonly name: string; readonly ready: boolean; readonly restartCount: number; readonly containerID?: string }[];
    };
  }[];
}
const containersOf = (app: string) => get<Pods>('pods', '-l', `app=${app}`).items.flatMap(({ status }) => status.containerStatuses ?? []);

/** Waits until `look` gives something, and says what it waited for when it does not. */
async function until<T>(what: string, seconds: number, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(500)) {
    const seen = await look();
    if (seen) return seen;
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

/** Kills the containers of a workload as an empty memory or a broken node would: nobody is asked first. */
function kill(app: string): void {
  for (const { containerID = '' } of containersOf(app))
    execFileSync('ctr', [...CONTAINERD, 'tasks', 'kill', '--signal', 'SIGKILL', containerID.replace(/^\w+:\/\//, '')]);
}

/** Opens a connection from a pod, with what is in its image; false when there is no answer within four seconds. */
async function reaches(from: string, host: string, port: number): Promise<boolean> {
  const [namespace = '', pod = ''] = from.split(' ');
  const by = /^(postgresql|redis)-/.test(pod)
    ? ['timeout', '4', 'bash', '-c', `exec 3<>/dev/tcp/${host}/${port}`]
    : [
        'node',
        '-e',
        `require('net').connect({ host: '${host}', port: ${port}, timeout: 4000 }).on('connect', () => process.exit(0)).on('timeout', () => process.exit(1)).on('error', () => process.exit(1))`,
      ];
  const child = spawn(join(CLUSTER, 'kubectl'), ['--namespace', namespace, 'exec', pod, '--', ...by], { stdio: 'ignore' });
  return (await new Promise<number | null>((resolve) => child.once('close', resolve))) === 0;
}

const script = (name: string, ...args: readonly string[]) =>
  spawnSync(join(ROOT, 'k8s', name), ['--context', 'test', ...args], { encoding: 'utf8', env: { ...process.env, KUBECTL: join(CLUSTER, 'kubectl') } });

/** Takes the platform away, those who need the database first. */
function remove(): void {
  kubectl('--namespace', 'ai-agents', 'delete', 'deployments', '--all');
  kubectl('--namespace', 'ai-agents', 'wait', '--for=delete', 'pod', '--selector', 'app in (api, worker)', '--timeout=120s');
  kubectl('delete', 'namespace', 'ai-agents', 'ai-agents-visitor', '--ignore-not-found', '--timeout=180s');
}

function makeImages(): void {
  const local = kubectl('kustomize', join(ROOT, 'k8s/overlays/local'));
  images(
    ['postgres', /image: (\S*postgres:\S+)/.exec(local)![1]!],
    ['redis', /image: (\S*redis:\S+)/.exec(local)![1]!],
    ['node', 'docker.io/library/node:24.21.0-trixie-slim'],
    ['shell', 'docker.io/library/busybox:1.37'],
  );
  execFileSync(join(CLUSTER, 'image'), ['build', ROOT, 'docker.io/library/ai-agents:1.0.0'], { stdio: 'ignore' });
}

/** The manifests that the story speaks of, asking for what two cores have. */
const STORYS_OWN = ['--context', 'test', '--kubeconfig', KUBECONFIG, '--requests', '25%', '--format', 'json'];

describe.skipIf(skipped || withoutPolicies)('our own deployment', { timeout: 3 * MINUTES }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'deployment-')));
  let gitHost: ChildProcess;
  let platform: Client;
  let token: string;
  /** the Service's own address: the node reaches it as pods do */
  let address: string;

  const order = async (repository: string, story: string) =>
    platform.orderReview({ repository: `http://${GIT.name}:${GIT.port}/${repository}`, stories: [story] });
  const end = (id: string, seconds: number) =>
    until(`review ${id} has ended`, seconds, async () => {
      const review = await platform.getReview({ id });
      return !['queued', 'running'].includes(review.state) && review;
    });

  beforeAll(async () => {
    up();
    remove(); // what a run that was stopped has left
    makeImages();
    gitHost = spawn('ip', ['netns', 'exec', 'outside', process.execPath, join(ROOT, 'tests/git-host.ts'), GIT.address, String(GIT.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const served = await new Promise<string>((resolve) => gitHost.stdout!.once('data', (line) => resolve(String(line).trim())));
    const stories = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`docs/story-${n}.md`, `${trueStory['docs/story.md']}\n<!-- ${n} -->\n`]));
    makeRepository(join(served, 'shop.git'), { ...trueStory, ...stories });
    makeRepository(join(served, 'slow/shop.git'), trueStory);

    const settings = { AI_AGENTS_GIT_HOSTS: `http://${GIT.name}:${GIT.port}=198.51.100.0/24`, AI_AGENTS_RATE_LIMIT: '100000', AI_AGENTS_WORKER_LEASE: '10' };
    writeFileSync(
      join(folder, 'kustomization.yaml'),
      JSON.stringify({
        resources: [relative(folder, join(ROOT, 'k8s/overlays/local'))],
        patches: [{ patch: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app-config', namespace: 'ai-agents' }, data: settings }) }],
      }),
    );
  }, 30 * MINUTES);

  afterAll(() => {
    gitHost?.kill();
    remove();
    rmSync(folder, { recursive: true, force: true });
  }, 3 * MINUTES);

  test('the image is small, nobody’s root, says what it is, holds no more than it runs, and starts without a network', () => {
    const image = (reference: string) =>
      JSON.parse(run('skopeo', 'inspect', '--config', `containers-storage:${reference}`)) as {
        config: { User: string; Labels: Record<string, string> };
        rootfs: { diff_ids: string[] };
      };
    const [base, built] = [image('docker.io/library/node:24.21.0-trixie-slim'), image(BUILT)];
    const { layers } = JSON.parse(run('skopeo', 'inspect', '--raw', `containers-storage:${BUILT}`)) as { layers: { size: number }[] };
    const below = base.rootfs.diff_ids.length;
    const above = layers.slice(below).reduce((sum, { size }) => sum + size, 0) / 1e6;
    console.log(`the image is ${above.toFixed(1)} MB above node:24-slim`);
    expect(built.rootfs.diff_ids.slice(0, below)).toEqual(base.rootfs.diff_ids);
    expect(above).toBeLessThan(80);

    const { config } = built;
    expect(config.User).toBe('1000:1000');
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'ai-agents',
      'org.opencontainers.image.version': '1.0.0',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });

    const container = run('buildah', 'from', '--pull-never', BUILT);
    try {
      const root = run('buildah', 'mount', container);
      const files = run('find', join(root, 'app'), '-type', 'f', '-printf', '%P\n').split('\n').sort();
      expect(files.filter((file) => !/^dist\/[\w-]+\.c?js$/.test(file))).toEqual(['package.json']);
      const offline = (...args: string[]) =>
        spawnSync('unshare', ['--net', 'chroot', '--userspec=1000:1000', root, 'ai-agents', ...args], {
          encoding: 'utf8',
          env: { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/bin', AI_AGENTS_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
        });
      expect(offline('--version')).toMatchObject({ status: 0, stderr: '' });
      expect(offline('worker', '--probe', 'live').stderr).toContain('the worker is not live');
      expect(offline('migrate').stderr).toContain('127.0.0.1:1'); // started, and asked its database
    } finally {
      run('buildah', 'rm', container);
    }
  });

  test('test-deployment.sh deploys it and passes every step, a review through the Service among them', () => {
    const { status, stdout, stderr } = script(
      'test-deployment.sh',
      ...['--overlay', folder, '--keep', '--repository', `http://${GIT.name}:${GIT.port}/shop.git`, '--story', 'docs/story.md'],
    );
    expect({ status, stderr, other: stdout.split('\n').filter((line) => !line.startsWith('PASSED ')) }).toEqual({ status: 0, stderr: '', other: [''] });
    expect(stdout).toContain('PASSED   a review asked through the Service is ended by a worker');
  });

  test('every pod is ready and was never started again', async () => {
    const { items } = get<Pods>('pods', '-l', 'app!=migrate');
    expect(items.length).toBeGreaterThanOrEqual(5); // the autoscaler may have taken one of six away already
    for (const { metadata, status } of items) {
      for (const { name, ready, restartCount } of status.containerStatuses!)
        expect({ pod: metadata.name, name, ready, restartCount }).toMatchObject({ ready: true, restartCount: 0 });
    }
    token = /aia_\S+/.exec(script('make-token.sh', 'load', '--tenant', 'team-a', '--scope', 'write').stdout)![0];
    address = `http://${ours('get', 'service', 'api', '-o', 'jsonpath={.spec.clusterIP}')}`;
    platform = createClient(address, token);
  });

  test('each flow that is denied has a partner that is allowed', async () => {
    const [api, worker] = [podsOf('api')[0]!, podsOf('worker')[0]!].map((pod) => `ai-agents ${pod.replace('pod/', '')}`) as [string, string];
    const [postgresql, redis, visitor] = ['ai-agents postgresql-0', 'ai-agents redis-0', 'ai-agents-visitor visitor'] as const;
    const apiPod = ours('get', 'pod', podsOf('api')[0]!.replace('pod/', ''), '-o', 'jsonpath={.status.podIP}');
    const inside = (service: string) => `${service}.ai-agents.svc.cluster.local`;
    const denied: readonly (readonly [from: string, host: string, port: number])[] = [
      [redis, inside('postgresql'), 5432],
      [visitor, inside('postgresql'), 5432],
      [postgresql, inside('redis'), 6379],
      [visitor, inside('redis'), 6379],
      [worker, apiPod, 8000],
      [postgresql, apiPod, 8000],
      [redis, apiPod, 8000],
      [api, GIT.name, GIT.port],
      [postgresql, GIT.name, GIT.port],
      [redis, GIT.name, GIT.port],
      [worker, GIT.name, 80],
      [worker, 'kubernetes.default.svc.cluster.local', 443],
    ];
    const allowed: typeof denied = [
      [api, inside('postgresql'), 5432],
      [worker, inside('postgresql'), 5432],
      [api, inside('redis'), 6379],
      [worker, inside('redis'), 6379],
      [visitor, apiPod, 8000],
      [visitor, inside('api'), 80],
      [worker, GIT.name, GIT.port],
      [visitor, GIT.name, 80],
      [visitor, 'kubernetes.default.svc.cluster.local', 443],
    ];
    for (const [, host, port] of denied) expect(allowed.some(([, other, at]) => other === host && at === port)).toBe(true);
    const tried = async (flows: typeof denied) =>
      Promise.all(flows.map(async ([from, host, port]) => `${from} ${(await reaches(from, host, port)) ? 'reaches' : 'does not reach'} ${host}:${port}`));
    expect(await tried(allowed)).toEqual(allowed.map(([from, host, port]) => `${from} reaches ${host}:${port}`));
    expect(await tried(denied)).toEqual(denied.map(([from, host, port]) => `${from} does not reach ${host}:${port}`));

    kubectl('label', 'namespace', 'ai-agents-visitor', 'ai-agents/reaches-api-');
    await until('a namespace without the label is kept out', 15, async () => !(await reaches(visitor, inside('api'), 80)));
  });

  test(
    'under load: the API’s pods are replaced without a failed request, killed workers lose no review, and the autoscaler adds workers',
    async () => {
      const failed: string[] = [];
      const asked = { requests: 0, reviews: [] as string[] };
      let over = false;
      const attempt = async <T>(request: () => Promise<T>): Promise<T | undefined> => {
        asked.requests++;
        return request().catch((error: unknown) => void failed.push(`${new Date().toISOString()} ${String(error)} ${String((error as Error).cause ?? '')}`));
      };
      let next = 0;
      const client = async () => {
        while (!over) {
          const review = await attempt(() => order('shop.git', `docs/story-${next++}.md`));
          if (review) asked.reviews.push(review.id);
          for (let look = 0; look < 3 && review; look++) {
            await sleep(200);
            await attempt(() => platform.getReview({ id: review.id }));
          }
        }
      };
      const clients = Promise.all([client(), client(), client()]);
      const workers = () => get<{ status: { currentReplicas: number; desiredReplicas: number } }>('hpa', 'worker').status.desiredReplicas;
      const before = workers();

      const slow = await order('slow/shop.git', 'docs/story.md');
      await until('the slow review runs', 60, async () => (await platform.getReview({ id: slow.id })).state === 'running');
      kill('worker');

      for (const pod of podsOf('api')) {
        ours('delete', pod, '--wait=false');
        await sleep(3_000); // until it counts as gone
        ours('rollout', 'status', 'deployment/api', '--timeout=90s');
      }
      await until('the first pods of the API are gone', 60, () => podsOf('api').length === 2);
      await until(`the autoscaler wants more than ${before} workers`, 90, () => workers() > before);
      over = true;
      await clients;
      console.log(`${asked.requests} requests, ${asked.reviews.length} reviews, ${before} workers before, ${workers()} after`);

      expect(failed).toEqual([]);
      expect(asked.requests).toBeGreaterThan(200);
      const ended = await Promise.all(asked.reviews.map((id) => end(id, 120)));
      expect(ended.flatMap(({ state, failure }) => (state === 'done' ? [] : [{ state, failure }]))).toEqual([]);
      expect(await end(slow.id, 120)).toMatchObject({ state: 'done', outcome: 'APPROVE' });
      const events = await (await platform.listEvents({ id: slow.id })).text();
      expect(events.match(/^event: cloning$/gm)?.length).toBeGreaterThan(1); // it was begun by one worker and ended by another
    },
    8 * MINUTES,
  );

  test('PostgreSQL and Redis are killed and come back with their data; nobody else is started again', async () => {
    const seen = async () => (await platform.listReviews({ limit: 100 })).reviews.map(({ id, state }) => `${id} ${state}`);
    const [before, restarts] = [await seen(), containersOf('api').map(({ restartCount }) => restartCount)];
    const volume = ours('get', 'pvc', 'postgres-data-postgresql-0', '-o', 'jsonpath={.metadata.uid}');
    kill('postgresql');
    kill('redis');
    await until('the API says that it cannot work', 30, async () => (await fetch(`${address}/health/ready`).catch(() => undefined))?.status !== 200);
    await until('PostgreSQL was started again', 60, () => containersOf('postgresql')[0]!.restartCount === 1 && containersOf('postgresql')[0]!.ready);
    ours('delete', 'pod', 'postgresql-0'); // and now the whole pod, on the same volume
    for (const workload of ['statefulset/postgresql', 'statefulset/redis', 'deployment/api', 'deployment/worker'])
      ours('rollout', 'status', workload, '--timeout=90s');
    await until('the API is back', 60, async () => (await fetch(`${address}/health/ready`).catch(() => undefined))?.status === 200);
    expect(ours('get', 'pvc', 'postgres-data-postgresql-0', '-o', 'jsonpath={.metadata.uid}')).toBe(volume);
    expect(await seen()).toEqual(before);
    expect(containersOf('api').map(({ restartCount }) => restartCount)).toEqual(restarts);
    const { id } = await order('shop.git', 'docs/story.md');
    expect((await end(id, 60)).state).toBe('done');
  });

  test('the backup that docs/deployment.md makes brings back what was lost', async () => {
    const [, section = ''] = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8').split('## Backup and restore\n');
    const [backUp = '', restore = ''] = Array.from(section.matchAll(/^```sh\n(.*?)^```$/gms), ([, commands]) => commands!);
    writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\nexec ${join(CLUSTER, 'kubectl')} "$@"\n`, { mode: 0o755 });
    const asDocumented = (commands: string) =>
      execFileSync('bash', ['-euo', 'pipefail', '-c', commands.replace('k8s/overlays/local', folder)], {
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, context: 'test' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    const seen = async () => (await platform.listReviews({ limit: 100 })).reviews;
    const before = await seen();
    asDocumented(backUp);
    const sql = 'PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U "$POSTGRES_USER" "$POSTGRES_DB" -c "TRUNCATE ai_agents.reviews CASCADE"';
    ours('exec', 'postgresql-0', '--', 'sh', '-c', sql);
    expect(await seen()).toEqual([]);
    asDocumented(restore);
    // the first request may still meet a connection to a pod that is gone
    expect(await until('the API is back', 60, () => seen().catch(() => undefined))).toEqual(before);
    const { id } = await order('shop.git', 'docs/story-399.md');
    expect((await end(id, 60)).state).toBe('done');
  });

  test('test-deployment.sh looks at what is there, and leaves a namespace of somebody else alone', () => {
    const there = () => get<{ items: readonly { metadata: { uid: string } }[] }>('all,secrets,configmaps,pvc').items.map(({ metadata }) => metadata.uid);
    const before = there();
    const refused = script('test-deployment.sh');
    expect({ status: refused.status, stdout: refused.stdout, stderr: refused.stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('left as it is'),
    });
    expect(script('test-deployment.sh', '--check').status).toBe(0);
    expect(there()).toEqual(before);
  });

  test('test-deployment.sh names a wrong password, a missing key and a missing Secret', () => {
    const causes = () => {
      const { status, stdout } = script('test-deployment.sh', '--check', '--timeout', '20');
      return { status, causes: stdout.split('\n').filter((line) => line.startsWith('CAUSE ')) };
    };
    const named = (...texts: string[]) => ({ status: 1, causes: texts.map((text) => expect.stringContaining(text)) });
    ours('patch', 'secret', 'postgres-credentials', '-p', '{"stringData":{"password":"another"}}');
    ours('delete', 'jobs', '--all');
    kubectl('apply', '-k', folder);
    expect(causes()).toEqual(named('PostgreSQL refuses a password'));
    ours('patch', 'secret', 'redis-credentials', '--type=json', '-p', '[{"op":"remove","path":"/data/password"}]');
    expect(causes()).toEqual(named('the Secret redis-credentials has no key password', 'PostgreSQL refuses a password'));
    ours('delete', 'secret', 'database-login');
    expect(causes()).toEqual(named('there is no Secret database-login', 'the Secret redis-credentials has no key password', 'PostgreSQL refuses a password'));
  });

  test('our own review of our own story approves it, with what the cluster says', () => {
    remove(); // two cores hold one of them
    const { status, stdout } = spawnSync(
      process.execPath,
      [...['src/cli/main.ts', 'review', STORY, '--manifests', 'k8s/base', '--manifests', 'k8s/components/ingress', ...STORYS_OWN]],
      { cwd: ROOT, encoding: 'utf8' },
    );
    const { outcome, claims } = JSON.parse(stdout) as { outcome: string; claims: { id: string; verdict: string }[] };
    expect({ outcome, open: claims.filter(({ verdict }) => verdict !== 'met'), status }).toEqual({ outcome: 'APPROVE', open: [], status: 0 });
  });
});

describe.skipIf(skipped || !withoutPolicies)('our own deployment on a network that ignores policies', { timeout: 4 * MINUTES }, () => {
  beforeAll(() => {
    up(false);
    makeImages();
  }, 30 * MINUTES);
  afterAll(() => {
    down();
    up();
  }, 3 * MINUTES);

  test('test-deployment.sh calls the policies unproven', () => {
    const { status, stdout } = script('test-deployment.sh');
    expect(stdout.split('\n').filter((line) => !line.startsWith('PASSED '))).toEqual([expect.stringContaining('UNPROVEN the network policies'), '']);
    expect(status).toBe(0);
  });

  test('a proof calls every denied flow unproven, and so the whole', () => {
    const { status, stdout } = spawnSync(process.execPath, ['src/cli/main.ts', 'verify', 'k8s/base', 'k8s/components/ingress', ...STORYS_OWN], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const { outcome, checks } = JSON.parse(stdout) as { outcome: string; checks: { check: { says: string }; verdict: { is: string } }[] };
    const denied = checks.filter(({ check }) => check.says.includes('does not reach'));
    expect(denied.length).toBeGreaterThan(3);
    expect(denied.map(({ verdict }) => verdict.is)).toEqual(denied.map(() => 'unproven'));
    expect({ outcome, status }).toEqual({ outcome: 'unproven', status: 1 });
  });
});
