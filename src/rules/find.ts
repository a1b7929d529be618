import type { Inventory } from '../manifest/inventory.ts';
import { allow, allowUnused } from './allow.ts';
import { rules } from './index.ts';
import type { Finding, Rule, Severity } from './rule.ts';

/** Rules that run unless somebody chooses others. */
const standardRules: readonly Rule[] = rules.filter(({ optIn }) => !optIn);

/** Of these, the ids of those that a report's security notes are about. */
export const securityRules: readonly string[] = standardRules.flatMap(({ id, security }) => (security ? id : []));

const KNOWN: ReadonlyMap<string, Omit<Rule, 'find'>> = new Map([...rules, allowUnused].map((rule) => [rule.id, rule]));

/** The words of a rule by its id; undefined when there is none. */
export const ruleOf = (id: string): Omit<Rule, 'find'> | undefined => KNOWN.get(id);

/**
 * Everything that rules find in an inventory, with what comments accept, worst first, then by place.
 * @param chosen the standard ones when not given
 */
export function findAll(inventory: Inventory, chosen: readonly Rule[] = standardRules): Finding[] {
  const found = chosen.flatMap((rule) =>
    Array.from(rule.find(inventory), ({ at, args, severity = rule.severity }): Finding => ({ rule: rule.id, severity, at, args })),
  );
  return allow(inventory, found, new Set(chosen.map(({ id }) => id)), new Set(KNOWN.keys())).sort(worstFirst);
}

const RANK: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** The order of findings in a report. */
export function worstFirst(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    byCode(a.at.source.path, b.at.source.path) ||
    a.at.start - b.at.start ||
    byCode(a.rule, b.rule) ||
    byCode(JSON.stringify(a.args), JSON.stringify(b.args))
  );
}

/** Not localeCompare: a report must not depend on the locale. */
const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
