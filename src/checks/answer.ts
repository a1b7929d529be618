import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Check } from './check.ts';
import { answerDockerfile } from './dockerfile.ts';
import { answerEntry } from './entry.ts';
import { answerFile } from './file.ts';
import { answerFlow } from './flow.ts';
import { answerFragment } from './fragment.ts';
import { answerRelation } from './relation.ts';
import { answerRuntime, type Found } from './runtime.ts';
import { answerLacks, answerSays } from './says.ts';
import { answerScript } from './script.ts';
import { answerTest } from './test-case.ts';
import { type Evidence, quote, type SomeEvidence, type Verdict } from './verdict.ts';

/** What a check is asked of. */
export interface Ground {
  readonly inventory: Inventory;
  readonly findings: readonly Found[];
  /** a finding in words, to say what refutes a claim */
  readonly say: (found: Found) => string;
  /** where the story makes the claim: the evidence for an absence */
  readonly claimed: Place;
}

export function answer(check: Check, ground: Ground): Verdict {
  switch (check.is) {
    case 'fragment':
      return answerFragment(check, ground.inventory);
    case 'any':
      return best(check.of.map((each) => answer(each, ground)));
    case 'same': {
      const verdicts = check.of.map((each) => answer(each, ground));
      if (new Set(verdicts.map(({ is }) => is)).size <= 1) return combine(verdicts);
      return {
        is: 'unproven',
        because: `the words do not say which one is meant: ${check.says}`,
        evidence: verdicts.flatMap(({ evidence }) => evidence.slice(0, 1)).slice(0, 8),
      };
    }
    case 'file':
      return answerFile(check, ground.inventory, ground.claimed);
    case 'text':
      return answerLacks(check, ground.inventory);
    case 'says':
      return answerSays(check, ground.inventory);
    case 'script':
      return answerScript(check, ground.inventory);
    case 'dockerfile':
      return answerDockerfile(check, ground.inventory);
    case 'entry':
      return answerEntry(check, ground.inventory);
    case 'test':
      return answerTest(check, ground.inventory);
    case 'relation':
      return answerRelation(check, ground.inventory);
    case 'flow':
      return combine(answerFlow(check, ground.inventory));
    case 'runtime':
      return answerRuntime(check, ground.findings, (each) => answer(each, ground), ground.say);
    case 'absent':
      return { is: 'unmet', because: check.says, evidence: [quote(ground.claimed)] };
    case 'unread':
      return { is: 'unproven', because: check.says, evidence: [] };
  }
}

/** A claim's own verdict, from all its checks. */
export function answerAll(checks: readonly Check[], ground: Ground): Verdict {
  const [guard] = checks.filter((check) => check.is === 'unread' && check.guards);
  if (guard) {
    const rest = answerAll(
      checks.filter((check) => check !== guard),
      ground,
    );
    return rest.is === 'met' ? { is: 'unproven', because: (guard as { says: string }).says, evidence: rest.evidence } : rest;
  }
  const verdicts = checks.map((check): Verdict => {
    const verdict = answer(check, ground);
    if (!check.weak || (verdict.is !== 'unmet' && verdict.is !== 'partial')) return verdict;
    return { is: 'unproven', because: `the sentence can be read in another way: ${verdict.because}`, evidence: verdict.evidence };
  });
  const lost = verdicts.find((verdict, index) => checks[index]!.essential && verdict.is === 'unmet');
  return lost ?? combine(verdicts);
}

const ORDER = ['met', 'partial', 'not-run', 'unproven', 'failed', 'unmet'] as const;

function best(verdicts: readonly Verdict[]): Verdict {
  return verdicts.toSorted((a, b) => ORDER.indexOf(a.is) - ORDER.indexOf(b.is))[0] ?? { is: 'unproven', because: 'nothing was asked', evidence: [] };
}

/**
 * One verdict from those of a claim's parts.
 * Met only when every part is. What could not be decided leaves the whole undecided, unless another part shows already that it is not whole.
 */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 1) return verdicts[0]!;
  const failed = verdicts.find(({ is }) => is === 'failed');
  if (failed) return failed;
  const of = (...kinds: readonly Verdict['is'][]) => verdicts.filter(({ is }) => kinds.includes(is));
  const wrong = of('unmet', 'partial');
  const good = of('met', 'partial');
  const open = of('unproven', 'not-run');
  const because = (parts: readonly Verdict[]) =>
    Array.from(new Set(parts.map((part) => part.because)))
      .slice(0, 4)
      .join('; ');
  const evidence = evidenceOf([...wrong, ...of('met'), ...open]);
  if (wrong.length > 0 && evidence) {
    if (good.length > 0) return { is: 'partial', because: because(wrong), evidence };
    if (open.length === 0) return { is: 'unmet', because: because(wrong), evidence };
    if (of('unproven').length === 0) return { is: 'unmet', because: because(wrong), evidence };
    return { is: 'unproven', because: `${because(wrong)}; ${because(open)}`, evidence };
  }
  if (open.length > 0) {
    const unproven = of('unproven');
    return unproven.length > 0
      ? { is: 'unproven', because: because(unproven), evidence: evidence ?? [] }
      : { is: 'not-run', because: because(open), evidence: evidence ?? [] };
  }
  if (!evidence) return { is: 'unproven', because: 'nothing was asked', evidence: [] };
  return { is: 'met', because: because(verdicts), evidence };
}

function evidenceOf(verdicts: readonly Verdict[]): SomeEvidence | undefined {
  const found = new Map<string, Evidence>();
  for (const { evidence } of verdicts) for (const each of evidence) found.set(JSON.stringify(each), each);
  const [first, ...rest] = found.values();
  return first && [first, ...rest.slice(0, 23)];
}
