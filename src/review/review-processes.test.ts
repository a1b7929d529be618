import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ScratchRepository, trueStory } from '../../tests/scratch-repository.ts';
import { ReviewProcesses, type ReviewTask } from './review-processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'reviewers-'));
const repository = new ScratchRepository(trueStory);
afterAll(() => {
  rmSync(folder, { recursive: true });
  repository[Symbol.dispose]();
});
const task: ReviewTask = { dir: repository.root, ref: 'main', fileBytes: undefined, stories: ['docs/story.md'], manifests: [] };
const yes = async () => true;
const silent = () => {};
const never = new AbortController().signal;

/** A program in the place of the review's, which hears what it hears. */
function program(name: string, onMessage: string): URL {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `process.on('message', (message) => { ${onMessage} });`);
  return pathToFileURL(file);
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a review in a process of its own', () => {
  test('gives outcome, claims and report, and the process goes on to the next', async () => {
    await using processes = new ReviewProcesses(256);
    const commits: (string | null)[] = [];
    const ask = async (commit: string | null) => commits.push(commit) > 0;
    const first = await processes.run(task, ask, silent, never);
    expect(first).toMatchObject({
      outcome: 'APPROVE',
      storyPaths: ['docs/story.md'],
      claims: [
        { claimId: 'AC1', verdict: 'met' },
        { claimId: 'T1', verdict: 'met' },
      ],
    });
    expect(JSON.parse(first!.reports.json!)).toMatchObject({ outcome: 'APPROVE' });
    const [pid] = processes.pids;
    expect(await processes.run(task, ask, silent, never)).toEqual(first);
    expect(processes.pids).toEqual([pid]);
    expect(commits).toEqual(Array(2).fill(repository.git('rev-parse', 'HEAD')));
  });

  test('does not begin when somebody else does it', async () => {
    await using processes = new ReviewProcesses(256);
    expect(await processes.run(task, async () => false, silent, never)).toBeUndefined();
    expect(await processes.run(task, yes, silent, never)).toBeDefined();
    expect(processes.pids).toHaveLength(1);
  });

  test('fails by the same Problem as on the command line, and the process goes on', async () => {
    await using processes = new ReviewProcesses(256);
    await expect(processes.run({ ...task, stories: ['none.md'] }, yes, silent, never)).rejects.toMatchObject({ name: 'Problem', code: 'FILE_NOT_FOUND' });
    await expect(processes.run({ ...task, ref: 'none' }, yes, silent, never)).rejects.toMatchObject({ code: 'UNKNOWN_REF' });
    expect(processes.pids).toHaveLength(1);
  });

  test('two at a time have two processes', async () => {
    await using processes = new ReviewProcesses(256);
    await Promise.all([processes.run(task, yes, silent, never), processes.run(task, yes, silent, never)]);
    expect(processes.pids).toHaveLength(2);
  });

  test('ends within a second of being cancelled, also in the middle of a computation', async () => {
    await using processes = new ReviewProcesses(256, 1_000, program('busy', 'for (;;);'));
    const cancel = new AbortController();
    const run = processes.run(task, yes, silent, cancel.signal);
    const [pid] = processes.pids;
    setTimeout(() => cancel.abort('cancelled'), 500);
    const began = performance.now();
    await expect(run).rejects.toBe('cancelled');
    expect(performance.now() - began).toBeLessThan(1_500);
    expect([processes.pids, isAlive(pid!)]).toEqual([[], false]);
  });

  test('that fills its memory takes only itself along', async () => {
    await using processes = new ReviewProcesses(64, 1_000, program('hungry', 'const all = []; for (;;) all.push(new Array(1000).fill({}));'));
    await expect(processes.run(task, yes, silent, never)).rejects.toMatchObject({ code: 'REVIEW_CRASHED', message: expect.stringContaining('heap') });
  });

  test('has none of our settings in its environment', async () => {
    process.env.AI_AGENTS_DATABASE_URL = 'postgres://user:secret@db/x';
    try {
      await using processes = new ReviewProcesses(64, 1_000, program('curious', 'process.send({ bug: Object.keys(process.env).join() })'));
      const told = await processes.run(task, yes, silent, never).catch((error: Error) => error.stack!);
      expect(told).toContain('PATH');
      expect(told).not.toContain('AI_AGENTS');
    } finally {
      delete process.env.AI_AGENTS_DATABASE_URL;
    }
  });

  test('leaves when it has had nothing to do for a while', async () => {
    await using processes = new ReviewProcesses(256, 100);
    await processes.run(task, yes, silent, never);
    await expect.poll(() => processes.pids, { timeout: 5_000 }).toEqual([]);
  });

  test('a failure to decide whether to go on ends it', async () => {
    await using processes = new ReviewProcesses(256);
    const away = async () => {
      throw new Error('the database is away');
    };
    await expect(processes.run(task, away, silent, never)).rejects.toThrow('the database is away');
    expect(processes.pids).toEqual([]);
  });
});
