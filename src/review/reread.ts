import type { Checkout } from '../checkout/checkout.ts';
import { Source } from '../checkout/source.ts';
import { type FileEvidence, isFileEvidence } from '../checks/verdict.ts';
import { evidenceChanged } from '../errors.ts';
import type { JudgedClaim } from './review.ts';

/**
 * Reads every cited file once more and holds each quote against it: what changed meanwhile is no evidence.
 * @returns the claims, failed where a quote no longer stands where it was found, and the hash of each cited file
 */
export async function reread(
  claims: readonly JudgedClaim[],
  checkout: Checkout,
  signal: AbortSignal,
): Promise<{ claims: JudgedClaim[]; files: Map<string, string> }> {
  const read = await checkout.read(citedFiles(claims), signal);
  const now = new Map(read.flatMap((each) => (each instanceof Source ? [[each.path, each] as const] : [])));
  const stands = ({ path, lines: [from, to], quote, sha256 }: FileEvidence): boolean => {
    const source = now.get(path);
    return source !== undefined && source.sha256 === sha256 && source.lines(from, to) === quote;
  };
  const held = claims.map((judged): JudgedClaim => {
    const gone = judged.verdict.evidence.filter(isFileEvidence).find((evidence) => !stands(evidence));
    if (!gone) return judged;
    const problem = evidenceChanged(gone.path);
    return { ...judged, verdict: { is: 'failed', because: problem.message, problem, evidence: [] } };
  });
  return { claims: held, files: new Map(Array.from(now, ([path, source]) => [path, source.sha256])) };
}

const citedFiles = (claims: readonly JudgedClaim[]): string[] =>
  Array.from(new Set(claims.flatMap(({ verdict }) => verdict.evidence.filter(isFileEvidence).map(({ path }) => path))));
