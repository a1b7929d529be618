/** Words of a text in lower case: letters and digits; `don't` is one, `ai-agents` two. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+(?:['’][a-z]+)?/g) ?? [];

/**
 * A word without its usual English endings, so that "scaling", "scaled" and "scales" compare as equal.
 * Cruder than Porter's stemmer, which is enough to compare two texts about the same thing.
 */
export function stem(word: string): string {
  let base = STEMS.get(word);
  if (base === undefined) {
    base = stemmed(word);
    if (STEMS.size < 50_000) STEMS.set(word, base);
  }
  return base;
}

const STEMS = new Map<string, string>();

function stemmed(word: string): string {
  let base = word;
  for (const ending of ['ations', 'ation', 'ments', 'ment', 'ings', 'ing', 'ies', 'ied', 'ers', 'ed', 'es', 'er', 's', 'y']) {
    if (base.length - ending.length >= 3 && base.endsWith(ending) && !(ending === 's' && base.endsWith('ss'))) {
      base = base.slice(0, -ending.length);
      break;
    }
  }
  if (base.length > 1 && base.at(-1) === base.at(-2)) base = base.slice(0, -1);
  return base.endsWith('e') ? base.slice(0, -1) : base;
}

/** Where each word of a text stands, so that any stretch of it can be asked without being read again. */
export class WordIndex {
  readonly #lower: string;
  /** offset of each word */
  readonly #offsets: number[] = [];
  /** positions among the words, by stem; made when a text first holds all that is looked for */
  #at: Map<string, number[]> | undefined;

  constructor(text: string) {
    this.#lower = text.toLowerCase();
  }

  #read(): Map<string, number[]> {
    const found = new Map<string, number[]>();
    let at = 0;
    for (const word of this.#lower.match(/[a-z0-9]+/g) ?? []) {
      at = this.#lower.indexOf(word, at);
      const key = stem(word);
      const places = found.get(key);
      if (places) places.push(this.#offsets.length);
      else found.set(key, [this.#offsets.length]);
      this.#offsets.push(at);
      at += word.length;
    }
    return found;
  }

  /**
   * Where a wording stands between two offsets, undefined when it does not. Names with marks in them (`minReplicas`, `/etc/hosts`, `AI_KEY`) are
   * looked for as they are; plain words by stem, each near the first.
   */
  where(wording: string, start = 0, end = this.#lower.length): number | undefined {
    const query = queryOf(wording);
    if (query.exact !== undefined) {
      const whole = start === 0 && end === this.#lower.length;
      const at = whole ? this.#lower.indexOf(query.exact) : this.#lower.slice(start, end).indexOf(query.exact); // not beyond its end
      return at >= 0 ? at + start : undefined;
    }
    if (!this.#at && query.stems.some((word) => !this.#lower.includes(word))) return undefined; // a word begins with its stem
    const places = (this.#at ??= this.#read());
    const [key, ...others] = query.stems;
    const first = places.get(key!);
    if (!first) return undefined;
    const index = this.#from(first, start);
    if (others.length === 0) return index < first.length && this.#offsets[first[index]!]! < end ? this.#offsets[first[index]!] : undefined;
    const rest = others.map((word) => places.get(word));
    if (rest.includes(undefined)) return undefined;
    for (let each = index; each < first.length; each++) {
      const word = first[each]!;
      if (this.#offsets[word]! >= end) return undefined;
      const near = (places: readonly number[] | undefined) =>
        places!.some((place) => Math.abs(place - word) <= 4 + rest.length && this.#offsets[place]! >= start && this.#offsets[place]! < end);
      if (rest.every(near)) return this.#offsets[word];
    }
    return undefined;
  }

  has(wording: string, start?: number, end?: number): boolean {
    return this.where(wording, start, end) !== undefined;
  }

  /** Index of the first place whose word does not stand before `offset`. */
  #from(places: readonly number[], offset: number): number {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[places[middle]!]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Query {
  readonly exact: string | undefined;
  readonly stems: readonly string[];
}
const QUERIES = new Map<string, Query>();

function queryOf(wording: string): Query {
  let query = QUERIES.get(wording);
  if (!query) {
    const marked = /[^a-z0-9\s'’-]/i.test(wording) || /[a-z][A-Z]/.test(wording);
    const stems = marked ? [] : wordsOf(wording.replace(/['’][a-z]+/gi, ' ')).map(stem);
    query = { exact: marked || stems.length === 0 ? wording.toLowerCase().trim() || '\0' : undefined, stems };
    if (QUERIES.size < 20_000) QUERIES.set(wording, query);
  }
  return query;
}
