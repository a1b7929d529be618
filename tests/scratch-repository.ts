import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A small repository of its own in the temporary folder, committed. */
export class ScratchRepository {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'scratch-')));

  constructor(files: Record<string, string | Buffer>) {
    this.git('init', '-q', '-b', 'main');
    this.write(files);
    this.commit();
  }

  write(files: Record<string, string | Buffer>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
    }
  }

  commit(): void {
    this.git('add', '-A', '-f');
    this.git('commit', '-q', '--allow-empty', '-m', 'x');
  }

  git(...args: string[]): string {
    const identity = ['-c', 'user.name=A', '-c', 'user.email=a@outside.test', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: this.root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Files of a story that is true, and of a change that makes it untrue. */
export const trueStory = {
  'docs/story.md':
    '# Story 1.1: Namespace\n\n## Acceptance Criteria\n\n1. Namespace manifest created (`shop`)\n\n## Tasks\n\n- [x] Task 1: Create k8s/namespace.yaml (AC: #1)\n',
  'k8s/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n',
};
export const falseStory = { ...trueStory, 'docs/story.md': `${trueStory['docs/story.md']}- [x] Task 2: Create k8s/service.yaml\n` };
