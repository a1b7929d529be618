import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient } from '../src/api/client.ts';
import { makeRepository } from './git-server.ts';
import { startPostgres } from './servers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/platform.md'), 'utf8');

interface Block {
  readonly kinds: readonly string[];
  readonly text: string;
}
/** The page's shell blocks in order; the words after `sh` say what they need. */
const blocks: readonly Block[] = [...page.matchAll(/^```sh ?([a-z ]*)\n(.*?)^```$/gms)].map(([, kinds = '', text = '']) => ({
  kinds: kinds.split(' ').filter(Boolean),
  text,
}));

let folder: string;
let port: number;
const background: ChildProcess[] = [];
/** all that they said */
let log = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'platform-docs-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/ai-agents'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'src/cli/main.ts')}' "$@"\n`);
  chmodSync(join(folder, 'bin/ai-agents'), 0o755);
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
});
afterEach(async () => {
  for (const child of background.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** One reader's terminal: what is exported in a block stays for the next one. */
class Terminal {
  #env: NodeJS.ProcessEnv;
  constructor(env: Record<string, string>) {
    this.#env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder, TMPDIR: folder, ...env };
  }

  run(text: string): string {
    const typed = `set -e\n${text}\nenv -0 > '${join(folder, 'env')}'\n`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', typed], { cwd: folder, env: this.#env, encoding: 'utf8' });
    expect(`${status}\n${status === 0 ? '' : `${text}\n${stdout}\n${stderr}`}`).toBe('0\n');
    this.#env = Object.fromEntries(
      readFileSync(join(folder, 'env'), 'utf8')
        .split('\0')
        .filter(Boolean)
        .map((line) => line.split(/=(.*)/s) as [string, string]),
    );
    return stdout;
  }

  /** Starts what goes on until the end, and waits until it has said `until`. */
  async start(text: string, until: RegExp): Promise<string> {
    const child = spawn('bash', ['-c', `exec ${text.trim()}`], { cwd: folder, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    background.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
        log += chunk;
      });
    for (let waited = 0; !until.test(said); waited += 100) {
      if (waited > 60_000 || child.exitCode !== null) throw new Error(`${text} said: ${said}`);
      await sleep(100);
    }
    return said;
  }

  get(name: string): string {
    return this.#env[name] ?? '';
  }
}

const files = {
  'docs/story.md': '# Story\n\n## Acceptance Criteria\n\n1. There is a Service named web.\n',
  'k8s/web.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }] }\n',
};

test('one machine: every command of the page', async () => {
  makeRepository(join(folder, 'shop'), files);
  const terminal = new Terminal({});
  const [serve, ask] = blocks.filter(({ kinds }) => !kinds.includes('postgres') && !kinds.includes('restore'));
  const said = await terminal.start(serve!.text.replace('8000', String(port)), /shown this once.*\n/);
  const shown = terminal.run(
    ask!.text
      .replace('aia_...', /aia_\S+/.exec(said)![0])
      .replace('8000', String(port))
      .replace('/home/me/shop', join(folder, 'shop')),
  );
  expect(shown).toContain('event: done');
  expect(shown).toContain('Senior Developer Review');
});

test('many machines: every command of the page, then a restore into another database', async ({ skip }) => {
  await using server = await startPostgres();
  if (!server || spawnSync('pg_dump', ['--version']).status !== 0) return skip('PostgreSQL is not on this machine');
  const url = server.database();
  const key = Buffer.alloc(32, 3).toString('base64');
  const terminal = new Terminal({
    AI_AGENTS_CREDENTIALS_KEY: key,
    AI_AGENTS_WORKER_HEARTBEAT: join(folder, 'alive'),
    AI_AGENTS_WORKER_READY: join(folder, 'ready'),
  });
  const adapt = (text: string) =>
    text
      .replace('postgres://owner@db.example/ai_agents', url)
      .replace('postgres://ai_agents_work:choose-one@db.example/ai_agents', url.replace('postgres@', 'ai_agents_work:choose-one@'))
      .replaceAll('8000', String(port));
  const output: string[] = [];
  for (const { kinds, text } of blocks.filter((block) => block.kinds.includes('postgres'))) {
    if (kinds.includes('background')) await terminal.start(adapt(text), /"msg":"(listening|working)"/);
    else output.push(terminal.run(adapt(text)));
  }
  const all = output.join('');
  expect(all).toContain('"status":"ready"');
  expect(all).toContain('is revoked');
  expect(all).toContain('"host":"git.example.com"');

  // an order that cannot be cloned ends in a named failure, so the worker works
  const client = createClient(`http://127.0.0.1:${port}`, terminal.get('TOKEN'));
  const { id } = await client.orderReview({ repository: 'https://127.0.0.1/nothing', ref: 'main', stories: ['a.md'] });
  await (await client.listEvents({ id })).text();
  expect(await client.getReview({ id })).toMatchObject({ state: 'failed', failure: { code: 'REPOSITORY_REFUSED' } });
  expect(log).toContain('"job ended"');
  expect(log).not.toContain('trouble'); // the login that works may do all that it has to
  terminal.run(adapt(blocks.find(({ text }) => text.startsWith('pg_dump'))!.text));

  // The roles are the server's, and are there; a new server would not have them.
  const fresh = server.database();
  const restore = blocks
    .find(({ kinds }) => kinds.includes('restore'))!
    .text.split('\n')
    .filter((line) => !line.startsWith('psql'));
  expect(new Terminal({ NEW_OWNER_URL: fresh, AI_AGENTS_CREDENTIALS_KEY: key }).run(restore.join('\n'))).toBe('nothing to do\n');
  for (const child of background.splice(0)) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  const restored = new Terminal({ AI_AGENTS_DATABASE_URL: fresh.replace('postgres@', 'ai_agents_work:choose-one@'), AI_AGENTS_CREDENTIALS_KEY: key });
  await restored.start(`ai-agents api --port ${port} --host 127.0.0.1`, /"msg":"listening"/);
  expect(await client.getReview({ id })).toMatchObject({ state: 'failed' });
  expect((await client.listCredentials()).credentials).toMatchObject([{ host: 'git.example.com' }]);
});
