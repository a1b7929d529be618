import type { JudgedClaim } from '../review/review.ts';
import type { Rule } from '../rules/rule.ts';
import { where } from './cite.ts';
import type { Look } from './formats.ts';
import { painter } from './paint.ts';
import type { ClaimReport, EvidenceReport } from './schema.ts';
import { status } from './status.ts';
import { visible, visibleLine } from './visible.ts';

/** How the words of a claim were understood. */
export interface Reading {
  /** what it speaks about, such as `Deployment/api in k8s/api.yaml` */
  readonly subject?: string;
  /** what the subject was resolved against */
  readonly candidates: readonly string[];
  readonly notes: readonly string[];
  /** a block to paste under the claim, so that it says for certain what must hold */
  readonly annotation?: string;
}

/** Why a claim got its verdict, for a person. */
export function explainClaim({ claim, checks, verdict, reading }: JudgedClaim & { readonly reading?: Reading }, report: ClaimReport, look: Look): string {
  const paint = painter(look);
  const part = (title: string, lines: readonly string[]) => (lines.length > 0 ? [[paint('bold', title), ...lines.map((line) => `  ${line}`)].join('\n')] : []);
  return `${[
    `${paint('bold', visibleLine(claim.id))} ${visibleLine(claim.text)}\n${paint('dim', `${visibleLine(report.path)}:${report.line}`)}`,
    `${paint('bold', status(report))}: ${visibleLine(verdict.because)}`,
    ...part('About', reading?.subject === undefined ? [] : [visibleLine(reading.subject)]),
    ...part('Could have been', reading?.subject === undefined || reading.candidates.length > 1 ? (reading?.candidates ?? []).map(visibleLine) : []),
    ...part('Read as', checks.length > 0 ? checks.map(({ says }) => visibleLine(says)) : ['nothing that can be checked']),
    ...part('Notes', (reading?.notes ?? []).map(visibleLine)),
    ...part('Evidence', report.evidence.flatMap(evidenceLines)),
    ...(verdict.is === 'failed'
      ? part('Could not look', [`${verdict.problem.code}: ${visibleLine(verdict.problem.message)}`, visibleLine(verdict.problem.hint)])
      : []),
    ...(verdict.is === 'not-run' ? part('What would tell', ['A cluster or a run: ai-agents verify']) : []),
    ...(reading?.annotation !== undefined && verdict.is !== 'met'
      ? part('To say for certain what must hold, paste this under the claim', visible(reading.annotation).trimEnd().split('\n'))
      : []),
  ].join('\n\n')}\n`;
}

/** The quote with its line numbers, as an editor shows it. */
function evidenceLines(evidence: EvidenceReport): string[] {
  if ('object' in evidence) return [`${visibleLine(where(evidence))} was ${visibleLine(evidence.value)} at ${evidence.at}`];
  const [first, last] = evidence.lines;
  const width = String(last).length;
  return [
    visibleLine(evidence.path),
    ...evidence.quote.split('\n').map((line, at) => `  ${String(first + at).padStart(width)}  ${visible(line.replace(/\r$/, ''))}`),
  ];
}

/** What a rule is for. */
export function explainRule({ id, severity, says, because, fix }: Pick<Rule, 'id' | 'severity' | 'says' | 'because' | 'fix'>, look: Look): string {
  const paint = painter(look);
  return `${[`${paint('bold', id)} (${severity})`, says, because, `Fix: ${fix}`, `Accept one place with a comment above it: # ai-agents: allow ${id} <reason>`].join('\n\n')}\n`;
}
