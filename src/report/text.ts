import { saying, where } from './cite.ts';
import { counted } from './counted.ts';
import type { Format } from './formats.ts';
import { type Paint, painter } from './paint.ts';
import type { ClaimReport, FindingReport, LintReport, ProblemReport, ReviewReport } from './schema.ts';
import { findingCounts, isClaimed, outcomeSentence, status } from './status.ts';
import { visibleLine } from './visible.ts';

/** For people at a terminal, and for `grep`: one thing a line, what needs no attention left out. */
export const text: Format = {
  review(report, look) {
    const paint = painter(look);
    const { story, claims } = report;
    const criteria = claims.filter(({ kind }) => kind === 'criterion');
    const tasks = claims.filter(({ kind }) => kind !== 'criterion');
    return blocks([
      [paint('bold', visibleLine(story.title)), paint('dim', `${story.paths.map(visibleLine).join(', ')} ${at(report)}`)],
      criteria.length === 0
        ? []
        : [heading('Acceptance criteria', tally(criteria, 'implemented'), paint), ...criteria.flatMap((claim) => claimLines(claim, paint))],
      tasks.length === 0 ? [] : [heading('Tasks', taskTally(tasks), paint), ...tasks.filter(isShown).flatMap((claim) => claimLines(claim, paint))],
      ...findingBlocks(report, paint),
      proofLines(report, paint),
      fileLines(report, paint),
      [paint(OUTCOME_STYLE[report.outcome], outcomeSentence(report))],
    ]);
  },
  lint(report, look) {
    const paint = painter(look);
    return blocks([...findingBlocks(report, paint), fileLines(report, paint), [paint('bold', `Findings: ${findingCounts(report.findings)}, ${at(report)}`)]]);
  },
};

const OUTCOME_STYLE = { APPROVE: ['bold', 'green'], 'CHANGES REQUESTED': ['bold', 'yellow'], BLOCKED: ['bold', 'red'] } as const;
const VERDICT_STYLE = { met: 'green', partial: 'yellow', unmet: 'red', unproven: 'cyan', 'not-run': 'cyan', failed: 'magenta' } as const;
const SEVERITY_STYLE = { high: 'red', medium: 'yellow', low: 'cyan' } as const;

const blocks = (all: readonly (readonly string[])[]): string =>
  `${all
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

const heading = (title: string, tally: string, paint: Paint) => `${paint('bold', title)}  ${paint('dim', tally)}`;

/** Which state of the repository was looked at. */
function at({ commit, dirty }: Pick<LintReport, 'commit' | 'dirty'>): string {
  if (commit === null) return 'without a commit';
  return `at ${commit.slice(0, 12)}${dirty ? ', with uncommitted changes' : ''}`;
}

function tally(claims: readonly ClaimReport[], done: string): string {
  const claimed = claims.filter(isClaimed);
  const open = claims.length - claimed.length;
  return `${claimed.filter(({ verdict }) => verdict === 'met').length} of ${claimed.length} ${done}${open > 0 ? `, ${open} open` : ''}`;
}

function taskTally(claims: readonly ClaimReport[]): string {
  const kinds = { task: '', 'follow-up': 'follow-ups: ', subtask: 'sub-tasks: ' };
  return Object.entries(kinds)
    .map(([kind, prefix]) => ({ prefix, group: claims.filter((claim) => claim.kind === kind) }))
    .filter(({ group }) => group.length > 0)
    .map(({ prefix, group }) => prefix + tally(group, 'verified complete'))
    .join('; ');
}

/** Each task, and of its sub-tasks those that somebody should look at: an open one only when it is done. */
const isShown = ({ kind, ticked, verdict }: ClaimReport): boolean => kind === 'task' || (ticked === false ? verdict === 'met' : verdict !== 'met');

const ID_WIDTH = 6;
const STATUS_WIDTH = 'NOT VERIFIED (unreadable)'.length;
const INDENT = ' '.repeat(2 + ID_WIDTH + 4 + STATUS_WIDTH + 2);

function claimLines(claim: ClaimReport, paint: Paint): string[] {
  const box = claim.ticked === null ? '   ' : claim.ticked ? '[x]' : '[ ]';
  const word = paint(VERDICT_STYLE[claim.verdict], status(claim).padEnd(STATUS_WIDTH));
  const isLater = claim.ticked === false && claim.verdict !== 'met'; // nobody says that it is done
  const line = `  ${visibleLine(claim.id).padEnd(ID_WIDTH)}${box} ${word}  ${visibleLine(claim.text)}`;
  if (isLater) return [line];
  const because = claim.verdict === 'met' ? [] : [`${INDENT}${visibleLine(claim.because)}`];
  const shown = claim.verdict === 'met' ? claim.evidence.slice(0, 1) : claim.evidence.slice(0, 3);
  const more =
    claim.verdict !== 'met' && claim.evidence.length > shown.length ? [`${INDENT}${paint('dim', `and ${claim.evidence.length - shown.length} more`)}`] : [];
  return [line, ...because, ...shown.map((evidence) => `${INDENT}${paint('dim', `${visibleLine(where(evidence))}  ${saying(evidence, 80)}`)}`), ...more];
}

function findingBlocks({ findings, problems }: Pick<ReviewReport, 'findings' | 'problems'>, paint: Paint): string[][] {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const accepted = findings.filter(({ accepted }) => accepted !== undefined);
  return [
    open.length === 0 ? [] : [heading('Findings', findingCounts(findings), paint), ...open.flatMap((finding) => findingLines(finding, paint))],
    accepted.length === 0 ? [] : [heading('Accepted', String(accepted.length), paint), ...accepted.flatMap((finding) => findingLines(finding, paint))],
    problems.length === 0 ? [] : [heading('Not read', counted(problems.length, 'file'), paint), ...problems.flatMap((problem) => problemLines(problem, paint))],
  ];
}

function findingLines({ severity, path, line, column, message, fix, rule, accepted }: FindingReport, paint: Paint): string[] {
  const word = paint(accepted === undefined ? SEVERITY_STYLE[severity] : 'dim', severity.padEnd(6));
  const then = accepted === undefined ? visibleLine(fix) : `accepted: ${visibleLine(accepted)}`;
  return [`  ${word}  ${visibleLine(path)}:${line}:${column}  ${visibleLine(message)} ${paint('dim', visibleLine(rule))}`, `          ${paint('dim', then)}`];
}

function problemLines({ path, line, code, message, hint }: ProblemReport, paint: Paint): string[] {
  const place = line === undefined ? visibleLine(path) : `${visibleLine(path)}:${line}`;
  return [`  ${place}  ${paint('magenta', code)}: ${visibleLine(message)}`, `          ${paint('dim', visibleLine(hint))}`];
}

const PROOF_OUTCOME = { proven: 'proven', refuted: 'refuted', unproven: 'not proven' } as const;

function proofLines({ proof }: ReviewReport, paint: Paint): string[] {
  if (!proof) return [];
  const { outcome, cluster, images } = proof;
  return [
    heading('Runtime proof', `${PROOF_OUTCOME[outcome]} on ${visibleLine(cluster.context)}, Kubernetes ${visibleLine(cluster.version)}`, paint),
    ...images.map(({ image, digest }) => `  ${visibleLine(image)}  ${paint('dim', visibleLine(digest))}`),
  ];
}

/** Twelve digits are enough to see that a file is another one; the JSON has all of them. */
const fileLines = ({ files }: Pick<LintReport, 'files'>, paint: Paint): string[] =>
  files.length === 0
    ? []
    : [heading('Files cited', 'SHA-256', paint), ...files.map(({ path, sha256 }) => `  ${paint('dim', sha256.slice(0, 12))}  ${visibleLine(path)}`)];
