import { lineOf, type Place } from '../checkout/source.ts';
import type { FileProblem } from '../errors.ts';
import type { JudgedClaim, Review } from '../review/review.ts';
import type { Finding } from '../rules/rule.ts';
import { sentence } from '../rules/sentence.ts';
import { version } from '../version.ts';
import { actionItems } from './action-items.ts';
import type { ClaimReport, EvidenceReport, FindingReport, LintReport, ProblemReport, ProofReport, ReviewReport } from './schema.ts';
import { type Wording, wordingOf } from './wording.ts';

type WordingOf = (rule: string) => Pick<Wording, 'says' | 'fix'> | undefined;

/** What `lint` gives: rules only. */
export interface Lint {
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly findings: readonly Finding[];
  readonly problems: readonly FileProblem[];
}

/**
 * A finished review as data: plain values in a stable order, the same for the same bytes under review.
 * @param wording the words of each rule that has a finding
 */
export function reportOf(review: Review, wording: WordingOf = wordingOf): ReviewReport {
  const findings = review.findings.map((finding) => findingReport(finding, wording));
  const problems = review.problems.map(problemReport);
  const claims = review.claims.map(claimReport);
  const sources = [...review.findings.map(({ at }) => at), ...review.claims.map(({ claim }) => claim.place)];
  return {
    ...bound(review),
    story: { paths: [...review.story.paths], title: review.story.title, dialect: review.story.dialect },
    claims,
    findings,
    problems,
    files: filesOf(sources, review.files),
    ...(review.proof && { proof: proofReport(review.proof) }),
    outcome: review.outcome,
    actionItems: actionItems(claims, findings, problems),
  };
}

/** What `lint` found, as data. */
export function lintReportOf(lint: Lint, wording: WordingOf = wordingOf): LintReport {
  return {
    ...bound(lint),
    findings: lint.findings.map((finding) => findingReport(finding, wording)),
    problems: lint.problems.map(problemReport),
    files: filesOf(lint.findings.map(({ at }) => at)),
  };
}

const bound = ({ commit, dirty }: { commit: string | null; dirty: boolean }) => ({ version: 1, reviewer: `ai-agents ${version}`, commit, dirty }) as const;

function filesOf(places: readonly Place[], known: ReadonlyMap<string, string> = new Map()): ReviewReport['files'] {
  const hashes = new Map(known);
  for (const { source } of places) hashes.set(source.path, source.sha256);
  return byPath(hashes);
}

const byPath = (hashes: Iterable<readonly [string, string]>): ReviewReport['files'] =>
  Array.from(hashes, ([path, sha256]) => ({ path, sha256 })).sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));

const proofReport = ({ id, outcome, startedAt, endedAt, commit, dirty, cluster, images, files }: NonNullable<Review['proof']>): ProofReport => ({
  id,
  outcome,
  startedAt,
  endedAt,
  commit,
  dirty,
  cluster: { context: cluster.context, version: cluster.version },
  images: images.map(({ image, digest, containers }) => ({ image, digest, containers: [...containers] })),
  files: byPath(Object.entries(files)),
});

function claimReport({ claim, checks, verdict }: JudgedClaim): ClaimReport {
  return {
    id: claim.id,
    kind: claim.kind,
    text: claim.text,
    path: claim.place.source.path,
    line: lineOf(claim.place),
    ticked: claim.ticked,
    parent: claim.parent ?? null,
    verdict: verdict.is,
    because: verdict.because,
    checks: checks.map(({ is, says }) => ({ is, says })),
    evidence: verdict.evidence.map(
      (each): EvidenceReport =>
        'object' in each
          ? { object: each.object, field: each.field, value: each.value, at: each.at, sha256: each.sha256 }
          : { path: each.path, lines: [each.lines[0], each.lines[1]], quote: each.quote, sha256: each.sha256 },
    ),
  };
}

function findingReport({ rule, severity, at, args, accepted }: Finding, wordingOfRule: WordingOf): FindingReport {
  const wording = wordingOfRule(rule);
  if (!wording) throw new Error(`no wording for the rule ${rule}`);
  const { line, column } = at.source.position(at.start);
  return {
    rule,
    severity,
    path: at.source.path,
    line,
    column,
    message: sentence(wording.says, args),
    fix: sentence(wording.fix, args),
    ...(accepted === undefined ? {} : { accepted }),
  };
}

const problemReport = ({ path, line, problem }: FileProblem): ProblemReport => ({
  path,
  ...(line === undefined ? {} : { line }),
  code: problem.code,
  message: problem.message,
  hint: problem.hint,
});
