import type { JudgedClaim } from '../review/review.ts';
import { annotationFor } from './annotation.ts';
import { where } from './cite.ts';
import type { Look } from './formats.ts';
import { painter } from './paint.ts';
import type { ClaimReport, EvidenceReport } from './schema.ts';
import { status } from './status.ts';
import { visible, visibleLine } from './visible.ts';
import type { Wording } from './wording.ts';

/** Why a claim got its verdict, for a person: how its words were understood, what was asked, what was seen, and what is missing. */
export function explainClaim(judged: JudgedClaim, report: ClaimReport, look: Look): string {
  const { claim, checks, verdict, resolutions } = judged;
  const paint = painter(look);
  const part = (title: string, lines: readonly string[]) => (lines.length > 0 ? [[paint('bold', title), ...lines.map((line) => `  ${line}`)].join('\n')] : []);
  const annotation = annotationFor(judged);
  return `${[
    `${paint('bold', visibleLine(claim.id))} ${visibleLine(claim.text)}\n${paint('dim', `${visibleLine(report.path)}:${report.line}`)}`,
    `${paint('bold', status(report))}: ${visibleLine(verdict.because)}`,
    ...part('Words resolved to', Array.from(new Set(resolutions.map(resolutionLine)), visibleLine)),
    ...part('Read as', checks.length > 0 ? checks.map(({ says }) => visibleLine(says)) : ['nothing that can be checked']),
    ...part('Evidence', evidenceLines(report.evidence)),
    ...(verdict.is === 'failed'
      ? part('Could not look', [`${verdict.problem.code}: ${visibleLine(verdict.problem.message)}`, visibleLine(verdict.problem.hint)])
      : []),
    ...part(
      'To say for certain what must hold, paste this under the claim, keep the objects that are meant, and fill it in',
      annotation?.split('\n').map(visible) ?? [],
    ),
  ].join('\n\n')}\n`;
}

/** `"Celery workers": Deployment/worker (by name); not Deployment/api, StatefulSet/redis`. */
function resolutionLine({ kinds, words, by, found, others }: JudgedClaim['resolutions'][number]): string {
  const asked = words.length > 0 ? listed(words.map((word) => `"${word}"`)) : kinds.join(' or ');
  return `${asked}: ${listed(found.map(named)) || `no ${kinds.join(' or ')}`} (by ${by})${others.length > 0 ? `; not ${listed(others.map(named))}` : ''}`;
}

const named = ({ kind, name }: { readonly kind: string; readonly name: string }): string => `${kind}/${name}`;

/** Of many the first ones, and how many more. */
function listed(items: readonly string[]): string {
  const distinct = Array.from(new Set(items));
  return distinct.length > 6 ? `${distinct.slice(0, 5).join(', ')} and ${distinct.length - 5} more` : distinct.join(', ');
}

/** The quotes file by file with the numbers of their lines, as an editor shows them, and what a cluster answered. */
function evidenceLines(all: readonly EvidenceReport[]): string[] {
  const files = new Map<string, Map<number, string>>();
  for (const evidence of all) {
    if ('object' in evidence) continue;
    const lines = files.get(evidence.path) ?? new Map<number, string>();
    files.set(evidence.path, lines);
    for (const [at, line] of evidence.quote.split('\n').entries()) lines.set(evidence.lines[0] + at, line.replace(/\r$/, ''));
  }
  const quoted = Array.from(files).flatMap(([path, lines]) => {
    const numbered = Array.from(lines).sort(([one], [other]) => one - other);
    const width = String(numbered.at(-1)?.[0]).length;
    return [visibleLine(path), ...numbered.map(([number, line]) => `  ${String(number).padStart(width)}  ${visible(line)}`)];
  });
  const answered = all.flatMap((evidence) =>
    'object' in evidence ? [`${visibleLine(where(evidence))} was ${visibleLine(evidence.value)} at ${evidence.at}`] : [],
  );
  return [...quoted, ...answered];
}

/** What a rule is for. */
export function explainRule({ id, severity, says, because, fix }: Wording, look: Look): string {
  const paint = painter(look);
  return `${[`${paint('bold', id)} (${severity})`, shown(says), because, `Fix: ${shown(fix)}`, `Accept one place with a comment above it: # ai-agents: allow ${id} <reason>`].join('\n\n')}\n`;
}

/** A template with `<container>` where a finding has a name. */
const shown = (template: string): string => template.replace(/\{(\w+)\}/g, '<$1>');
