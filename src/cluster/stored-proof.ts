import { z } from 'zod';
import type { Verdict } from '../checks/verdict.ts';
import { proofUnreadable } from '../errors.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { LiveCheck } from './check.ts';
import { answerFromObservations, isIntact } from './checks/observed.ts';
import type { Proof } from './proof.ts';

const Fact = z.object({ object: z.string(), field: z.string(), value: z.string(), at: z.string(), sha256: z.string() });
const Quote = z.object({ path: z.string(), lines: z.tuple([z.number(), z.number()]), quote: z.string(), sha256: z.string() });
const StoredVerdict = z.object({
  is: z.enum(['met', 'partial', 'unmet', 'unproven', 'not-run', 'failed']),
  because: z.string(),
  evidence: z.array(z.union([Fact, Quote])),
});
const Cause = z.object({
  id: z.string(),
  object: z.string(),
  says: z.string(),
  fix: z.string(),
  at: Quote,
  evidence: z.array(Fact),
  also: z.array(z.string()),
  breaks: z.array(z.string()),
  shown: z.string().nullable(),
  named: z.string(),
});
const Stored = z.looseObject({
  format: z.literal('ai-agents proof 1'),
  id: z.string(),
  outcome: z.enum(['proven', 'refuted', 'unproven']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  commit: z.string().nullable(),
  dirty: z.boolean(),
  files: z.record(z.string(), z.string()),
  cluster: z.object({ context: z.string(), version: z.string() }),
  namespaces: z.record(z.string(), z.string()),
  images: z.array(z.object({ image: z.string(), digest: z.string(), containers: z.array(z.string()) })),
  objects: z.array(z.object({ object: z.string(), at: Quote, verdict: StoredVerdict, changes: z.array(z.string()) })),
  causes: z.array(Cause),
  checks: z.array(z.object({ check: z.looseObject({ asks: z.string(), says: z.string() }), verdict: StoredVerdict })),
  facts: z.array(Fact),
  live: z.array(z.looseObject({ kind: z.string(), apiVersion: z.string(), metadata: z.looseObject({ name: z.string() }) })),
});

/**
 * A proof as `verify --format json` wrote it.
 * @throws Problem PROOF_UNREADABLE when it is none, or when a fact no longer fits its hash
 */
export function readProof(text: string, path: string): Proof {
  let stored: z.infer<typeof Stored>;
  try {
    stored = Stored.parse(JSON.parse(text));
  } catch (error) {
    throw proofUnreadable(path, error);
  }
  const evidence = [...stored.objects, ...stored.checks].flatMap(({ verdict }) => verdict.evidence).flatMap((each) => ('object' in each ? [each] : []));
  const edited = [...stored.facts, ...evidence, ...stored.causes.flatMap((cause) => cause.evidence)].find((fact) => !isIntact(fact));
  if (edited) throw proofUnreadable(path, new Error(`the fact ${edited.object} ${edited.field} does not fit its hash`));
  return stored as unknown as Proof; // what the schema leaves open are the checks' own fields and the live objects
}

/** Why a proof no longer speaks about these files: undefined while it does. */
export function staleness(proof: Proof, inventory: Pick<Inventory, 'sources'>, commit: string | null): string | undefined {
  const moved = Object.entries(proof.files).find(([path, sha256]) => inventory.sources.get(path)?.sha256 !== sha256);
  if (moved) return `the proof is stale: ${moved[0]} ${inventory.sources.has(moved[0]) ? 'has changed' : 'is gone'} since it ran`;
  if (proof.commit !== commit)
    return `the proof is of commit ${proof.commit?.slice(0, 12) ?? 'none'}, the review of ${commit?.slice(0, 12) ?? 'none'}; its manifests are the same`;
  return undefined;
}

/**
 * What a finished proof says about checks: its own answers where it was asked the same, else what its observations show.
 * A check that would need the cluster again is `not-run`.
 */
export function proveClaims(checks: readonly LiveCheck[], proof: Proof): readonly Verdict[] {
  return checks.map((check) => {
    const asked = proof.checks.find((each) => sameQuestion(each.check, check))?.verdict;
    if (asked) return revive(asked);
    return answerFromObservations(check, proof) ?? { is: 'not-run', because: `the proof was not asked whether ${check.says}`, evidence: [] };
  });
}

/**
 * What a proof says about all the checks of one claim together: refuted by one answer, met only by all of them.
 * @returns undefined when there are none
 */
export function proveClaim(checks: readonly LiveCheck[], proof: Proof): Verdict | undefined {
  const verdicts = proveClaims(checks, proof);
  const refuted = verdicts.find((verdict) => verdict.is === 'unmet' || verdict.is === 'partial');
  const met = verdicts.filter((verdict) => verdict.is === 'met');
  if (refuted) return refuted.is === 'unmet' && met.length > 0 ? { ...refuted, is: 'partial' } : refuted;
  const open = verdicts.find((verdict) => verdict.is !== 'met');
  if (open) return open;
  const [first, ...rest] = met.flatMap(({ evidence }) => evidence);
  if (!first) return undefined;
  return { is: 'met', because: met.map(({ because }) => because).join('; '), evidence: [first, ...rest.slice(0, 19)] };
}

/** Whether two checks ask the same, in whatever words. */
export function sameQuestion(a: LiveCheck, b: LiveCheck): boolean {
  const question = ({ says: _, ...rest }: LiveCheck) => JSON.stringify(Object.entries(rest).sort(([x], [y]) => x.localeCompare(y)));
  return question(a) === question(b);
}

/** A stored verdict without its error object: what could not be looked at then is unproven now. */
function revive({ is, because, evidence }: Proof['checks'][number]['verdict']): Verdict {
  const [first, ...rest] = evidence;
  if (is === 'failed') return { is: 'unproven', because, evidence };
  if (is === 'unproven' || is === 'not-run') return { is, because, evidence };
  if (!first) return { is: 'unproven', because: `${because} (the proof kept no evidence)`, evidence: [] };
  return { is, because, evidence: [first, ...rest] };
}
