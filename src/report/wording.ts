import { claimRules } from '../review/claim-rules.ts';
import { ruleOf } from '../rules/find.ts';
import { rules } from '../rules/index.ts';
import type { Rule } from '../rules/rule.ts';

/** The words of a finding: those of its rule, or of what the review itself finds. */
export type Wording = Pick<Rule, 'id' | 'severity' | 'says' | 'because' | 'fix'>;

const OF_CLAIMS: ReadonlyMap<string, Wording> = new Map(Object.values(claimRules).map((rule) => [rule.id, rule]));

export const wordingOf = (id: string): Wording | undefined => ruleOf(id) ?? OF_CLAIMS.get(id);

/** Every id that `wordingOf` knows but for `allow-unused`. */
export const ruleIds = (): string[] => [...rules.map(({ id }) => id), ...OF_CLAIMS.keys()];
