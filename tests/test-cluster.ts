import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Source } from '../src/checkout/source.ts';
import { main } from '../src/cli/program.ts';
import type { Proof } from '../src/cluster/proof.ts';
import { type VerifyDeps, type VerifyRequest, verify } from '../src/cluster/verify.ts';
import { Inventory } from '../src/manifest/inventory.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = resolve(ROOT, '../shared');
const CLUSTER = join(SHARED, 'cluster');
const HOME = '/var/lib/test-cluster';
export const KUBECONFIG = join(HOME, 'kubeconfig');

/** Three minutes of the suite instead of ten, for each change: never a reason to wait for the cluster to be built. */
export const isShort = process.env.CLUSTER === 'short';

/** Why there is no cluster to test on, or undefined. It takes root, ten minutes to build once, and half of the machine: so it is asked for. */
export const noCluster = ((): string | undefined => {
  if (!process.env.CLUSTER) return 'CLUSTER is not set (npm run test:cluster sets it)';
  if (process.getuid?.() !== 0) return 'it needs root';
  if (!existsSync(join(CLUSTER, 'up'))) return `${CLUSTER} is not there`;
  if (isShort && !existsSync(join(HOME, 'bin/kube'))) return `${CLUSTER}/up has not built its binary yet`;
  return undefined;
})();

/** Starts the cluster, on a network that ignores policies when `policies` is false. */
export function up(policies = true): void {
  if (!policies) execFileSync(join(CLUSTER, 'down'));
  execFileSync(join(CLUSTER, 'up'), policies ? [] : ['--no-policy'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export const down = (): void => void execFileSync(join(CLUSTER, 'down'));

/** Stand-ins for public images, each made once on a machine. */
export function images(...wanted: readonly (readonly [base: string, reference: string])[]): void {
  const there = execFileSync('ctr', ['--address', '/run/test-cluster-containerd.sock', '-n', 'k8s.io', 'images', 'ls', '-q'], { encoding: 'utf8' }).split('\n');
  for (const [base, reference] of wanted) if (!there.includes(reference)) execFileSync(join(CLUSTER, 'image'), [base, reference], { stdio: 'ignore' });
}

/** Builds a folder of fixtures/stand-ins as an image. */
export const buildImage = (folder: string, reference: string): void =>
  void execFileSync(join(CLUSTER, 'image'), ['build', join(ROOT, 'fixtures/stand-ins', folder), reference], { stdio: 'ignore' });

/** kubectl is for the tests alone: to break things, and to see that nothing is left. */
export function kubectl(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(join(CLUSTER, 'kubectl'), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** What proofs have left in the cluster. */
export const leftovers = (): string[] =>
  kubectl('get', 'namespaces,persistentvolumes,clusterroles', '-l', 'ai-agents/proof', '-o', 'name')
    .split('\n')
    .filter((line) => line !== '');

/** The API server dies and comes back with the same arguments after `milliseconds`, as on an upgrade. */
export async function restartApiServer(milliseconds: number): Promise<void> {
  const pid = readFileSync(join(HOME, 'run/apiserver.pid'), 'utf8').trim();
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split('\0')
    .filter((word) => word !== '');
  process.kill(Number(pid), 'SIGKILL'); // asked politely, it waits a minute for every watch to end
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const log = join(HOME, 'logs/apiserver.log');
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const started = execFileSync('sh', ['-c', `setsid nohup ${quoted} >>${log} 2>&1 </dev/null & echo $!`], { encoding: 'utf8' });
  writeFileSync(join(HOME, 'run/apiserver.pid'), started);
}

/**
 * A way to the API server that can be cut: `refused` as by a server that is gone, `silent` as by a network that drops every packet.
 * @returns with a kubeconfig that leads through it
 */
export async function cuttable(): Promise<{ kubeconfig: string; cut(how: 'refused' | 'silent'): void; mend(): Promise<void> } & AsyncDisposable> {
  const open = new Set<Socket>();
  let isSilent = false;
  const server = createTcpServer((near) => {
    const far = connectTcp(6443, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => isSilent || to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (port: number) => new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const path = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
  writeFileSync(path, readFileSync(KUBECONFIG, 'utf8').replaceAll('127.0.0.1:6443', `127.0.0.1:${port}`));
  const hangUp = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    kubeconfig: path,
    cut(how) {
      if (how === 'silent') isSilent = true;
      else {
        server.close();
        hangUp();
      }
    },
    async mend() {
      hangUp();
      isSilent = false;
      if (!server.listening) await listen(port);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      hangUp();
    },
  };
}

/** An admission webhook on loopback that refuses everything, with the certificate that the API server is to trust (base64). */
export async function refusingWebhook(message: string): Promise<{ url: string; certificate: string } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'webhook-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=webhook', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { apiVersion, kind, request: asked } = JSON.parse(body) as { apiVersion: string; kind: string; request: { uid: string } };
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ apiVersion, kind, response: { uid: asked.uid, allowed: false, status: { message } } }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/`,
    certificate: readFileSync(certificate).toString('base64'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A kubeconfig for the same server with another user. */
export function kubeconfigFor(user: object): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kubeconfig-')), 'config');
  const cluster = { server: 'https://127.0.0.1:6443', 'certificate-authority': join(HOME, 'pki/ca.crt') };
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  return path;
}

export const inventoryOf = (files: Readonly<Record<string, string>>): Inventory =>
  new Inventory(
    Object.keys(files),
    Object.entries(files).map(([path, text]) => new Source(path, text)),
  );

/** One command line in this process. */
export async function runCli(args: readonly string[], cwd: string): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await main(args, {
    cwd,
    env: {},
    stdout: { isTerminal: false, write: async (text) => void (out += text) },
    stderr: { isTerminal: false, write: async (text) => void (err += text) },
    signal: new AbortController().signal,
    catchInterrupts: () => {},
  });
  return { code, out, err };
}

export const readTree = (folder: string, paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));

export const sharedCase = (path: string): string => join(SHARED, 'cases/trees', path);

export const request = (changes: Partial<VerifyRequest> = {}): VerifyRequest => ({
  cluster: { context: 'test', kubeconfig: KUBECONFIG },
  namespace: undefined,
  secrets: new Map(),
  images: new Map(),
  requests: 1,
  timeout: 90_000,
  stable: 5_000,
  keep: false,
  allowEgress: false,
  allowClusterScoped: false,
  rollout: false,
  probeImage: 'docker.io/library/busybox:1.37',
  checks: [],
  ...changes,
});

/** Verifies manifests without a repository around them. */
export const prove = (
  files: Readonly<Record<string, string>>,
  changes: Partial<VerifyRequest> = {},
  progress: VerifyDeps['progress'] = () => {},
  signal = new AbortController().signal,
): Promise<Proof> => verify(request(changes), inventoryOf(files), { commit: null, dirty: false }, { clock: { now: Date.now }, progress }, signal);
