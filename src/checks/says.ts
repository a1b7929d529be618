import { type Place, Source } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { LacksCheck, SaysCheck, Term } from './check.ts';
import { type Evidence, quote, type SomeEvidence, type Verdict } from './verdict.ts';
import { WordIndex } from './words.ts';

/** A stretch of a text that may say it: a section, the comments of a file, the whole of it. */
interface Unit {
  readonly source: Source;
  readonly index: WordIndex;
  readonly start: number;
  readonly end: number;
  /** the line that an offset of the index stands for */
  readonly lineAt: (offset: number) => number;
}

/**
 * Whether a text speaks about something. Met when one unit has every term; partial when it is about it and names only some of the items;
 * otherwise unproven, since other words could say the same.
 */
export function answerSays(check: SaysCheck, inventory: Inventory): Verdict {
  const sources = check.paths.flatMap((path) => inventory.sources.get(path) ?? []);
  if (sources.length === 0) return { is: 'unproven', because: `no text to look for this in: ${check.says}`, evidence: [] };
  let best: { unit: Unit; missing: Term[] } | undefined;
  for (const source of sources) {
    const within = narrowed(check, wholeOf(source));
    if (!within) continue;
    for (const unit of unitsOf(source, check.in, inventory)) {
      if (!speaks(within, unit)) continue;
      const missing = check.items.filter((item) => !item.some((wording) => unit.index.has(wording, unit.start, unit.end)));
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

/** The terms of a check that decide which unit speaks about it, and how many of the most it needs. */
interface Sought {
  readonly about: readonly Term[];
  readonly most: readonly Term[];
  readonly enough: number;
}

/** What to look for in the parts of a file: what the whole of it does not hold, no part does. Undefined when no part can hold enough. */
function narrowed({ about, most }: SaysCheck, { index }: Unit): Sought | undefined {
  const held = (term: Term) => term.filter((wording) => index.has(wording));
  const enough = Math.ceil(0.6 * most.length);
  const sought = { about: about.map(held), most: most.map(held).filter((term) => term.length > 0), enough };
  return sought.about.every((term) => term.length > 0) && sought.most.length >= enough ? sought : undefined;
}

function speaks({ about, most, enough }: Sought, { index, start, end }: Unit): boolean {
  const has = (term: Term) => term.some((wording) => index.has(wording, start, end));
  if (!about.every(has)) return false;
  let missing = most.length - enough;
  return most.every((term) => has(term) || missing-- > 0);
}

const WHOLE = new WeakMap<Source, Unit>();
const COMMENTS = new WeakMap<Source, readonly Unit[]>();

/** Many claims are held against the same text: it is indexed once. */
function wholeOf(source: Source): Unit {
  let whole = WHOLE.get(source);
  if (!whole) {
    whole = { source, index: new WordIndex(source.text), start: 0, end: source.text.length, lineAt: (offset) => source.position(offset).line };
    WHOLE.set(source, whole);
  }
  return whole;
}

/** A name, a value or a proper noun: it would be written the same way wherever it is spoken of. */
const isName = (wording: string): boolean => (/^\S+$/.test(wording) ? true : /^(?:[A-Z][\w'’.-]*\s?){2}$/.test(wording));

function unitsOf(source: Source, where: SaysCheck['in'], inventory: Inventory): readonly Unit[] {
  if (where === 'comment') return commentsOf(source);
  return where === 'section' ? sectionsOf(source, inventory) : [wholeOf(source)];
}

const SECTIONS = new WeakMap<Source, readonly Unit[]>();

/** The deepest first: a small section that says it all is the better evidence; a level-1 section is the whole document and no section. */
function sectionsOf(source: Source, inventory: Inventory): readonly Unit[] {
  let units = SECTIONS.get(source);
  if (!units) {
    const { index, lineAt } = wholeOf(source);
    const all = inventory.documentAt(source.path)?.sections ?? [];
    const parts = all.filter(({ level }) => level >= 2).sort((a, b) => b.level - a.level || a.whole.start - b.whole.start);
    const unit = ({ start, end }: Place): Unit => ({ source, index, start, end, lineAt });
    units = [...parts.map(({ whole }) => unit(whole)), ...all.map(({ place }) => unit(place)), ...(parts.length === 0 ? [wholeOf(source)] : [])];
    SECTIONS.set(source, units);
  }
  return units;
}

function commentsOf(source: Source): readonly Unit[] {
  let units = COMMENTS.get(source);
  if (!units) {
    const comments = commentLines(source);
    const joined = new Source(source.path, comments.map(({ text }) => text).join('\n'));
    const unit: Unit = {
      source,
      index: new WordIndex(joined.text),
      start: 0,
      end: joined.text.length,
      lineAt: (offset) => comments[joined.position(offset).line - 1]!.line,
    };
    units = comments.length > 0 ? [unit] : [];
    COMMENTS.set(source, units);
  }
  return units;
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

/** The lines that hold the terms, the first for each, in file order; of a wording that stands nowhere as a whole, those of its words. */
function evidenceOf({ source, index, start, end, lineAt }: Unit, terms: readonly Term[]): SomeEvidence {
  const lines = new Set<number>();
  for (const term of terms) {
    const wordings = term.flatMap((wording) => [wording, ...wording.split(/\s+/).filter((word) => word.length > 3)]);
    const at = wordings.map((wording) => index.where(wording, start, end)).find((offset) => offset !== undefined);
    if (at !== undefined) lines.add(lineAt(at));
  }
  const shown =
    lines.size > 0
      ? Array.from(lines)
          .sort((a, b) => a - b)
          .slice(0, 6)
      : [lineAt(start)];
  const [first, ...rest] = shown.map((line): Evidence => quote({ source, start: source.offsetOf(line), end: source.offsetOf(line + 1) - 1 }));
  return [first!, ...rest];
}

export function answerLacks({ path, lacks, says }: LacksCheck, inventory: Inventory): Verdict {
  const source = inventory.sources.get(path);
  if (!source) return { is: 'unproven', because: `${path} was not read`, evidence: [] };
  const at = source.text.indexOf(lacks);
  if (at < 0) return { is: 'met', because: says, evidence: [quote({ source, start: 0, end: Math.max(1, source.text.indexOf('\n')) })] };
  return { is: 'unmet', because: `${path} still holds ${lacks}`, evidence: [quote({ source, start: at, end: at + lacks.length })] };
}
