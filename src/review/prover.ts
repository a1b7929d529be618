import type { Check } from '../checks/check.ts';
import type { Verdict } from '../checks/verdict.ts';
import { DISAGREEMENT, type LiveCheck } from '../cluster/check.ts';
import type { Proof } from '../cluster/proof.ts';
import { proveClaim, sameQuestion, staleness } from '../cluster/stored-proof.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { proofFindings } from './proof-rules.ts';
import type { OpenClaim, Proven, Prover } from './review.ts';

/** Asks a proof that was kept; one of other files or of another commit answers nothing. */
export const storedProver =
  (proof: Proof, commit: string | null): Prover =>
  async (open, inventory) => {
    const because = staleness(proof, inventory, commit);
    if (because === undefined) return provenBy(proof, open, inventory);
    return { verdicts: new Map(open.filter(isOpen).map(({ claim }) => [claim.id, { is: 'not-run', because, evidence: [] }])), findings: [] };
  };

/** Runs a proof that is asked what the claims ask. */
export const liveProver =
  (run: (checks: readonly LiveCheck[], inventory: Inventory) => Promise<Proof>): Prover =>
  async (open, inventory) => {
    const checks: LiveCheck[] = [];
    for (const check of open.filter(isOpen).flatMap(liveChecksOf)) if (!checks.some((each) => sameQuestion(each, check))) checks.push(check);
    return provenBy(await run(checks, inventory), open, inventory);
  };

/** What traffic shows and the policies in the files deny is shown by neither. */
function agreed(verdict: Verdict): Verdict {
  const otherwise = verdict.is === 'met' ? verdict.evidence.find((each) => 'field' in each && each.field === DISAGREEMENT) : undefined;
  if (!otherwise || !('value' in otherwise)) return verdict;
  return { is: 'unproven', because: `${verdict.because}: somebody relies on one of the two`, evidence: verdict.evidence };
}

/** Whether a cluster, and no run of another tool, is what is missing. */
const isForCluster = ({ checks }: OpenClaim): boolean => checks.every((check) => check.is !== 'runtime' || check.needs === 'a cluster');
const NOT_UNDERSTOOD: Verdict = {
  is: 'unproven',
  because: 'the cluster was not asked: nothing that it could be asked is all that the words say',
  evidence: [],
};

/** What a claim asks of a cluster: every part that the files leave open, or nothing when one of them is not understood. */
function liveChecksOf({ checks }: OpenClaim): readonly LiveCheck[] {
  const runs = checks.filter((check) => check.is === 'runtime');
  return runs.every(({ live }) => live.length > 0) ? runs.flatMap(({ live }) => live) : [];
}

const isOpen = ({ verdict }: OpenClaim): boolean => verdict.is === 'not-run';

function provenBy(proof: Proof, claims: readonly OpenClaim[], inventory: Inventory): Proven {
  const asked = claims.filter(isOpen).map((each) => ({ id: each.claim.id, checks: liveChecksOf(each), forCluster: isForCluster(each) }));
  const verdicts = new Map<string, Verdict>();
  for (const { id, checks, forCluster } of asked) {
    const verdict = proveClaim(checks, proof);
    if (verdict) verdicts.set(id, agreed(verdict));
    else if (forCluster) verdicts.set(id, NOT_UNDERSTOOD);
  }
  for (const { claim, checks, verdict } of claims) {
    const otherwise = verdict.is === 'met' ? contradicted(checks, proof) : undefined;
    if (otherwise) verdicts.set(claim.id, otherwise);
  }
  const ofClaims = asked.flatMap(({ checks }) => checks);
  const others = proof.checks.filter(({ check }) => !ofClaims.some((each) => sameQuestion(each, check)));
  return { verdicts, findings: proofFindings(proof, others, inventory), proof };
}

/** What the policies in the files say of pods, and traffic to the same pods does not: nobody can sign for that. */
function contradicted(checks: readonly Check[], proof: Proof): Verdict | undefined {
  for (const { check, verdict } of proof.checks) {
    const otherwise = verdict.evidence.find((each) => 'field' in each && each.field === DISAGREEMENT);
    if (check.asks !== 'traffic' || !otherwise) continue;
    const concerned = checks.some(
      (flow) =>
        flow.is === 'flow' &&
        flow.to !== 'dns' &&
        (flow.port === undefined || flow.port === check.port) &&
        flow.to.some(({ kind, name }) => `${kind}/${name}` === check.to),
    );
    if (concerned) return { is: 'unproven', because: `the files say so, and traffic says otherwise: ${verdict.because}`, evidence: verdict.evidence };
  }
  return undefined;
}
