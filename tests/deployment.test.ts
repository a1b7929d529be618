import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';

const story = 'docs/stories/1-6-create-kubernetes-deployment-manifests.md';

interface Report {
  readonly outcome: string;
  readonly findings: readonly { readonly rule: string; readonly path: string; readonly accepted?: unknown }[];
  readonly claims: readonly { readonly id: string; readonly verdict: string }[];
}

function command(...args: string[]): Report {
  const { stdout, stderr } = spawnSync(process.execPath, ['src/cli/main.ts', ...args, '--format', 'json'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('nothing is wrong with the manifests but what is accepted with a reason', () => {
  const open = command('lint', 'k8s', 'Dockerfile').findings.filter(({ accepted }) => !accepted);
  expect(open).toEqual([]);
});

test('every claim of the story is met, but for those that only a cluster can decide', () => {
  const { claims, outcome } = command('review', story, '--manifests', 'k8s');
  const notMet = claims.filter(({ verdict }) => verdict !== 'met').map(({ id, verdict }) => `${id} ${verdict}`);
  expect(notMet).toEqual(['AC7 not-run', 'AC8 not-run']);
  expect(claims.length).toBeGreaterThan(100);
  expect(outcome).toBe('CHANGES REQUESTED'); // APPROVE needs the cluster
});

const kustomizations = globSync('k8s/**/kustomization.yaml');

test.each(kustomizations)('%s names only what is there', (path) => {
  const {
    resources = [],
    components = [],
    patches = [],
  } = load(readFileSync(path, 'utf8')) as {
    resources?: string[];
    components?: string[];
    patches?: { path?: string }[];
  };
  const named = [...resources, ...components, ...patches.flatMap(({ path: file }) => file ?? [])];
  expect(named.filter((name) => !existsSync(join(dirname(path), name)))).toEqual([]);
});

test('every manifest is in a kustomization; the template of the Secrets is in none', () => {
  const manifests = globSync('k8s/**/*.{yaml,example}').filter((path) => !kustomizations.includes(path));
  const left = manifests.filter(
    (path) => !readFileSync(join(dirname(path), 'kustomization.yaml'), 'utf8').includes(`- ${path.slice(dirname(path).length + 1)}\n`),
  );
  expect(left).toEqual(['k8s/base/secrets.yaml.example']);
});
