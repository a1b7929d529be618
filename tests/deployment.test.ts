import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckout } from '../src/checkout/open.ts';
import { Source } from '../src/checkout/source.ts';
import { compileStory } from '../src/claims/compile.ts';
import { readInventory } from '../src/manifest/inventory.ts';
import { parseStory } from '../src/story/parse.ts';

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
  const { claims, findings, outcome } = command('review', story);
  const open = claims.filter(({ verdict }) => verdict !== 'met');
  expect(open.filter(({ verdict }) => verdict !== 'not-run')).toEqual([]);
  // the two criteria about a run, and what the task that validates the manifests lists
  expect(open.map(({ id }) => id).filter((id) => !/^AC[78]$|^T10(?:\.\d+)?$/.test(id))).toEqual([]);
  expect(open.length).toBeGreaterThan(15);
  expect(claims.length).toBeGreaterThan(130);
  expect(findings.filter(({ accepted }) => !accepted)).toEqual([]);
  expect(outcome).toBe('CHANGES REQUESTED'); // APPROVE needs the cluster
});

test('what only a cluster can decide of the story is asked of it, each claim whole', async () => {
  const checkout = await openCheckout('.', undefined, new AbortController().signal);
  const inventory = await readInventory(checkout, ['k8s/base', 'k8s/components/ingress'], new AbortController().signal, new Set());
  const readings = compileStory(parseStory([new Source(story, readFileSync(story, 'utf8'))]), inventory);
  const left = readings.flatMap(({ claim, checks }) =>
    checks.flatMap((check) => (check.is === 'runtime' ? [{ text: claim.text, asks: check.live.length }] : [])),
  );
  expect(left.length).toBeGreaterThan(15);
  expect(left.filter(({ asks }) => asks === 0)).toEqual([]);
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

test('what goes into the image is named file by file; secrets and tests stay out', () => {
  const lines = readFileSync('.dockerignore', 'utf8').trim().split('\n');
  expect(lines[0]).toBe('*');
  expect(lines.filter((line) => line.startsWith('!'))).toEqual(['!package.json', '!package-lock.json', '!build.ts', '!src']);
  expect(lines.slice(lines.indexOf('!src') + 1)).toEqual(['**/*.test.ts', '**/.env*', '**/*.pem', '**/*.key']); // after what they take out of
});

test('image, Job, label and package have one version', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const manifests = globSync('k8s/**/*.yaml').map((path) => readFileSync(path, 'utf8'));
  const named = [
    ...manifests.flatMap((text) => Array.from(text.matchAll(/^ *image: \S*\/ai-agents:(\S+)$/gm), ([, tag]) => tag!)),
    ...manifests.flatMap((text) => Array.from(text.matchAll(/^ *name: migrate-(\d+-\d+-\d+)$/gm), ([, tag]) => tag!.replaceAll('-', '.'))),
    ...Array.from(readFileSync('Dockerfile', 'utf8').matchAll(/^ARG VERSION=(\S+)$/gm), ([, tag]) => tag!),
  ];
  expect(named.length).toBeGreaterThanOrEqual(5);
  expect(new Set(named)).toEqual(new Set([version]));
});

const shellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!shellcheck) console.log('the scripts of k8s/ are not checked: there is no shellcheck');
test.skipIf(!shellcheck)('shellcheck finds nothing in the scripts', () => {
  const { stdout } = spawnSync('shellcheck', globSync('k8s/*.sh'), { encoding: 'utf8' });
  expect(stdout).toBe('');
});

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!kubectl) console.log('the overlays of k8s/ are not rendered: there is no kubectl');
describe.skipIf(!kubectl)('rendered', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'overlays-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const components = ['ingress', 'gateway', 'external-services', 'keda'];
  test.each([
    ['overlays/local', []],
    ['overlays/production', []],
    ...components.map((component) => ['base', [component]] as const),
    ['base', ['gateway', 'keda']],
    ['base', ['ingress', 'external-services']],
  ] as const)('%s with %j passes our own lint', (from, named) => {
    const at = mkdtempSync(join(folder, 'k8s-'));
    const path = (below: string) => relative(at, resolve('k8s', below));
    writeFileSync(join(at, 'kustomization.yaml'), JSON.stringify({ resources: [path(from)], components: named.map((name) => path(`components/${name}`)) }));
    const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', at], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // comments are gone after rendering, and with them what the manifests accept
    const repository = mkdtempSync(join(folder, 'rendered-'));
    writeFileSync(join(repository, 'all.yaml'), stdout);
    for (const words of [
      ['init', '--quiet'],
      ['add', '.'],
    ])
      spawnSync('git', words, { cwd: repository });
    const { findings } = JSON.parse(
      spawnSync(process.execPath, [resolve('src/cli/main.ts'), 'lint', '.', '--format', 'json'], { encoding: 'utf8', cwd: repository }).stdout,
    ) as Report;
    const open = findings.filter(({ rule }) => rule !== 'hpa-replicas-conflict');
    expect(open).toEqual([]);
  });
});
