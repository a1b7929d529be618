import type { Place, Source } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { LacksCheck, SaysCheck, Term } from './check.ts';
import { type Evidence, quote, type SomeEvidence, type Verdict } from './verdict.ts';
import { WordIndex } from './words.ts';

/** A stretch of text that may say it: a section, the comments of a file, the whole of a short file. */
interface Unit {
  readonly source: Source;
  readonly text: string;
  /** line of each line of `text` */
  readonly lines: readonly number[];
}

/**
 * Whether a text speaks about something. Met when one unit has every term; partial when it is about it and names only some of the items;
 * otherwise unproven, since other words could say the same.
 */
export function answerSays(check: SaysCheck, inventory: Inventory): Verdict {
  const sources = check.paths.flatMap((path) => inventory.sources.get(path) ?? []);
  if (sources.length === 0) return { is: 'unproven', because: `no text to look for this in: ${check.says}`, evidence: [] };
  let best: { unit: Unit; missing: Term[] } | undefined;
  const speaks = (index: WordIndex): boolean => {
    const has = (term: Term) => term.some((wording) => index.has(wording));
    return check.about.every(has) && check.most.filter(has).length >= Math.ceil(0.6 * check.most.length);
  };
  for (const source of sources) {
    if (!speaks(wholeIndex(source))) continue; // what the file does not hold, no part of it does
    for (const unit of unitsOf(source, check.in, inventory)) {
      const index = unitIndex(unit);
      const has = (term: Term) => term.some((wording) => index.has(wording));
      if (!speaks(index)) continue;
      const missing = check.items.filter((item) => !has(item));
      if (!best || missing.length < best.missing.length) best = { unit, missing };
    }
    if (best?.missing.length === 0) break;
  }
  if (!best) {
    const about = [...check.about, ...check.most].map(([first]) => first).join(', ');
    return {
      is: 'unproven',
      because: `nothing in ${sources
        .slice(0, 3)
        .map(({ path }) => path)
        .join(', ')} speaks about ${about} in these words`,
      evidence: [],
    };
  }
  const evidence = evidenceOf(best.unit, [...check.about, ...check.items, ...check.most]);
  if (best.missing.length === 0) return { is: 'met', because: check.says, evidence };
  const missing = best.missing.map(([first]) => first).join(', ');
  if (best.missing.length === check.items.length && check.about.length + check.most.length < 2)
    return { is: 'unproven', because: `${best.unit.source.path} speaks about it, but not of ${missing}`, evidence };
  // a name is the same everywhere; what is missing of other words may stand there in other words
  const named = best.missing.every((term) => term.every((wording) => isName(wording)));
  if (!named || best.missing.length > check.items.length / 2)
    return { is: 'unproven', because: `${best.unit.source.path} does not mention ${missing} in these words`, evidence };
  return { is: 'partial', because: `${best.unit.source.path} does not mention ${missing}`, evidence };
}

const WHOLE = new WeakMap<Source, WordIndex>();
const UNITS = new WeakMap<Source, Map<string, WordIndex>>();

function wholeIndex(source: Source): WordIndex {
  let index = WHOLE.get(source);
  if (!index) WHOLE.set(source, (index = new WordIndex(source.text)));
  return index;
}

/** Many claims are held against the same sections: each is indexed once. */
function unitIndex({ source, text, lines }: Unit): WordIndex {
  let units = UNITS.get(source);
  if (!units) UNITS.set(source, (units = new Map()));
  const key = `${lines[0]}+${text.length}`;
  let index = units.get(key);
  if (!index) units.set(key, (index = new WordIndex(text)));
  return index;
}

/** A name, a value or a proper noun: it would be written the same way wherever it is spoken of. */
const isName = (wording: string): boolean => (/^\S+$/.test(wording) ? true : /^(?:[A-Z][\w'’.-]*\s?){2}$/.test(wording));

function* unitsOf(source: Source, where: SaysCheck['in'], inventory: Inventory): Iterable<Unit> {
  if (where === 'section') {
    const document = inventory.documentAt(source.path);
    if (document && document.sections.length > 0) {
      // the deepest first: a small section that says it all is the better evidence; a level-1 section is the whole document and no section
      const sections = document.sections.filter(({ level }) => level >= 2).sort((a, b) => b.level - a.level || a.whole.start - b.whole.start);
      for (const { whole } of sections) yield unitOf(whole);
      for (const { place } of document.sections) yield unitOf(place);
      if (sections.length === 0) yield unitOf({ source, start: 0, end: source.text.length });
      return;
    }
  }
  if (where === 'comment') {
    const comments = commentLines(source);
    if (comments.length > 0) yield { source, text: comments.map(({ text }) => text).join('\n'), lines: comments.map(({ line }) => line) };
    return;
  }
  yield unitOf({ source, start: 0, end: source.text.length });
}

function unitOf({ source, start, end }: Place): Unit {
  const from = source.position(start).line;
  const text = source.text.slice(start, end);
  return { source, text, lines: text.split('\n').map((_, index) => from + index) };
}

/** `#` and `//` comments, whole-line and trailing. */
export function commentLines(source: Source): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = [];
  for (const [index, line] of source.text.split('\n').entries()) {
    const at = /(?:^|\s)(?:#|\/\/)(?!!)\s?(.*)$/.exec(line);
    if (at?.[1]) found.push({ line: index + 1, text: at[1] });
  }
  return found;
}

/** The lines that hold the terms, the first for each, in file order. */
function evidenceOf({ source, text, lines }: Unit, terms: readonly Term[]): SomeEvidence {
  const rows = text.split('\n');
  const indexes = rows.map((row) => new WordIndex(row));
  const chosen = new Set<number>();
  for (const term of terms) {
    const words = term.flatMap((wording) => [wording, ...wording.split(/\s+/).filter((word) => word.length > 3)]);
    const at = words.map((word) => indexes.findIndex((index) => index.has(word))).find((row) => row >= 0);
    if (at !== undefined) chosen.add(at);
  }
  const rowsShown =
    chosen.size > 0
      ? Array.from(chosen)
          .sort((a, b) => a - b)
          .slice(0, 6)
      : [0];
  const [first, ...rest] = rowsShown.map((row): Evidence => {
    const line = lines[row] ?? lines[0]!;
    return quote({ source, start: source.offsetOf(line), end: source.offsetOf(line + 1) - 1 });
  });
  return [first!, ...rest];
}

export function answerLacks({ path, lacks, says }: LacksCheck, inventory: Inventory): Verdict {
  const source = inventory.sources.get(path);
  if (!source) return { is: 'unproven', because: `${path} was not read`, evidence: [] };
  const at = source.text.indexOf(lacks);
  if (at < 0) return { is: 'met', because: says, evidence: [quote({ source, start: 0, end: Math.max(1, source.text.indexOf('\n')) })] };
  return { is: 'unmet', because: `${path} still holds ${lacks}`, evidence: [quote({ source, start: at, end: at + lacks.length })] };
}
