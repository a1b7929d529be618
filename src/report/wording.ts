import { claimRules } from '../review/claim-rules.ts';
import { proofRules } from '../review/proof-rules.ts';
import { ruleOf } from '../rules/find.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';

/** The words of a finding: those of its rule, or of what the review itself or a proof finds. */
export type Wording = Pick<Rule, 'id' | 'severity' | 'says' | 'because' | 'fix'>;

const OF_REVIEW: ReadonlyMap<string, Wording> = new Map([...Object.values(claimRules), ...Object.values(proofRules)].map((rule) => [rule.id, rule]));

export const wordingOf = (id: string): Wording | undefined => ruleOf(id) ?? OF_REVIEW.get(id);

/** Every id that `wordingOf` knows but for `allow-unused`. */
export const ruleIds = (): string[] => [...rules.map(({ id }) => id), ...OF_REVIEW.keys()];
