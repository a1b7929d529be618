import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScratchRepository, trueStory } from './scratch-repository.ts';
import { runCli } from './test-cluster.ts';

// What the commands for a cluster say when there is none: no cluster is needed for it.

let repository: ScratchRepository;
let server: Server;

/** An API server that takes nobody's credentials. */
beforeAll(async () => {
  server = createServer(
    (_, answer) => void answer.writeHead(401, { 'content-type': 'application/json' }).end('{"kind":"Status","status":"Failure","reason":"Unauthorized"}'),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const context = (name: string, at: string) => ({
    clusters: [{ name, cluster: { server: at, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token: 'old' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
  const [expired, gone] = [context('expired', `http://127.0.0.1:${port}`), context('gone', 'https://127.0.0.1:9')];
  const both = {
    clusters: [...expired.clusters, ...gone.clusters],
    users: [...expired.users, ...gone.users],
    contexts: [...expired.contexts, ...gone.contexts],
  };
  repository = new ScratchRepository({
    ...trueStory,
    config: JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'gone', ...both }),
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

test('CONTEXT_MISSING: verify without a context', async () => {
  expect(await runCli(['verify', 'k8s', '--kubeconfig', 'config'], repository.root)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('CONTEXT_MISSING: '),
  });
});
