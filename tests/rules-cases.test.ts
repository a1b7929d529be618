import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
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
