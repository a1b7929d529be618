import { lineOf, type Place } from '../checkout/source.ts';
import type { Check, RuntimeCheck } from './check.ts';
import { quote, type Verdict } from './verdict.ts';

/** What the files can say against a claim about a run. */
export type JudgedBy =
  /** a finding of one of these rules, in one of these files when any are named */
  | { readonly by: 'rules'; readonly rules: readonly string[]; readonly paths: readonly string[] }
  /** a check that is not met */
  | { readonly by: 'check'; readonly check: Check };

/** What a rule found against the files, as far as a verdict needs it. */
export interface Found {
  readonly rule: string;
  readonly at: Place;
  readonly args: Readonly<Record<string, string>>;
  /** why it was let pass, when it was */
  readonly accepted?: unknown;
}

/** @param say a finding in words */
export function answerRuntime(check: RuntimeCheck, findings: readonly Found[], answer: (check: Check) => Verdict, say: (found: Found) => string): Verdict {
  for (const judge of check.refutedBy) {
    if (judge.by === 'check') {
      const verdict = answer(judge.check);
      if (verdict.is === 'unmet') return { is: 'unmet', because: verdict.because, evidence: verdict.evidence };
      continue;
    }
    const against = findings.filter(
      ({ rule, at, accepted }) => accepted === undefined && judge.rules.includes(rule) && (judge.paths.length === 0 || judge.paths.includes(at.source.path)),
    );
    const [first, ...rest] = against;
    if (!first) continue;
    const because = `${say(first)} (${first.at.source.path}:${lineOf(first.at)})`;
    return { is: 'unmet', because, evidence: [quote(first.at), ...rest.slice(0, 9).map(({ at }) => quote(at))] };
  }
  return { is: 'not-run', because: `only ${check.needs} can tell: ${check.says}`, evidence: [] };
}
