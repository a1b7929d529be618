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
  return base.replace(/(.)\1$/, '$1').replace(/e$/, '');
}

/** Whether `text` holds all words of `wording`, in that order with at most `gap` other words between two of them. */
export class WordIndex {
  readonly #at = new Map<string, number[]>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.toLowerCase();
    for (const [index, word] of wordsOf(text).entries()) {
      const key = stem(word);
      const places = this.#at.get(key);
      if (places) places.push(index);
      else this.#at.set(key, [index]);
    }
  }

  /** Names with marks in them (`minReplicas`, `/etc/hosts`, `AI_KEY`) are looked for as they are; plain words by stem, near each other. */
  has(wording: string): boolean {
    if (/[^a-z0-9\s'’-]/i.test(wording) || /[a-z][A-Z]/.test(wording)) return this.#text.includes(wording.toLowerCase().trim());
    const wanted = wordsOf(wording).map(stem);
    if (wanted.length === 0) return false;
    const [first, ...rest] = wanted.map((word) => this.#at.get(word));
    if (!first || rest.some((places) => !places)) return false;
    return first.some((start) => rest.every((places) => places!.some((place) => Math.abs(place - start) <= 4 + rest.length)));
  }
}
