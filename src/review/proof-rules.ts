import type { Place } from '../checkout/source.ts';
import type { FileEvidence } from '../checks/verdict.ts';
import { DISAGREEMENT } from '../cluster/check.ts';
import type { Proof } from '../cluster/proof.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Finding, Rule } from '../rules/rule.ts';

/** What a proof finds in the manifests, whatever the story says. */
export const proofRules = {
  fault: {
    id: 'runtime-fault',
    severity: 'high',
    says: '{because}',
    because: 'A cluster showed it when the manifests were applied.',
    fix: '{fix}',
  },
  notReady: {
    id: 'runtime-not-ready',
    severity: 'high',
    says: '{object} did not become what it should: {because}',
    because: 'A cluster showed it when the manifests were applied.',
    fix: 'Run `ai-agents verify` with a longer --timeout, or see its events and logs in the proof.',
  },
  refuted: {
    id: 'runtime-refuted',
    severity: 'high',
    says: 'It is not so that {check}: {because}.',
    because: 'It was tried on a cluster.',
    fix: 'Make the manifests do what they are there for.',
  },
  disagreement: {
    id: 'policy-disagrees',
    severity: 'medium',
    says: 'Traffic from {pair} is not what the policies in the files say: {because}.',
    because: 'Somebody relies on one of the two.',
    fix: 'Find out which is meant; other policies, or a network that reads them in another way, may decide.',
  },
} as const satisfies Record<string, Pick<Rule, 'id' | 'severity' | 'says' | 'because' | 'fix'>>;

/**
 * A proof's causes at the lines to change, objects that are unwell without one, and what it tried on its own and found to be otherwise.
 * What is the cluster's fault is no finding.
 * @param checks those that no claim asked for: what a claim asked is found there
 */
export function proofFindings(proof: Proof, checks: Proof['checks'], inventory: Inventory): Finding[] {
  const refuted = new Set(proof.objects.filter(({ verdict }) => verdict.is === 'unmet').map(({ object }) => object));
  const explained = new Set(proof.causes.flatMap(({ object, also, breaks }) => [object, ...also, ...breaks]));
  const whereIs = (...objects: readonly string[]) => proof.objects.find(({ object }) => objects.includes(object))?.at;
  const findings: Finding[] = [];
  const add = ({ id, severity }: (typeof proofRules)[keyof typeof proofRules], at: FileEvidence | undefined, args: Record<string, string>) => {
    const place = at && placeOfQuote(at, inventory);
    if (place) findings.push({ rule: id, severity, at: place, args });
  };
  for (const { object, at, says, fix } of proof.causes) if (refuted.has(object)) add(proofRules.fault, at, { because: says, fix });
  for (const { object, at, verdict } of proof.objects)
    if (verdict.is === 'unmet' && !explained.has(object)) add(proofRules.notReady, at, { object, because: verdict.because });
  for (const { check, verdict } of checks) {
    if (verdict.is !== 'unmet') continue;
    const about = check.asks === 'traffic' ? whereIs(check.to) : whereIs(...Object.values(check).filter((value) => typeof value === 'string'));
    add(proofRules.refuted, about, { check: check.says, because: verdict.because });
  }
  for (const { check, verdict } of proof.checks) {
    const otherwise = verdict.evidence.find((each) => 'field' in each && each.field === DISAGREEMENT);
    if (check.asks === 'traffic' && otherwise && 'value' in otherwise)
      add(proofRules.disagreement, whereIs(check.to) ?? whereIs(check.from), {
        pair: `${check.from} to ${check.to} on port ${check.port}`,
        because: otherwise.value,
      });
  }
  return findings;
}

/** Where a quote stands in the files under review; undefined when they are no longer those of the quote. */
function placeOfQuote({ path, lines: [from, to], sha256 }: FileEvidence, { sources }: Inventory): Place | undefined {
  const source = sources.get(path);
  if (source?.sha256 !== sha256) return undefined;
  const indent = /^\s*/.exec(source.lines(from))![0].length;
  return { source, start: source.offsetOf(from) + indent, end: source.offsetOf(to + 1) };
}
