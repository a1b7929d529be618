import { counted } from './counted.ts';
import type { ClaimReport, LintReport, ReviewReport } from './schema.ts';

const CRITERION = {
  met: 'IMPLEMENTED',
  partial: 'PARTIAL',
  unmet: 'MISSING',
  unproven: 'NOT VERIFIED (no check)',
  'not-run': 'NOT VERIFIED (runtime)',
  failed: 'NOT VERIFIED (unreadable)',
} as const satisfies Record<ClaimReport['verdict'], string>;

const TASK = {
  met: 'VERIFIED COMPLETE',
  partial: 'QUESTIONABLE',
  unmet: 'NOT DONE',
  unproven: 'QUESTIONABLE (no check)',
  'not-run': 'QUESTIONABLE (runtime)',
  failed: 'QUESTIONABLE (unreadable)',
} as const satisfies Record<ClaimReport['verdict'], string>;

/** A verdict in the words of a Senior Developer Review. */
export function status({ kind, verdict, evidence }: Pick<ClaimReport, 'kind' | 'verdict' | 'evidence'>): string {
  if (kind !== 'criterion') return TASK[verdict];
  return verdict === 'met' && evidence.some((each) => 'object' in each) ? 'VERIFIED (runtime)' : CRITERION[verdict];
}

/** Whether the team says that this is so: a criterion, a ticked box, or a list without boxes. */
export const isClaimed = ({ ticked }: Pick<ClaimReport, 'ticked'>): boolean => ticked !== false;

const order = ['high', 'medium', 'low'] as const;

/** `3 high, 1 low`, or `none`; accepted ones do not count. */
export function findingCounts(findings: LintReport['findings']): string {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const counts = order.map((severity) => [open.filter((finding) => finding.severity === severity).length, severity] as const);
  return (
    counts
      .filter(([count]) => count > 0)
      .map(([count, severity]) => `${count} ${severity}`)
      .join(', ') || 'none'
  );
}

/** Why the outcome is what it is, in one sentence. */
export function outcomeSentence({ findings, claims, problems, outcome }: Pick<ReviewReport, 'findings' | 'claims' | 'problems' | 'outcome'>): string {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const undecided = claims.filter((claim) => isClaimed(claim) && ['unproven', 'not-run', 'failed'].includes(claim.verdict)).length;
  const reasons = [
    ...(['high', 'medium'] as const).map((severity) => [open.filter((finding) => finding.severity === severity).length, `${severity} finding`] as const),
    [undecided, 'undecided claim'] as const,
    [problems.length, 'unread file'] as const,
  ];
  const said = reasons.filter(([count]) => count > 0).map(([count, what]) => counted(count, what));
  return said.length > 0 ? `${outcome}: ${said.join(', ')}` : outcome;
}
