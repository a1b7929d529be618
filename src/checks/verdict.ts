import type { Place } from '../checkout/source.ts';
import type { Problem } from '../errors.ts';

/** A piece of a file that a program looked at: quoted first, located by its content, re-read before it is shown. */
export interface FileEvidence {
  readonly path: string;
  /** 1-based, inclusive */
  readonly lines: readonly [from: number, to: number];
  readonly quote: string;
  /** of the whole file the quote is from */
  readonly sha256: string;
}

/** What a cluster answered. */
export interface RuntimeEvidence {
  /** e.g. `Deployment/api` */
  readonly object: string;
  /** e.g. `status.readyReplicas` */
  readonly field: string;
  readonly value: string;
  /** RFC 3339 */
  readonly at: string;
  /** SHA-256 over the four other fields */
  readonly sha256: string;
}

export type Evidence = FileEvidence | RuntimeEvidence;
export type SomeEvidence = readonly [Evidence, ...Evidence[]];

/** `because` is one sentence, always: what was compared with what. */
export type Verdict =
  | { readonly is: 'met' | 'partial' | 'unmet'; readonly because: string; readonly evidence: SomeEvidence }
  | { readonly is: 'unproven'; readonly because: string; readonly evidence: readonly Evidence[] } // we looked, and what we saw does not decide it
  | { readonly is: 'not-run'; readonly because: string; readonly evidence: readonly Evidence[] } // only a cluster or a run could tell, and none was given
  | { readonly is: 'failed'; readonly because: string; readonly problem: Problem; readonly evidence: readonly Evidence[] }; // we could not look

export const isFileEvidence = (evidence: Evidence): evidence is FileEvidence => 'path' in evidence;

/** The evidence that a place gives: whole lines, at most six of them (the first ones say what it is). */
export function quote({ source, start, end }: Place): FileEvidence {
  const from = source.position(start).line;
  const last = source.position(Math.max(start, end - 1)).line;
  const to = Math.min(last, from + 5);
  return { path: source.path, lines: [from, to], quote: source.lines(from, to), sha256: source.sha256 };
}
