import type { Proof, ProvenVerdict } from '../cluster/proof.ts';
import { codeSpan, markdownText } from './markdown-text.ts';
import { changesOf, outcomeTail, placeOfCause, stateOf } from './proof-text.ts';

const OUTCOME = { proven: 'PROVEN', refuted: 'REFUTED', unproven: 'NOT PROVEN' } as const;
const WORDS: Readonly<Record<ProvenVerdict['is'], string>> = {
  met: 'VERIFIED (runtime)',
  partial: 'PARTIAL',
  unmet: 'REFUTED (runtime)',
  unproven: 'NOT VERIFIED (runtime)',
  'not-run': 'NOT RUN',
  failed: 'NOT VERIFIED (could not look)',
};

/** A proof as Markdown: for a pull request or a story's folder. */
export function proofMarkdown(proof: Proof): string {
  const lines = [
    '# Runtime proof',
    '',
    `**${OUTCOME[proof.outcome]}**${markdownText(outcomeTail(proof))}`,
    '',
    `Cluster ${codeSpan(proof.cluster.context)}, Kubernetes ${proof.cluster.version}, ${proof.startedAt}; manifests ${stateOf(proof)}.`,
    '',
  ];
  if (proof.causes.length > 0) {
    lines.push('## Causes', '');
    for (const cause of proof.causes) {
      lines.push(`### ${markdownText(cause.says)}`, '', `${codeSpan(placeOfCause(cause))} (${cause.id}): ${markdownText(cause.fix)}`, '');
      if (cause.also.length > 0) lines.push(`The same in ${cause.also.map(codeSpan).join(', ')}.`, '');
      if (cause.breaks.length > 0) lines.push(`Not ready because of it: ${cause.breaks.map(codeSpan).join(', ')}.`, '');
      for (const { object, field, value, at } of cause.evidence) lines.push(`- ${codeSpan(`${object} ${field}`)} ${codeSpan(value.slice(0, 300))} at ${at}`);
      lines.push('');
    }
  }
  lines.push('## Objects', '', '| Object | Verdict | Because |', '| -- | -- | -- |');
  for (const { object, verdict } of proof.objects) lines.push(row(codeSpan(object), WORDS[verdict.is], markdownText(verdict.because)));
  lines.push('');
  if (proof.checks.length > 0) {
    lines.push('## Checks', '', '| Check | Verdict | Because |', '| -- | -- | -- |');
    for (const { check, verdict } of proof.checks) lines.push(row(markdownText(check.says), WORDS[verdict.is], markdownText(verdict.because)));
    lines.push('');
  }
  lines.push('## Guards', '', '| Guard | Held | Because |', '| -- | -- | -- |');
  for (const { guard, held, because } of proof.guards) lines.push(row(guard, held === null ? 'not known' : held ? 'yes' : 'no', markdownText(because)));
  lines.push('', '## Images that ran', '');
  for (const { image, digest, containers } of proof.images) lines.push(`- ${codeSpan(image)} ${codeSpan(digest)} in ${containers.map(codeSpan).join(', ')}`);
  lines.push('', '## Manifests', '');
  for (const [path, sha256] of Object.entries(proof.files)) lines.push(`- ${codeSpan(path)}, SHA-256 ${sha256}`);
  const [heading, ...changes] = changesOf(proof);
  if (heading) lines.push('', `## ${heading}`, '', ...changes.map((change) => `- ${markdownText(change)}`));
  if (proof.leftBehind.length > 0) {
    lines.push('', '## Left behind', '');
    for (const { object, because, remove } of proof.leftBehind) lines.push(`- ${codeSpan(object)}: ${markdownText(because)}; ${codeSpan(remove)}`);
  }
  return `${lines.join('\n')}\n`;
}

// A pipe ends a cell, inside code spans too.
const row = (...cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
