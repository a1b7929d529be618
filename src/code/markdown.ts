import type { Place, Source } from '../checkout/source.ts';

export interface MarkdownDocument {
  readonly source: Source;
  readonly sections: readonly Section[];
}
export interface Section {
  readonly title: string;
  /** 1 to 6; 0 for what stands before the first heading */
  readonly level: number;
  /** the heading */
  readonly place: Place;
  /** from the heading to the next heading of the same or a higher level */
  readonly whole: Place;
}

export function parseMarkdown(source: Source): MarkdownDocument {
  return { source, sections: [] };
}
