import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ApiError, type Client, createClient } from '../src/api/client.ts';
import { commit, makeRepository, serveGit } from './git-server.ts';
import { ScratchRepository, trueStory } from './scratch-repository.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 }); // each starts the whole program, some more than once

const program = join(import.meta.dirname, '../src/cli/main.ts');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'platform-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Serve extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly address: string;
  readonly token: string | undefined;
  /** standard output and error so far */
  said(): string;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** Runs `ai-agents serve` as a user would, on a free port, until it says that it is ready. */
async function startServe(data: string, env: Record<string, string> = {}): Promise<Serve> {
  const child = spawn(process.execPath, [program, 'serve', '--data', data, '--port', '0'], {
    env: { PATH: process.env.PATH, HOME: folder, AI_AGENTS_LOG_LEVEL: 'debug', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<void>((resolve, reject) => {
    const hear = (text: string) => {
      said += text;
      if (/ready at .*\n/.test(said)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    ended.then((code) => reject(new Error(`serve ended with ${code}: ${said}`)));
  });
  await ready;
  const stop = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  return {
    process: child,
    address: /ready at (\S+)/.exec(said)![1]!,
    token: /(aia_\S+)/.exec(said)?.[1],
    said: () => said,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
  };
}

const story = `# Story 1.1: A web server

## Acceptance Criteria

1. A Deployment named web exists.
2. The container of Deployment web has a memory limit of 64Mi.

## Tasks

- [x] Create k8s/web.yaml
- [x] Deployment web has 3 replicas
`;
const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: nginx:1.29.1
          resources:
            limits: { memory: 64Mi }
`;
const files = { 'docs/story.md': story, 'k8s/web.yaml': manifest };

/** Follows a review to its end and gives the kinds of its events. */
async function follow(client: Client, id: string): Promise<string[]> {
  const text = await (await client.listEvents({ id })).text();
  return [...text.matchAll(/^event: (.+)$/gm)].map(([, kind]) => kind!);
}

/** What the command line prints for the same commit. */
async function commandLine(repository: string, ref: string, format: string): Promise<string> {
  const child = spawn(process.execPath, [program, 'review', 'docs/story.md', '--ref', ref, '--repo', repository, '--format', format], {
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await new Promise((resolve) => child.once('close', resolve));
  return out;
}

describe('serve', () => {
  test('reviews a local repository: events, then the report that the command line prints', async () => {
    const repository = join(folder, 'local');
    const id = makeRepository(repository, files);
    await using serve = await startServe(join(folder, 'data-1'));
    const client = createClient(serve.address, serve.token!);
    const { id: review } = await client.orderReview({ repository, ref: 'main', stories: ['docs/story.md'] });
    const events = await follow(client, review);
    expect(events[0]).toBe('queued');
    expect(events).toContain('cloning');
    expect(events).toContain('reading');
    expect(events.at(-1)).toBe('done');
    expect(await client.getReview({ id: review })).toMatchObject({ state: 'done', commit: id, outcome: expect.any(String), failure: null });
    for (const format of ['json', 'md', 'text'] as const) {
      const report = await (await client.getReport({ id: review, format })).text();
      expect(report.length).toBeGreaterThan(100);
      expect(report).toBe(await commandLine(repository, id, format));
    }
    const report = (await (await client.getReport({ id: review, format: 'json' })).json()) as { claims: { id: string; verdict: string }[] };
    expect(Object.fromEntries(report.claims.map((claim) => [claim.id, claim.verdict]))).toMatchObject({ AC1: 'met', T1: 'met', T2: 'unmet' });
  });

  test('reviews a cloned repository at the commit it started with, and tells what became untrue', async () => {
    await using git = await serveGit();
    const repository = join(git.folder, 'r');
    const first = makeRepository(repository, { ...files, 'k8s/web.yaml': manifest.replace('replicas: 2', 'replicas: 3') });
    await using serve = await startServe(join(folder, 'data-2'), { AI_AGENTS_GIT_HOSTS: `http://127.0.0.1:${git.port}=127.0.0.1/32` });
    const client = createClient(serve.address, serve.token!);
    const order = { repository: `${git.origin}/r`, ref: 'main', stories: ['docs/story.md'] };
    const one = await client.orderReview(order);
    expect((await follow(client, one.id)).at(-1)).toBe('done');
    const second = commit(repository, { 'k8s/web.yaml': manifest });
    const two = await client.orderReview(order);
    expect(two.fresh).toBe(true);
    expect((await follow(client, two.id)).at(-1)).toBe('done');
    expect([(await client.getReview({ id: one.id })).commit, (await client.getReview({ id: two.id })).commit]).toEqual([first, second]);
    const [known] = (await client.listRepositories()).repositories;
    expect(known).toMatchObject({
      url: `${git.origin}/r`,
      latest: { id: two.id, state: 'done' },
      stories: [{ paths: ['docs/story.md'], title: expect.stringContaining('web server') }],
    });
    const { claims } = await client.storyHistory({ id: known!.stories[0]!.id });
    expect(claims.find(({ claimId }) => claimId === 'T2')).toMatchObject({
      untrueSince: second,
      verdicts: [
        { commit: first, verdict: 'met' },
        { commit: second, verdict: 'unmet' },
      ],
    });
    // the same commit again is the same review
    expect(await client.orderReview({ ...order, ref: second })).toEqual({ id: two.id, fresh: false });
  });

  test('one trace leads from the request through its job to the stages of the review', async () => {
    const spans: CollectedSpan[] = [];
    const collector = createServer((request, answer) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const sent = JSON.parse(body) as {
          resourceSpans: { resource: { attributes: { key: string; value: unknown }[] }; scopeSpans: { spans: CollectedSpan[] }[] }[];
        };
        for (const { resource, scopeSpans } of sent.resourceSpans) {
          expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'ours' } });
          spans.push(...scopeSpans.flatMap((scope) => scope.spans));
        }
        answer.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_SERVICE_NAME: 'ours' };
    await using serve = await startServe(join(folder, 'traces'), env);
    using repository = new ScratchRepository(trueStory);
    const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const ordered = await fetch(`${serve.address}/api/v1/reviews`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serve.token}`, 'content-type': 'application/json', traceparent: caller },
      body: JSON.stringify({ repository: repository.root, ref: 'main', stories: ['docs/story.md'] }),
    });
    const { id } = (await ordered.json()) as { id: string };
    await follow(createClient(serve.address, serve.token!), id);
    expect(await serve.stop('SIGTERM')).toBe(0); // sends the rest
    collector.close();
    const ours = spans.filter(({ traceId }) => traceId === '0af7651916cd43dd8448eb211c80319c');
    const named = (name: string) => ours.find((span) => span.name === name)!;
    expect(ours.map(({ name }) => name).toSorted()).toEqual(['POST /api/v1/reviews', 'cloning', 'job review', 'judging', 'reading']);
    expect(named('POST /api/v1/reviews').parentSpanId).toBe('b7ad6b7169203331');
    expect(named('job review').parentSpanId).toBe(named('POST /api/v1/reviews').spanId);
    for (const stage of ['cloning', 'reading', 'judging']) expect(named(stage).parentSpanId).toBe(named('job review').spanId);
    // other requests have traces of their own, and the machines' questions none
    expect(spans.map(({ name }) => name)).toContain('GET /api/v1/reviews/:id/events');
    expect(spans.filter(({ name }) => name.includes('health'))).toEqual([]);
  });

  test('a review that cannot be made is a named failure', async () => {
    const repository = join(folder, 'no-story');
    makeRepository(repository, { 'k8s/web.yaml': manifest });
    await using serve = await startServe(join(folder, 'data-3'));
    const client = createClient(serve.address, serve.token!);
    for (const [order, code] of [
      [{ repository, ref: 'main', stories: ['docs/story.md'] }, 'FILE_NOT_FOUND'],
      [{ repository, ref: 'nowhere', stories: ['docs/story.md'] }, 'UNKNOWN_REF'],
      [{ repository: folder, ref: 'main', stories: ['docs/story.md'] }, 'NOT_A_REPOSITORY'],
    ] as const) {
      const { id } = await client.orderReview({ ...order, stories: [...order.stories] });
      expect((await follow(client, id)).at(-1)).toBe('failed');
      expect(await client.getReview({ id })).toMatchObject({ state: 'failed', failure: { code, detail: expect.any(String), hint: expect.any(String) } });
    }
  });

  test('keeps everything over a kill, prints the first token once, and lets nobody else into its folder', async () => {
    const repository = join(folder, 'kept');
    makeRepository(repository, files);
    const data = join(folder, 'data-4');
    const first = await startServe(data);
    const token = first.token!;
    const client = createClient(first.address, token);
    const { id } = await client.orderReview({ repository, ref: 'main', stories: ['docs/story.md'] });
    await follow(client, id);
    const before = await (await client.getReport({ id, format: 'json' })).text();
    await expect(startServe(data)).rejects.toThrow('DATA_FOLDER_IN_USE');
    const waiting = await client.orderReview({ repository, ref: 'HEAD', stories: ['docs/story.md'] });
    await first.stop('SIGKILL');

    await using second = await startServe(data);
    expect(second.token).toBeUndefined();
    const again = createClient(second.address, token);
    expect(await (await again.getReport({ id, format: 'json' })).text()).toBe(before);
    expect((await follow(again, waiting.id)).at(-1)).toBe('done');
    expect(await second.stop('SIGTERM')).toBe(0);
  });

  test('says no secret in its log', async () => {
    await using git = await serveGit((request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from('bot:planted-password').toString('base64')}`) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return true;
    });
    makeRepository(join(git.folder, 'r'), files);
    const key = Buffer.alloc(32, 9).toString('base64');
    const env = { AI_AGENTS_GIT_HOSTS: `http://127.0.0.1:${git.port}=127.0.0.1/32`, AI_AGENTS_CREDENTIALS_KEY: key, AI_AGENTS_LOG_LEVEL: 'trace' };
    await using serve = await startServe(join(folder, 'data-5'), env);
    const client = createClient(serve.address, serve.token!);
    await client.putCredential({ host: '127.0.0.1', credential: { kind: 'https', username: 'bot', password: 'planted-password' } });
    const good = await client.orderReview({ repository: `${git.origin}/r`, ref: 'main', stories: ['docs/story.md'] });
    expect((await follow(client, good.id)).at(-1)).toBe('done');
    const refused = await client
      .orderReview({ repository: `https://bot:planted-password@127.0.0.1:${git.port}/r`, ref: 'main', stories: ['a'] })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(String(refused)).not.toContain('planted-password');
    await fetch(`${serve.address}/api/v1/reviews?token=planted-password`, {
      headers: { authorization: 'Bearer planted-password', cookie: 'planted-password' },
    });
    await serve.stop('SIGTERM');
    const log = serve.said().replace(/^A first token.*$/m, '');
    expect(log).toContain('"job started"');
    for (const secret of ['planted-password', serve.token!, key, Buffer.from('bot:planted-password').toString('base64')]) expect(log).not.toContain(secret);
  });

  test('a backup of its folder, made while it is stopped, brings everything back elsewhere', async () => {
    const repository = join(folder, 'backed-up');
    makeRepository(repository, files);
    const data = join(folder, 'data-6');
    const first = await startServe(data);
    const client = createClient(first.address, first.token!);
    const { id } = await client.orderReview({ repository, ref: 'main', stories: ['docs/story.md'] });
    await follow(client, id);
    const report = await (await client.getReport({ id, format: 'json' })).text();
    await first.stop('SIGTERM');
    cpSync(data, join(folder, 'data-6-copy'), { recursive: true });
    rmSync(data, { recursive: true });
    await using second = await startServe(join(folder, 'data-6-copy'));
    const restored = createClient(second.address, first.token!);
    expect(await (await restored.getReport({ id, format: 'json' })).text()).toBe(report);
    expect((await restored.listReviews()).reviews.map((review) => review.id)).toEqual([id]);
  });
});

test('token create, list and revoke work on the folder of a serve that is stopped', async () => {
  const data = join(folder, 'data-7');
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [program, 'token', ...args, '--data', data], {
      env: { PATH: process.env.PATH, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    return { code: await new Promise((resolve) => child.once('close', resolve)), out, err };
  };
  expect(await run('list')).toMatchObject({ code: 2, out: '', err: expect.stringContaining(`there is no database in ${data}`) });
  expect(existsSync(data)).toBe(false);
  const made = await run('create', 'ci', '--tenant', 'team-a', '--scope', 'read', '--days', '1');
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^aia_[A-Za-z0-9_-]{43}\n$/)]);
  const id = /token (\S+) of tenant team-a: read, until/.exec(made.err)![1]!;
  const listed = await run('list', '--tenant', 'team-a');
  expect(listed.out).toMatch(new RegExp(`^${id}\tci\tread\tused never\tuntil \\S+\n$`));
  expect(listed.out).not.toContain(made.out.trim());
  {
    await using serve = await startServe(data);
    const client = createClient(serve.address, made.out.trim());
    expect(await client.listReviews()).toEqual({ reviews: [], next: null });
    await expect(client.listTokens()).rejects.toThrow('SCOPE_MISSING');
    expect((await run('list', '--tenant', 'team-a')).err).toContain('DATA_FOLDER_IN_USE');
  }
  expect(await run('revoke', id, '--tenant', 'team-a')).toMatchObject({ code: 0, out: `${id} (ci) is revoked\n` });
  expect((await run('revoke', 'nonsense', '--tenant', 'team-a')).code).toBe(2);
  expect((await run('list', '--tenant', 'nobody')).err).toMatch(/NOT_FOUND.*"nobody"\n.*token create/);
  await using serve = await startServe(data);
  await expect(createClient(serve.address, made.out.trim()).listReviews()).rejects.toThrow('UNAUTHENTICATED');
});

test('serve says where it cannot listen, and which folder it cannot use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [program, 'serve', ...args], {
      env: { PATH: process.env.PATH, HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 30_000,
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    return { code: await new Promise((resolve) => child.once('close', resolve)), err };
  };
  const data = join(folder, 'data-8');
  expect(await run('--data', data, '--port', String(port))).toEqual({ code: 2, err: expect.stringMatching(/^LISTEN_FAILED: .*EADDRINUSE.*\n.*--port.*\n$/) });
  taken.close();
  for (const unusable of ['/proc/nowhere/data', program]) {
    expect(await run('--data', unusable, '--port', '0')).toEqual({ code: 2, err: expect.stringMatching(/^DATA_FOLDER_UNUSABLE: .*\n.*--data\.\n$/) });
  }
});
