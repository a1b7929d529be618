import type { LintReport, ReviewReport } from '../report/schema.ts';
import { isClaimed } from '../report/status.ts';

/** From worst to least: a level stands for itself and everything before it. */
export const REVIEW_LEVELS = ['high', 'medium', 'low', 'unproven'] as const;
export type ReviewLevel = (typeof REVIEW_LEVELS)[number];
export const LINT_LEVELS = ['high', 'medium', 'low'] as const;
export type LintLevel = (typeof LINT_LEVELS)[number];

/** 0 when the review approves, or when nothing of `level` or worse is in it; else 1. A claim that could not be looked at is never fine. */
export function reviewExitCode(report: ReviewReport, level?: ReviewLevel): 0 | 1 {
  if (level === undefined) return report.outcome === 'APPROVE' ? 0 : 1;
  const claimed = report.claims.filter(isClaimed);
  if (claimed.some(({ verdict }) => verdict === 'failed')) return 1;
  if (hasFinding(report, level)) return 1;
  return level === 'unproven' && claimed.some(({ verdict }) => verdict === 'unproven' || verdict === 'not-run') ? 1 : 0;
}

/** 0 when nothing of `level` or worse was found and every file could be read; else 1. */
export const lintExitCode = (report: LintReport, level: LintLevel = 'medium'): 0 | 1 => (report.problems.length > 0 || hasFinding(report, level) ? 1 : 0);

const hasFinding = ({ findings }: LintReport, level: ReviewLevel): boolean =>
  findings.some(({ severity, accepted }) => accepted === undefined && REVIEW_LEVELS.indexOf(severity) <= REVIEW_LEVELS.indexOf(level));
