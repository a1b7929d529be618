import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TREE = resolve(import.meta.dirname, '../../shared/cases/trees/aiops-1-6');

export const STORY = 'docs/stories/1-6-create-kubernetes-deployment-manifests.md';

/** The reference story with its manifests as a repository of its own, or undefined where it is not beside this project. */
export function referenceTree(): string | undefined {
  if (!existsSync(TREE)) return undefined;
  const root = mkdtempSync(join(tmpdir(), 'reference-tree-'));
  cpSync(TREE, root, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@outside.test', '-c', 'commit.gpgsign=false', ...args], { cwd: root, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A', '-f');
  git('commit', '-q', '-m', 'x');
  return root;
}
