import type { ActionItem, ClaimReport, FindingReport, ProblemReport } from './schema.ts';
import { isClaimed } from './status.ts';

/** What there is to do, most urgent first: from the findings that nobody accepted (unmet claims are among them), and from the claims that nothing decided. */
export function actionItems(claims: readonly ClaimReport[], findings: readonly FindingReport[], problems: readonly ProblemReport[]): ActionItem[] {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const items = [...open.map(fromFinding), ...problems.map(fromProblem), ...undecidedClaims(claims)];
  return urgency.flatMap(([kind, severity]) => items.filter((item) => item.kind === kind && item.severity === severity));
}

const urgency = [
  ['fix', 'high'],
  ['fix', 'medium'],
  ['repair', 'medium'],
  ['fix', 'low'],
  ['prove', 'low'],
  ['run', 'low'],
] as const satisfies readonly (readonly [ActionItem['kind'], ActionItem['severity']])[];

const fromFinding = ({ rule, severity, path, line, message, fix }: FindingReport): ActionItem => ({
  kind: 'fix',
  severity,
  text: `${message} ${fix}`,
  path,
  line,
  rule,
});

const fromProblem = ({ path, line, message, hint }: ProblemReport): ActionItem => ({
  kind: 'repair',
  severity: 'medium',
  text: `${message}. ${hint}`,
  path,
  line: line ?? 1,
});

/** Claims that nothing decided; of a task and its sub-tasks only the innermost, where the open question is. */
function undecidedClaims(claims: readonly ClaimReport[]): ActionItem[] {
  const kinds = { unproven: 'prove', 'not-run': 'run' } as const;
  const undecided = claims.filter((claim): claim is ClaimReport & { verdict: keyof typeof kinds } => isClaimed(claim) && claim.verdict in kinds);
  return undecided
    .filter(({ id, verdict }) => !undecided.some((other) => other.parent === id && other.verdict === verdict))
    .map(({ id, verdict, because, path, line }) => ({ kind: kinds[verdict], severity: 'low', text: `${id}: ${because}`, path, line, claim: id }));
}
