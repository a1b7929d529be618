import type { Place } from '../checkout/source.ts';
import type { FileProblem } from '../errors.ts';

export type Dialect = 'bmad' | 'checklist' | 'criteria';

/** What a team says it did, as claims. */
export interface Story {
  readonly paths: readonly string[];
  readonly title: string;
  readonly dialect: Dialect;
  readonly claims: readonly Claim[];
  /** named files that make no claim */
  readonly problems: readonly FileProblem[];
}

export interface Claim {
  /** as the story numbers it: AC1, T2, T2.3, F1.2 (second follow-up of the first review round) */
  readonly id: string;
  readonly kind: 'criterion' | 'task' | 'subtask' | 'follow-up';
  /** its own words with Markdown marks removed; of a Given/When/Then all parts */
  readonly text: string;
  /** the same with Markdown marks: backticks tell what is code */
  readonly markdown: string;
  readonly place: Place;
  /** null where there is no box */
  readonly ticked: boolean | null;
  readonly parent: string | undefined;
  /** what the author says must hold, in fenced `yaml assert` and `yaml error` blocks: it overrides the grammar */
  readonly assertions: readonly Assertion[];
}

export interface Assertion {
  readonly says: 'assert' | 'error';
  readonly yaml: string;
  readonly place: Place;
}
