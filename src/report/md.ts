import { securityRules } from '../rules/find.ts';
import { saying, where } from './cite.ts';
import { counted } from './counted.ts';
import type { Format } from './formats.ts';
import { codeSpan, markdownText } from './markdown-text.ts';
import type { ActionItem, ClaimReport, EvidenceReport, FindingReport, LintReport, ReviewReport } from './schema.ts';
import { findingCounts, isClaimed, outcomeSentence, status } from './status.ts';

/** The Senior Developer Review, with the headings, tables and words that teams know from it. */
export const md: Format = {
  review: (report) =>
    document([
      `# Senior Developer Review Report — ${storyTitle(report.story.title)}`,
      `Reviewer: ${report.reviewer}\nStory: ${report.story.paths.map(markdownText).join(', ')}\nCommit: ${commitOf(report)}\nOutcome: ${report.outcome}`,
      ...summary(report),
      ...keyFindings(report),
      ...criteriaCoverage(report.claims),
      ...taskValidation(report.claims),
      ...testCoverage(report),
      ...runtimeProof(report),
      '## Architectural Alignment',
      '- Not assessed: the files are compared with the story and the rules, not with an architecture document.',
      ...securityNotes(report),
      ...actions(report.actionItems),
      ...filesCited(report),
    ]),
  lint: (report) =>
    document(['# Lint Report', `Reviewer: ${report.reviewer}\nCommit: ${commitOf(report)}`, ...keyFindings(report), ...unread(report), ...filesCited(report)]),
};

const document = (blocks: readonly string[]): string => `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
/** A pipe ends a cell, in a code span too, unless a backslash stands before it; and a backslash of the text would undo that one. */
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '--'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('\\|', '\\ |').replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** `Story 1.6: Create manifests` as `Story 1.6 (Create manifests)`. */
function storyTitle(title: string): string {
  const colon = title.indexOf(':');
  if (!/^story /i.test(title) || colon < 0) return markdownText(title);
  return `${markdownText(title.slice(0, colon))} (${markdownText(title.slice(colon + 1))})`;
}

function commitOf({ commit, dirty }: Pick<LintReport, 'commit' | 'dirty'>): string {
  if (commit === null) return 'none; the files were read as they are';
  return dirty ? `${commit}, with uncommitted changes` : commit;
}

// --- summary and findings ---

function summary(report: ReviewReport): string[] {
  const criteria = report.claims.filter(({ kind }) => kind === 'criterion');
  const tasks = report.claims.filter((claim) => claim.kind === 'task' && isClaimed(claim));
  const subtasks = report.claims.filter((claim) => claim.kind === 'subtask' && isClaimed(claim));
  const accepted = report.findings.filter((finding) => finding.accepted !== undefined).length;
  const sentences = [
    criteria.length > 0 ? `${met(criteria)} of ${counted(criteria.length, 'acceptance criterion', 'acceptance criteria')} implemented.` : '',
    tasks.length > 0
      ? `${met(tasks)} of ${counted(tasks.length, 'task')} and ${met(subtasks)} of ${counted(subtasks.length, 'sub-task')} verified complete.`
      : '',
    `Findings: ${findingCounts(report.findings)}${accepted > 0 ? `; ${accepted} accepted` : ''}.`,
    `${outcomeSentence(report)}.`,
  ];
  return ['## Summary', sentences.filter((sentence) => sentence !== '').join(' ')];
}

const met = (claims: readonly ClaimReport[]): number => claims.filter(({ verdict }) => verdict === 'met').length;

function keyFindings({ findings }: Pick<ReviewReport, 'findings'>): string[] {
  if (findings.length === 0) return ['## Key Findings', '- None.'];
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const accepted = findings.filter(({ accepted }) => accepted !== undefined);
  const groups = [
    ...(['high', 'medium', 'low'] as const).map(
      (severity) => [`### ${NAMES[severity]} Severity`, open.filter((finding) => finding.severity === severity)] as const,
    ),
    ['### Accepted', accepted] as const,
  ];
  return ['## Key Findings', ...groups.filter(([, group]) => group.length > 0).flatMap(([heading, group]) => [heading, bullets(group.map(findingLine))])];
}

const NAMES = { high: 'High', medium: 'Medium', low: 'Low' } as const;

const findingLine = ({ message, path, line, rule, accepted }: FindingReport): string =>
  `${markdownText(message)} — ${markdownText(`${path}:${line}`)} (${markdownText(rule)})${accepted === undefined ? '' : `; accepted: ${markdownText(accepted)}`}`;

// --- criteria and tasks ---

function criteriaCoverage(claims: readonly ClaimReport[]): string[] {
  const criteria = claims.filter(({ kind }) => kind === 'criterion');
  if (criteria.length === 0) return ['## Acceptance Criteria Coverage', '- The story has no acceptance criteria.'];
  const rows = criteria.map((claim) => [markdownText(claim.id.replace(/^AC/, '')), markdownText(claim.text), status(claim), evidenceCell(claim)]);
  return [
    '## Acceptance Criteria Coverage',
    bullets([[`${met(criteria)}/${criteria.length} ACs implemented`, ...others(criteria, CRITERIA_WORDS)].join('; ')]),
    table(['AC', 'Description', 'Status', 'Evidence'], rows),
  ];
}

function taskValidation(claims: readonly ClaimReport[]): string[] {
  const [tasks, followUps, subtasks] = (['task', 'follow-up', 'subtask'] as const).map((kind) => claims.filter((claim) => claim.kind === kind)) as [
    ClaimReport[],
    ClaimReport[],
    ClaimReport[],
  ];
  if (tasks.length + followUps.length + subtasks.length === 0) return ['## Task Completion Validation', '- The story has no tasks.'];
  return [
    '## Task Completion Validation',
    ...(tasks.length > 0 ? [bullets([taskTally(tasks)]), taskTable(tasks)] : []),
    ...(followUps.length > 0 ? [bullets([`Review follow-ups: ${taskTally(followUps)}`]), taskTable(followUps)] : []),
    ...(subtasks.length > 0 ? [`<details>\n<summary>Sub-tasks: ${taskTally(subtasks, false)}</summary>`, taskTable(subtasks), '</details>'] : []),
  ];
}

function taskTally(tasks: readonly ClaimReport[], named = true): string {
  const claimed = tasks.filter(isClaimed);
  const open = tasks.length - claimed.length;
  return [`${met(claimed)}/${claimed.length} verified complete`, ...(named ? others(claimed, TASK_WORDS) : []), ...(open > 0 ? [`${open} open`] : [])].join(
    '; ',
  );
}

const taskTable = (tasks: readonly ClaimReport[]): string =>
  table(
    ['Task', 'Marked As', 'Verified As', 'Evidence'],
    tasks.map((claim) => [
      `${markdownText(claim.id.replace(/^T/, ''))}: ${markdownText(claim.text.replace(/^task [0-9.]+: */i, ''))}`,
      claim.ticked === null ? '' : claim.ticked ? '[x]' : '[ ]',
      status(claim),
      evidenceCell(claim),
    ]),
  );

const CRITERIA_WORDS = { partial: 'partial', unmet: 'missing' };
const TASK_WORDS = { partial: 'questionable', unmet: 'not done' };

/** What is not met, by kind and id: `AC3 partial`, `AC7, AC8 require runtime validation on a cluster`. */
function others(claims: readonly ClaimReport[], words: { partial: string; unmet: string }): string[] {
  const said = {
    partial: () => words.partial,
    unmet: () => words.unmet,
    'not-run': (count: number) => `${count === 1 ? 'requires' : 'require'} runtime validation on a cluster`,
    unproven: () => 'not decided by what the files say',
    failed: () => 'not looked at, because a file could not be read',
  };
  return Object.entries(said).flatMap(([verdict, sentence]) => {
    const ids = claims.filter((claim) => claim.verdict === verdict).map(({ id }) => id);
    return ids.length > 0 ? [`${idList(ids)} ${sentence(ids.length)}`] : [];
  });
}

const idList = (ids: readonly string[]): string =>
  ids.length > 12 ? `${ids.slice(0, 12).map(markdownText).join(', ')} and ${ids.length - 12} more` : ids.map(markdownText).join(', ');

const CITED = 3;

function evidenceCell({ verdict, because, evidence }: ClaimReport): string {
  const cited = evidence.slice(0, CITED).map(cite).join('; ');
  const more = evidence.length > CITED ? ` and ${evidence.length - CITED} more` : '';
  const reason = verdict === 'met' ? '' : markdownText(because);
  return [reason, cited + more].filter((part) => part !== '').join(' — ');
}

const cite = (evidence: EvidenceReport): string => `${markdownText(where(evidence))} ${codeSpan(saying(evidence, 60))}`.trim();

// --- what was not looked at ---

function testCoverage(report: ReviewReport): string[] {
  const undecided = (verdict: ClaimReport['verdict']) =>
    report.claims.filter(
      (claim) => claim.verdict === verdict && isClaimed(claim) && !report.claims.some((child) => child.parent === claim.id && child.verdict === verdict),
    );
  const gaps = (
    [
      ['not-run', 'Not run here, because it needs a cluster or a run'],
      ['unproven', 'Not decided by what the files say'],
      ['failed', 'Not looked at, because a file could not be read'],
    ] as const
  ).flatMap(([verdict, words]) => {
    const ids = undecided(verdict).map(({ id }) => id);
    return ids.length > 0 ? [`${words}: ${idList(ids)}.`] : [];
  });
  return ['## Test Coverage and Gaps', bullets(gaps.length > 0 ? gaps : ['Every claim was decided.']), ...unread(report)];
}

const unread = ({ problems }: Pick<LintReport, 'problems'>): string[] =>
  problems.length === 0
    ? []
    : ['### Files Not Read', bullets(problems.map(({ code, message, hint }) => `${code}: ${markdownText(message)}. ${markdownText(hint)}`))];

// --- security ---

/** What the security rules found, and which of them looked and found nothing: silence would not tell the two apart. */
function securityNotes({ findings, problems }: Pick<ReviewReport, 'findings' | 'problems'>): string[] {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const byRule = (those: readonly FindingReport[]) =>
    securityRules.flatMap((id) => {
      const found = those.filter(({ rule }) => rule === id).length;
      return found === 0 ? [] : [`${id} (${found})`];
    });
  const quiet = securityRules.filter((id) => !findings.some(({ rule }) => rule === id));
  const [found, accepted] = [byRule(open), byRule(findings.filter((finding) => finding.accepted !== undefined))];
  return [
    '## Security Notes',
    bullets([
      ...(found.length > 0 ? [`Findings above, by rule: ${found.join(', ')}.`] : []),
      ...(accepted.length > 0 ? [`Accepted with a reason: ${accepted.join(', ')}.`] : []),
      ...(quiet.length > 0 ? [`${quiet.length} of ${securityRules.length} security rules found nothing in the files: ${quiet.join(', ')}.`] : []),
      ...(problems.length > 0 ? ['Files that could not be read were not looked at.'] : []),
      'Images, dependencies and the program itself were not assessed.',
    ]),
  ];
}

// --- action items ---

function actions(items: readonly ActionItem[]): string[] {
  const changes = items.filter(({ kind, severity }) => kind === 'repair' || (kind === 'fix' && severity !== 'low'));
  const notes = items.filter(({ kind, severity }) => kind === 'fix' && severity === 'low').map((item) => `Note: ${actionLine(item)}`);
  const prove = claimsOf(items, 'prove');
  const run = claimsOf(items, 'run');
  if (prove.length > 0) notes.push(`Note: State in the story what would show ${idList(prove)} (ai-agents explain prints what to paste)`);
  if (run.length > 0) notes.push(`Note: Confirm on a cluster: ${idList(run)}`);
  return [
    '## Action Items',
    ...(changes.length > 0 ? ['### Code Changes Required', changes.map((item) => `- [ ] [${SHORT[item.severity]}] ${actionLine(item)}`).join('\n')] : []),
    ...(notes.length > 0 ? ['### Advisory Notes', bullets(notes)] : []),
    ...(changes.length + notes.length === 0 ? ['- None.'] : []),
  ];
}

const SHORT = { high: 'High', medium: 'Med', low: 'Low' } as const;
const actionLine = ({ text, path, line }: ActionItem): string => `${markdownText(text)} [file: ${markdownText(`${path}:${line}`)}]`;
const claimsOf = (items: readonly ActionItem[], kind: ActionItem['kind']): string[] =>
  items.flatMap((item) => (item.kind === kind && item.claim ? [item.claim] : []));

function runtimeProof({ proof }: ReviewReport): string[] {
  if (!proof) return [];
  const { outcome, cluster, startedAt, images, files } = proof;
  const sentence = `${PROOF_OUTCOME[outcome]} on Kubernetes ${markdownText(cluster.version)}, context ${codeSpan(cluster.context)}, at ${startedAt}, with ${counted(files.length, 'manifest file')} of commit ${commitOf(proof)}.`;
  if (images.length === 0) return ['## Runtime Proof', `${sentence} No container ran.`];
  const rows = images.map(({ image, digest, containers }) => [codeSpan(image), codeSpan(digest), containers.map(codeSpan).join(', ')]);
  return ['## Runtime Proof', sentence, table(['Image that ran', 'Digest', 'In'], rows)];
}

const PROOF_OUTCOME = { proven: 'Proven', refuted: 'Refuted', unproven: 'Not proven' } as const;

function filesCited({ files }: Pick<LintReport, 'files'>): string[] {
  if (files.length === 0) return [];
  const rows = files.map(({ path, sha256 }) => [markdownText(path), sha256]);
  return [`<details>\n<summary>${counted(files.length, 'file')} cited, as SHA-256</summary>`, table(['File', 'SHA-256'], rows), '</details>'];
}
