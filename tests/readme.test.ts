import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { referenceTree, STORY } from '../bench/reference-tree.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(`${root}/README.md`, 'utf8');
const main = `${root}/src/cli/main.ts`;

describe('the README', () => {
  const tree = referenceTree();

  test.skipIf(tree === undefined)('shows what a review of the reference tree prints (skipped where the tree is not beside this project)', () => {
    const { stdout } = spawnSync(process.execPath, [main, 'review', STORY], { cwd: tree, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
    rmSync(tree!, { recursive: true });
    const shown = /```\n([\s\S]*?)```/.exec(readme)![1]!.split('\n');
    // the tree holds no program code, so that the eighth criterion, the counts and the outcome are those of the whole repository
    const [from, to] = [shown.findIndex((line) => line.includes('AC8')), shown.findIndex((line) => line.startsWith('…'))];
    const lines = shown.filter(
      (line, at) => (at < from || at >= to) && line !== '' && !line.startsWith('…') && !line.startsWith('BLOCKED') && !line.startsWith('Acceptance'),
    );
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(stdout).toContain(line);
    expect(stdout).toMatch(/^BLOCKED: /m);
  });

  test('reviews the small story with its command line', () => {
    const [, arguments_] = /npm ci && npx ai-agents (review .+)/.exec(readme)!;
    const { stdout, status } = spawnSync(process.execPath, [main, ...arguments_!.split(' ')], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(status).toBe(1);
    expect(stdout).toContain('AC3       MISSING                    Pods become ready');
    expect(stdout).toMatch(/^BLOCKED: /m);
  });

  test('asks the service for a review of the small story with its commands', async () => {
    const [, ask, shown] = /```sh\n(api=[\s\S]*?)```\n\n```\n(# Senior[\s\S]*?)```/.exec(readme)!;
    const data = mkdtempSync(join(tmpdir(), 'readme-'));
    const serve = spawn(process.execPath, [main, 'serve', '--data', data, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      let [address, token] = ['', ''];
      for await (const line of createInterface(serve.stdout)) {
        address = /ready at (http:\S+)/.exec(line)?.[1] ?? address;
        token = /\baia_\S+/.exec(line)?.[0] ?? token;
        if (token) break;
      }
      const { stdout, stderr } = spawnSync('bash', ['-ec', ask!.replace('http://127.0.0.1:8000', address)], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, TOKEN: token },
      });
      expect(stderr).toBe('');
      expect(stdout).toContain('event: done');
      for (const line of shown!.split('\n')) if (line !== '…') expect(stdout).toContain(line);
    } finally {
      const gone = once(serve, 'exit');
      serve.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    }
  }, 120_000);
});
