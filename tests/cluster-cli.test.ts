import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScratchRepository, trueStory } from './scratch-repository.ts';
import { runCli } from './test-cluster.ts';

// What the commands for a cluster say when there is none: no cluster is needed for it.

let repository: ScratchRepository;
let server: Server;

/** An API server that takes nobody's credentials, or below /refusing has nothing for anybody. */
beforeAll(async () => {
  server = createServer((request, answer) => {
    const [status, reason] = request.url?.startsWith('/refusing') ? [403, 'Forbidden'] : [401, 'Unauthorized'];
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', status: 'Failure', reason, message: 'no' }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const context = (name: string, at: string) => ({
    clusters: [{ name, cluster: { server: at, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token: 'old' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
  const loopback = `http://127.0.0.1:${port}`;
  const all = [context('expired', loopback), context('refusing', `${loopback}/refusing`), context('gone', 'https://127.0.0.1:9')];
  const every = {
    clusters: all.flatMap(({ clusters }) => clusters),
    users: all.flatMap(({ users }) => users),
    contexts: all.flatMap(({ contexts }) => contexts),
  };
  repository = new ScratchRepository({
    ...trueStory,
    config: JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'gone', ...every }),
    'broken-config': 'clusters: [',
    'k8s/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n',
  });
});
afterAll(() => {
  server.close();
  repository[Symbol.dispose]();
});

describe.each([
  ['review', ['review', 'docs/story.md']],
  ['verify', ['verify', 'k8s']],
])('%s', (_, command) => {
  test.each<[code: string, what: string, options: readonly string[]]>([
    ['CONTEXT_MISSING', 'a context without a name: the current one is never taken', ['--context', '', '--kubeconfig', 'config']],
    ['CONTEXT_UNKNOWN', 'another context', ['--context', 'prod', '--kubeconfig', 'config']],
    ['KUBECONFIG_UNREADABLE', 'no kubeconfig', ['--context', 'gone', '--kubeconfig', 'nowhere']],
    ['KUBECONFIG_UNREADABLE', 'a broken kubeconfig', ['--context', 'gone', '--kubeconfig', 'broken-config']],
    ['CLUSTER_UNREACHABLE', 'no cluster there', ['--context', 'gone', '--kubeconfig', 'config']],
    ['CREDENTIALS_EXPIRED', 'old credentials', ['--context', 'expired', '--kubeconfig', 'config']],
    ['CLUSTER_REFUSED', 'a cluster that refuses the first question', ['--context', 'refusing', '--kubeconfig', 'config']],
    ['FILE_UNREADABLE', 'Secrets that are not there', ['--context', 'gone', '--kubeconfig', 'config', '--secrets', 'nowhere']],
    ['SECRETS_UNFIT', 'Secrets that are none', ['--context', 'gone', '--kubeconfig', 'config', '--secrets', 'k8s/settings.yaml']],
    ['USAGE', 'a length of time that is none', ['--context', 'gone', '--timeout', 'soon']],
    ['USAGE', 'a namespace that can be none', ['--context', 'gone', '--kubeconfig', 'config', '--namespace', 'Bad_Name']],
    ['USAGE', 'an image that is replaced by none', ['--context', 'gone', '--set-image', 'web']],
  ])('%s: %s', { timeout: 20_000 }, async (code, _what, options) => {
    const { code: exit, out, err } = await runCli([...command, ...options], repository.root);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err.split('\n').filter((line) => !/^ +\d/.test(line))[0]).toMatch(new RegExp(`^${code}: .`));
  });
});

test.each([
  ['--keep', ['--keep']],
  ['--stable', ['--stable', '1s']],
  ['--kubeconfig', ['--kubeconfig', 'config']],
])('USAGE: %s of a review that names no cluster', async (option, options) => {
  const { code, out, err } = await runCli(['review', 'docs/story.md', ...options], repository.root);
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err: `USAGE: ${option} is about a run on a cluster, and none was named\nName one with --context NAME.\n`,
  });
});

test('USAGE: a cluster and a stored proof', async () => {
  const { code, out, err } = await runCli(['review', 'docs/story.md', '--context', 'gone', '--proof', 'proof.json'], repository.root);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^USAGE: option '--proof <file>' cannot be used with option '--context <name>'\n/);
});

test.each([
  ['CREDENTIALS_EXPIRED', 'expired'],
  ['CLUSTER_REFUSED', 'refusing'],
  ['CLUSTER_UNREACHABLE', 'gone'],
])('%s: --clean', { timeout: 20_000 }, async (code, context) => {
  const { code: exit, out, err } = await runCli(['verify', '--clean', '--context', context, '--kubeconfig', 'config'], repository.root);
  expect({ exit, out }).toEqual({ exit: 2, out: '' });
  expect(err).toMatch(new RegExp(`^${code}: .`));
});

test('CONTEXT_MISSING: verify without a context', async () => {
  expect(await runCli(['verify', 'k8s', '--kubeconfig', 'config'], repository.root)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('CONTEXT_MISSING: '),
  });
});
