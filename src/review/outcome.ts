import type { Finding } from '../rules/rule.ts';
import type { JudgedClaim, Outcome } from './review.ts';

/**
 * BLOCKED with any open High; CHANGES REQUESTED with any open Medium or any claim undecided; APPROVE when all is met.
 * @param unread whether a file that may hold a manifest could not be read: what it hides is no approval
 */
export function outcomeOf(findings: readonly Finding[], claims: readonly JudgedClaim[], unread: boolean): Outcome {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  if (open.some(({ severity }) => severity === 'high')) return 'BLOCKED';
  const claimed = claims.filter(({ claim }) => claim.ticked !== false);
  if (unread || open.some(({ severity }) => severity === 'medium') || claimed.some(({ verdict }) => verdict.is !== 'met')) return 'CHANGES REQUESTED';
  return 'APPROVE';
}
