import type { EvidenceReport } from './schema.ts';
import { visibleLine } from './visible.ts';

/** Where a piece of evidence is: `k8s/api.yaml:3-5`, or the field of a live object. */
export const where = (evidence: EvidenceReport): string =>
  'object' in evidence
    ? `${evidence.object} ${evidence.field}`
    : `${evidence.path}:${evidence.lines[0]}${evidence.lines[1] > evidence.lines[0] ? `-${evidence.lines[1]}` : ''}`;

/** What it says, on one line of at most `length` characters. */
export const saying = (evidence: EvidenceReport, length: number): string =>
  'object' in evidence ? shorten(`${evidence.value} (${evidence.at})`, length) : shorten(evidence.quote, length);

/** Text on one line, its end left out when it is longer than `length` characters. */
export function shorten(text: string, length: number): string {
  // Twice: the first cut keeps a line of megabytes from being walked through.
  const characters = Array.from(visibleLine(text.slice(0, length * 20)));
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}
