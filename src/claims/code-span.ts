import type { Context } from './context.ts';
import type { Sentence } from './sentence.ts';

/** A stretch of a sentence that its author marked as code with backticks. */
export interface CodeSpan {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The sentence's code spans in their order. */
export function codeIn(sentence: Sentence, { claim }: Context): CodeSpan[] {
  const found: CodeSpan[] = [];
  let from = 0;
  for (const [, code] of claim.markdown.matchAll(/`([^`\n]+)`/g)) {
    const text = code!.trim();
    const start = text === '' ? -1 : sentence.text.indexOf(text, from);
    if (start < 0) continue;
    found.push({ start, end: start + text.length, text });
    from = start + text.length;
  }
  return found;
}
