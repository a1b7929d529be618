import type { Check, Term } from '../../checks/check.ts';
import { wordsOf } from '../../checks/words.ts';
import type { Artefact } from '../artefact.ts';
import { codeIn } from '../code-span.ts';
import type { Context } from '../context.ts';
import type { Sentence } from '../sentence.ts';

const HEAD =
  /^(?:(?:add|write|create|implement|include)\w*\s+)?(?:an?\s+|the\s+)?(?:(?:unit|integration|e2e|end-to-end|regression|smoke|component|contract|new|baseline|comprehensive|backend|frontend|api)(?:\s+and\s+\w+)?[\s-]+)*tests?(?:\s+(?:cases?|suites?|files?|coverage))?\b(?!\s+(?:scripts?|data|environments?|plans?|users?|clusters?|namespaces?|pods?|databases?|runs?))\s*(?:(?:in|to)\s+(?=[\w./-]*[/.]))?/i;
const VERBS =
  /^[\s:,–—-]*(?:for|that|which|verifying|verifies|verify|to verify|covering|covers|checking|checks|ensuring|asserting|proving|where|with|of)?(?=[\s:]|$)\s*|^[\s:,–—-]+/i;

/** `Add unit test in tests/test_x.py verifying round-trip correctness`, `Test: all services restart`: a test is named after it. */
export function testChecks(sentence: Sentence, context: Context, { paths, named }: Artefact): Check[] {
  const { text } = sentence;
  if (paths.length === 0) return [];
  const head = HEAD.exec(text);
  const first = named
    .map((path) => text.indexOf(path))
    .filter((at) => at >= 0)
    .sort((a, b) => a - b)[0];
  const starts = first !== undefined && /^(?:(?:create|add|write|implement|update)\w*\s+)?(?:the\s+)?$/i.test(text.slice(0, first));
  if (!head && !starts) return [];
  let from = head ? head[0].length : 0;
  for (const path of named) {
    const end = text.indexOf(path) + path.length;
    if (end > from && text.indexOf(path) <= from + 12) from = end;
  }
  const rest = text.slice(from);
  const claim = rest
    .replace(/^\s*(?:at|in)\s+(?:the\s+)?(?:project\s+|repo\w*\s+)?root\b/i, '')
    .replace(/^\s*\((?:alongside|next to|see|per)[^()]*\)/i, '')
    .replace(VERBS, '');
  const listed = starts || /^\s*:/.test(rest) || /^(?:[\w-]+(?:\s+[\w-]+){0,3},\s*){2,}/.test(claim);
  const items = (listed && !/^tests?\s*:/i.test(text) && !/^(?:when|if|given)\b/i.test(claim) ? splitList(claim) : [claim])
    .map((item) => item.trim())
    .filter((item) => /\w/.test(item));
  const code = codeIn(sentence, context).map((span) => span.text);
  const checks = items.flatMap((item): Check[] => {
    const { about, exact } = termsOf(item, code);
    const words = about.flatMap(([term]) => wordsOf(term!));
    if (words.length + exact.length < 2 && !exact.some((name) => /_|[a-z][A-Z]/.test(name))) return [];
    return [{ is: 'test', paths, about, exact, says: `a test is named after: ${item}` }];
  });
  if (checks.length === items.length && items.length > 0) sentence.mark(0, text.length);
  return checks;
}

/** At commas and semicolons outside brackets and quotes. */
function splitList(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    else if (depth === 0 && (character === ';' || (character === ',' && text[at + 1] === ' '))) {
      items.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...items, text.slice(start)].map((item) => item.replace(/^\s*and\s+/i, ''));
}

/** Values and names must all be there; of the words most. */
function termsOf(item: string, code: readonly string[]): { about: Term[]; exact: string[] } {
  const marks = item.replace(/\b([a-z]+)\/([a-z]+)\b(?![/.\w-])/g, '$1 $2').match(/[\w./$@:-]*(?:\d|_|[a-z][A-Z]|\w\/\w|\/\w|\w\.\w)[\w./$@:-]*/g) ?? [];
  const exact = Array.from(
    new Set([
      ...marks.map((word) => word.replace(/[.,:]+$/, '')),
      ...code.filter((text) => item.includes(text) && /^[\w./-]+$/.test(text) && /[_/.]|[a-z][A-Z]/.test(text)),
    ]),
  ).filter((word) => word.length > 1);
  let words = item;
  for (const name of exact) words = words.replaceAll(name, ' ');
  const about = Array.from(
    new Set(
      words.split(/[\s,;:()[\]{}"'`→=+/]+/).map((word) =>
        word
          .toLowerCase()
          .replace(/[^a-z-]/g, '')
          .replace(/^-+|-+$/g, ''),
      ),
    ),
  ).filter((word) => word.length > 1 && !EMPTY.has(word));
  return { about: about.map((word): Term => (word.includes('-') ? [word, ...(wordsOf(word).length > 1 ? [wordsOf(word).join(' ')] : [])] : [word])), exact };
}

const EMPTY = new Set(
  `a an the and or of in on at to for from by with into as is are be been was were that this it its when then should must can will has have does do not no using use uses via
  test tests testing case cases verify verifies verifying check checks ensure assert correct correctly correctness properly fixture all any each every both valid exist exists expected contain contains`.split(
    /\s+/,
  ),
);
