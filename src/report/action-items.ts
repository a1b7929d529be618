import type { ActionItem, ClaimReport, FindingReport, ProblemReport } from './schema.ts';
import { isClaimed } from './status.ts';

/** What there is to do, most urgent first: from the findings that nobody accepted (unmet claims are among them), and from the claims that nothing decided. */
export function actionItems(claims: readonly ClaimReport[], findings: readonly FindingReport[], problems: readonly ProblemReport[]): ActionItem[] {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const claimAt = new Map(claims.map((claim) => [`${claim.path}:${claim.line}`, claim]));
  const items = [
    ...open.map((finding) => fromFinding(finding, claimAt.get(`${finding.path}:${finding.line}`))),
    ...problems.map(fromProblem),
    ...undecidedClaims(claims),
  ];
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

/** What a claim is wrong about is changed where the evidence against it stands, not in the story. */
function fromFinding({ rule, severity, path, line, message, fix }: FindingReport, claim: ClaimReport | undefined): ActionItem {
  const against = claim?.evidence.find((evidence) => 'path' in evidence);
  const place = against ? { path: against.path, line: against.lines[0] } : { path, line };
  return { kind: 'fix', severity, text: `${message} ${fix}`, ...place, ...(claim ? { claim: claim.id } : {}), rule };
}

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
