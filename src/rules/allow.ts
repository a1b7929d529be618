import { lineOf, type Source } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Finding, Rule } from './rule.ts';

/** A comment `# ai-agents: allow RULE reason` at the end of a line, or above it. */
interface Allowance {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly reason: string;
  /** the line whose findings it accepts */
  readonly line: number;
}

/** A comment that accepts nothing: a finding in itself, or the list of what was accepted could not be trusted. */
export const allowUnused: Omit<Rule, 'find'> = {
  id: 'allow-unused',
  severity: 'low',
  says: 'This comment accepts nothing: {why}.',
  because: 'A comment that accepts nothing hides a spelling mistake, or stays behind when the code it spoke of has gone.',
  fix: 'Write `# ai-agents: allow RULE reason` above the line of the finding or at its end, or remove the comment.',
  fails: 'allow-unused/nothing-to-accept.yaml',
  passes: 'allow-unused/accepts-one-place.yaml',
};

/**
 * Accepts findings as the comments beside them say.
 * @param ran the rules that were run
 * @param known the ids of all rules: a comment for a rule that exists but was not run is left alone
 * @returns the findings, accepted ones with the author's reason, and one `allow-unused` for each comment that accepts nothing
 */
export function allow(inventory: Inventory, findings: readonly Finding[], ran: ReadonlySet<string>, known: ReadonlySet<string>): Finding[] {
  const spoken = Array.from(inventory.sources.values()).filter(({ text }) => text.includes('ai-agents:'));
  if (spoken.length === 0) return [...findings];
  const judgedSources = sourcesUnderRules(inventory);
  const allowances = spoken.filter((source) => judgedSources.has(source)).flatMap(allowancesIn);
  const used = new Set<Allowance>();
  const byPlace = new Map<string, Allowance>();
  for (const allowance of allowances) if (allowance.reason) byPlace.set(`${allowance.rule} ${allowance.line} ${allowance.source.path}`, allowance);

  const judged = findings.map((finding) => {
    const allowance = byPlace.get(`${finding.rule} ${lineOf(finding.at)} ${finding.at.source.path}`);
    if (!allowance) return finding;
    used.add(allowance);
    return { ...finding, accepted: allowance.reason };
  });
  for (const allowance of allowances) {
    const why = !known.has(allowance.rule)
      ? allowance.rule
        ? `there is no rule ${allowance.rule}`
        : 'it names no rule'
      : !allowance.reason
        ? 'it gives no reason'
        : ran.has(allowance.rule) && !used.has(allowance)
          ? `${allowance.rule} finds nothing on line ${allowance.line}`
          : undefined;
    if (why) judged.push({ rule: allowUnused.id, severity: allowUnused.severity, at: allowance, args: { why } });
  }
  return judged;
}

/** Manifests, scripts and Dockerfiles. Guides and code may show such a comment without meaning it. */
const sourcesUnderRules = (inventory: Inventory): ReadonlySet<Source> =>
  new Set([...inventory.resources, ...inventory.scripts, ...inventory.dockerfiles].map(({ source }) => source));

function allowancesIn(source: Source): Allowance[] {
  const below = linesBelow(source.text);
  return Array.from(source.text.matchAll(/#[ \t]*ai-agents:[ \t]*allow(?=\s|$)[ \t]*([^\s#]*)([^\r\n]*)/g), (match) => {
    const start = match.index;
    const { line, column } = source.position(start);
    const isAlone =
      source
        .lines(line)
        .slice(0, column - 1)
        .trim() === '';
    return {
      source,
      start,
      end: start + match[0].length,
      rule: match[1]!,
      reason: match[2]!.trim(),
      line: isAlone ? below[line - 1]! : line,
    };
  });
}

/** For each line the first one below it that is no comment: several comments may stand above one line. */
function linesBelow(text: string): readonly number[] {
  const lines = text.split('\n');
  const below: number[] = new Array(lines.length);
  for (let index = lines.length - 1; index >= 0; index--) {
    const next = lines[index + 1];
    below[index] = next !== undefined && /^[ \t]*#/.test(next) ? below[index + 1]! : index + 2;
  }
  return below;
}
