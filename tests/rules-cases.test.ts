import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lineOf } from '../src/checkout/source.ts';
import { findAll } from '../src/rules/find.ts';
import { rules } from '../src/rules/index.ts';
import { inventoryOf } from '../src/rules/test-rule.ts';

/** Labelled manifests of other linters' own tests; they stand beside the repository. */
const CASES = fileURLToPath(new URL('../../shared/cases/rules', import.meta.url));

interface Case {
  readonly rule: string;
  readonly expect: 'fail' | 'pass';
  readonly file: string;
  readonly manifests: string;
  readonly doubtful?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Rules take no settings: these are the ones that ours have built in. A removed API version stays removed, whatever cluster was meant. */
const BUILT_IN_OPTIONS: Readonly<Record<string, (value: unknown, expect: string) => boolean>> = {
  minReplicas: (value) => value === 2,
  kubernetesVersion: (_value, expect) => expect === 'fail',
};

const casesOf = (peer: string): readonly Case[] => JSON.parse(readFileSync(path.join(CASES, `${peer}.json`), 'utf8')).cases;
const isMeant = ({ doubtful, options, expect }: Case): boolean =>
  !doubtful && Object.entries(options ?? {}).every(([name, value]) => BUILT_IN_OPTIONS[name]?.(value, expect) ?? false);

describe.skipIf(!existsSync(CASES))('labelled manifests (skipped where ../shared/cases/rules is absent)', () => {
  for (const peer of existsSync(CASES) ? ['kube-score', 'polaris'] : []) {
    for (const each of casesOf(peer).filter(isMeant)) {
      const rule = rules.find(({ id }) => id === each.rule);
      const name = `${each.rule} ${each.expect}: ${peer} ${each.file}`;
      if (!rule) test.todo(name);
      else test(name, () => expect([...rule.find(inventoryOf(each.manifests))].length > 0 ? 'fail' : 'pass').toBe(each.expect));
    }
  }
});

/** The tree that the reference report judged. */
const TREE = fileURLToPath(new URL('../../shared/cases/trees/aiops-1-6', import.meta.url));

describe.skipIf(!existsSync(TREE))('the tree of the reference report (skipped where ../shared/cases/trees is absent)', () => {
  const read = () => readdirSync(path.join(TREE, 'k8s')).map((file): [string, string] => [`k8s/${file}`, readFileSync(path.join(TREE, 'k8s', file), 'utf8')]);
  const found = () => findAll(inventoryOf(Object.fromEntries(read()))).map(({ rule, at }) => `${rule} ${at.source.path}:${lineOf(at)}`);

  test('what it found or should have found', () => {
    expect(found()).toEqual(
      expect.arrayContaining([
        'volume-permission-fs-group k8s/deployment-redis.yaml:58',
        'workload-eviction-policy k8s/deployment-redis.yaml:102',
        'networkpolicy-missing k8s/deployment-api.yaml:4',
        'networkpolicy-missing k8s/deployment-worker.yaml:4',
        'liveness-probe-missing k8s/deployment-worker.yaml:30',
        'hpa-replicas-conflict k8s/deployment-worker.yaml:10',
        'ingress-path-shadowed k8s/ingress.yaml:10',
        'ingress-tls-missing k8s/ingress.yaml:12',
        'secret-data-not-base64 k8s/secrets.yaml.example:35',
      ]),
    );
  });

  test('what it found wrongly, and what the files do bear out', () => {
    const rulesFound = new Set(found().map((line) => line.split(' ')[0]));
    for (const rule of [
      'image-tag-latest',
      'run-as-root',
      'memory-limit-missing',
      'service-dangling',
      'config-reference-missing',
      'readiness-probe-missing',
      'volume-mount-undefined',
      'schema-invalid',
    ]) {
      expect(rulesFound).not.toContain(rule);
    }
  });
});
