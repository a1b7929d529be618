/**
 * A claim's sentence while it is read: every word is either explained by a check or left over.
 * What is left over decides whether a claim can be met at all: nobody may sign for words that no check stands for.
 */
export class Sentence {
  readonly text: string;
  readonly lower: string;
  readonly #explained: Uint8Array;

  constructor(text: string) {
    this.text = text;
    this.lower = text.toLowerCase();
    this.#explained = new Uint8Array(text.length);
  }

  mark(start: number, end: number): void {
    this.#explained.fill(1, start, end);
    this.#open = undefined;
  }

  /** The first match of which nothing is explained yet; it is explained from now on. Patterns are case-sensitive as they say. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    return this.takeAll(pattern, 1)[0];
  }

  takeAll(pattern: RegExp, most = Number.POSITIVE_INFINITY): RegExpExecArray[] {
    const found: RegExpExecArray[] = [];
    const every = everywhere(pattern);
    for (let match = every.exec(this.text); match && found.length < most; match = every.exec(this.text)) {
      const end = match.index + match[0].length;
      if (match[0] === '') every.lastIndex++;
      else if (!this.isExplained(match.index, end)) {
        this.mark(match.index, end);
        found.push(match);
      } else every.lastIndex = match.index + 1;
    }
    return found;
  }

  /** Every match that is accepted; the others stay to be explained. */
  takeWhere(pattern: RegExp, accepts: (match: RegExpMatchArray) => boolean): RegExpMatchArray[] {
    const every = everywhere(pattern);
    const matches: RegExpMatchArray[] = [];
    for (let match = every.exec(this.text); match; match = every.exec(this.text)) {
      if (match[0] === '') every.lastIndex++;
      else matches.push(match);
    }
    const found = matches.filter((match) => !this.isExplained(match.index!, match.index! + match[0].length) && accepts(match));
    for (const { index, 0: whole } of found) this.mark(index!, index! + whole.length);
    return found;
  }

  /** Explains every match, also where a part of it was explained before. */
  drop(pattern: RegExp): void {
    for (const match of this.text.matchAll(everywhere(pattern))) this.mark(match.index, match.index + match[0].length);
  }

  has(pattern: RegExp): boolean {
    return pattern.test(this.text);
  }

  /** Whether any word is still to be explained. */
  get isOpen(): boolean {
    return /\w/.test(this.open);
  }

  /** Whether any of this stretch was explained before. */
  isExplained(start: number, end: number): boolean {
    const at = this.#explained.indexOf(1, start);
    return at >= 0 && at < end;
  }

  /** Text with what is explained blanked out. */
  get open(): string {
    this.#open ??= this.#only(0);
    return this.#open;
  }
  #open: string | undefined;

  #only(explained: 0 | 1): string {
    let text = '';
    for (let at = 0; at < this.text.length; ) {
      const kind = this.#explained[at];
      const next = this.#explained.indexOf(kind === 1 ? 0 : 1, at);
      const end = next < 0 ? this.text.length : next;
      text += kind === explained ? this.text.slice(at, end) : ' '.repeat(end - at);
      at = end;
    }
    return text;
  }

  /**
   * A feature that the sentence ties to its subject and that no check stands for: "with rate limiting", "has a lint target, and signs images".
   * @param known whether a word at an offset names a part of the system
   */
  leftFeature(known: (at: number) => boolean): string | undefined {
    const tie = TIE.exec(this.text);
    if (!tie) return undefined;
    let tied = true;
    let from = tie.index + tie[0].length;
    NEXT.lastIndex = from;
    for (;;) {
      const next = NEXT.exec(this.text);
      const end = next?.index ?? this.text.length;
      if (tied) {
        const own: string[] = [];
        let taken = false;
        for (const token of this.text.slice(from, end).matchAll(/[^\s,;]+/g)) {
          const word = bare(token[0]);
          const at = from + token.index;
          if (word === '' || EMPTY.has(word.toLowerCase()) || PLAIN.has(word.toLowerCase())) continue;
          if (this.isExplained(at, at + token[0].length) || known(at) || isExact(word)) taken = true;
          else own.push(word);
        }
        if (own.length > 0 && !taken) return own.join(' ');
      }
      if (!next) return undefined;
      // "for local use", "to the cluster": why and where, up to the next tie
      tied = TIE.test(next[0]) || (tied ? /^(?:and|or|[,+&:])$/i.test(next[0]) : false);
      from = end + next[0].length;
    }
  }

  /** What was to be made, when no check stands for any of it: the `sed commands` of "Add sed commands for the appVersion field". */
  leftObject(known: (at: number) => boolean): string | undefined {
    const verb = OBJECT.exec(this.text);
    if (!verb) return undefined;
    const from = verb[1]!.length;
    const own: string[] = [];
    for (const token of verb[2]!.matchAll(/[^\s,;]+/g)) {
      const at = from + token.index;
      const word = bare(token[0]);
      if (word === '' || EMPTY.has(word.toLowerCase())) continue;
      if (this.isExplained(at, at + token[0].length) || known(at) || PLAIN.has(word.toLowerCase())) return undefined;
      own.push(word);
    }
    // "Add Helm targets to Makefile (helm-lint, helm-test)": the bracket says which
    const listed = Array.from(this.text.matchAll(/\([^()]*\)/g)).some(({ index }) => this.isExplained(index + 1, index + 2));
    return own.length > 0 && !listed ? own.join(' ') : undefined;
  }

  /** What a bracket lists that no check stands for: `(validate, lint, deploy)`. */
  listedInBrackets(): string[] {
    return Array.from(this.open.matchAll(/\(([^()]*,[^()]*)\)/g)).flatMap(([, inside]) => statedIn(inside!));
  }

  /** Parts joined by "and" that state something and of which nothing is explained. */
  silentParts(): string[] {
    const open = withoutAsides(this.open);
    const parts: string[] = [];
    let from = 0;
    for (const { index, 0: whole } of [...this.text.matchAll(/\s(?:and|&|\+)\s/g), { index: this.text.length, 0: '' }]) {
      const stated = statedIn(open.slice(from, index));
      if (stated.length > 1 && !this.isExplained(from, index)) parts.push(stated.join(' '));
      from = index + whole.length;
    }
    return parts;
  }

  /** Of these words those that stand before anything is explained, and those behind it. */
  around(words: readonly string[]): { before: string[]; after: string[] } {
    const first = this.#explained.indexOf(1);
    const at = (word: string) => this.open.indexOf(word);
    return { before: words.filter((word) => at(word) < first), after: words.filter((word) => at(word) > first) };
  }

  /** What is explained first is where something is, or what something is for: `a target to the Makefile`, `a script to purge deployments`. */
  get isInside(): boolean {
    return /\b(?:in|into|from|inside|within|as)\s+(?:(?:the|an?|its|our)\s+)?["'`]?$|\bto\s+(?:[\w-]+\s+){0,4}["'`]?$/i.test(
      this.text.slice(0, this.#explained.indexOf(1)),
    );
  }

  /** What no check stands for, split into what says something exact and what is only wording. */
  leftOver(): { hard: string[]; soft: string[] } {
    const left = (withoutAsides(this.open).match(TOKEN) ?? []).map(bare).filter((word) => word !== '' && !EMPTY.has(word.toLowerCase()));
    // "(scale when workers > 70% CPU)": a value that was explained once is not new when it is said again
    const said = new Set(left.length > 0 ? (this.#only(1).match(TOKEN) ?? []).map(bare) : []);
    const fresh = left.filter((word) => !said.has(word));
    return { hard: fresh.filter(isExact), soft: fresh.filter((word) => !isExact(word)) };
  }

  /** How many words state something, explained or not. */
  get weight(): number {
    return (withoutAsides(this.text).match(TOKEN) ?? []).filter((token) => /\w/.test(token) && !EMPTY.has(token.toLowerCase())).length;
  }
}

/** What is made, up to where it goes, what it is for or what it has. */
const OBJECT =
  /^((?:create|add|implement|write|generate|provide|introduce)(?:s|d|ed)?\s+)((?:(?!(?:for|to|in|into|with|from|on|of|at|that|which|using|via|so|by|under|based|as)\b)[^\s:;,()]+\s+){1,6}?)(?:for|to|in|into|with|from|on|of|at|that|which|using|via|so|by|under|based|as)\b/i;

/** What ties a feature to the thing that has it. */
const TIE = /\b(?:with|named|called|having|has|have|uses?|using|includ(?:es?|ing)|supports?|runs?|installs?|plus|that)\b/i;
const NEXT =
  /\b(?:with|named|called|having|has|have|uses?|using|includ(?:es?|ing)|supports?|runs?|installs?|plus|that|and|or|for|to|in|into|from|via|on|at|as|so|of)\b|[,+&:;()—–]|\s-\s|\.(?=\s|$)/gi;
/** Words for what every such thing has: nothing is claimed by them. */
const PLAIN = new Set(
  'option options default defaults metadata placeholder placeholders reference references information info structure content contents detail details example examples sample minimal description descriptions component components pod pods container containers image images volume volumes mount mounts mapping mappings service services port ports key keys data entry entries note notes below above them existing shared'.split(
    ' ',
  ),
);

const statedIn = (text: string): string[] => (text.match(TOKEN) ?? []).map(bare).filter((word) => /\w/.test(word) && !EMPTY.has(word.toLowerCase()));

const EVERYWHERE = new WeakMap<RegExp, RegExp>();
/** Patterns that are written where they are used are objects of their own each time. */
const BY_SOURCE = new Map<string, RegExp>();

/** The same pattern with `g`; each is compiled once, since every claim is held against every pattern. */
function everywhere(pattern: RegExp): RegExp {
  let every = EVERYWHERE.get(pattern);
  if (!every) {
    const key = `${pattern.flags}/${pattern.source}`;
    every = BY_SOURCE.get(key) ?? new RegExp(pattern.source, pattern.global ? pattern.flags : `${pattern.flags}g`);
    if (BY_SOURCE.size < 2_000) BY_SOURCE.set(key, every);
    EVERYWHERE.set(pattern, every);
  }
  every.lastIndex = 0;
  return every;
}

const TOKEN = /[^\s,;]+/g;
const bare = (token: string): string => token.replace(/^[.,;:!?'"“”‘’()[\]–—>-]+|[.,;:!?'"“”‘’()[\]–—-]+$/g, '');

/**
 * Brackets that give a reason or a reference and state nothing of their own: "(per tech spec)", "(Epic 2)".
 * A bracket with a value, a name or a path in it stays.
 */
function withoutAsides(text: string): string {
  const blank = (whole: string) => ' '.repeat(whole.length);
  return text.replace(PURPOSE, blank).replace(/\(([^()]*)\)/g, (whole, inside: string) => {
    const words = inside.match(TOKEN) ?? [];
    const reason =
      /^\s*(?:per|for|to|as|so|since|because|see|e\.?g\.?|i\.?e\.?|via|allow(?:s|ing)?|prevent(?:s|ing)?|from|note|optional|recommended|default|prod(?:uction)?|dev(?:elopment)?|AC|ACs|epic|story|task|phase|future|where|when|if|scale|respond|minimum|at least|not)\b/i.test(
        inside,
      );
    const reference = /^\s*(?:ACs?:?|Tasks?|Epics?|Stor(?:y|ies)|Phases?|Sprints?|FR|NFR)[\s:#-]*[\d.,\s#-]+$/i.test(inside);
    if (reference) return ' '.repeat(whole.length);
    if (!reason && /,/.test(inside) && words.length > 1 && /\.(?:py|[jt]sx?|go|rs|java|rb|php|kt|cs)\b/.test(text)) return whole; // what a source file holds
    const exact = words.some((word) => isExact(word.replace(/^[^\w/]+|\W+$/g, '')) && !/^[A-Z]{2,6}s?$/.test(word));
    return !exact || (reason && !/[=:/]|\d/.test(inside)) ? ' '.repeat(whole.length) : whole;
  });
}

/** What a thing is made for, in words that every such thing could be made for: "for local development and testing", "to optimize the build context". */
const GENERAL =
  '(?:(?:internal|external|local|secure|easy|easier|better|reliable|efficient|persistent|static|production|development|public|sensitive|non-sensitive|application|app|cluster|build|docker|image|data|resource|service|traffic|the|its|and|or|/|&)\\s+){0,5}(?:access|communication|connectivity|development|dev|testing|tests?|debugging|deployments?|use|usage|security|reliability|resilience|persistence|storage|configuration|settings|reference|clarity|maintainability|readability|performance|efficiency|isolation|management|context|caching|serving|monitoring|observability|scraping|scaling|scalability|availability|production|convenience|organi[sz]ation|compatibility|reproducibility|reuse|data|credentials|values|testing purposes|purposes)';
const PURPOSE = new RegExp(
  `\\b(?:for|to\\s+(?:enable|allow|support|improve|optimi[sz]e|simplify|facilitate|ease|reduce))\\s+${GENERAL}(?:\\s*(?:,|and|&|/)\\s*(?:and\\s+)?${GENERAL}){0,2}(?=\\s*(?:$|[.,;)]|\\b(?:like|such as)\\b))`,
  'gi',
);

/** A word that states something a reader could check: a value, a name, a path, a quantifier, a denial. */
function isExact(word: string): boolean {
  if (/\d/.test(word)) return true;
  if (/[=/{}<>$@*_\\|]/.test(word) && /\w/.test(word) && !/^(?:and\/or|on\/off|[a-z]+\/[a-z]+)$/i.test(word)) return true;
  if (/^[a-z]+[A-Z]/.test(word) || /[a-z]\.[a-z]{2,}/.test(word)) return true;
  if (/^[A-Z]{3,}$/.test(word) && !COMMON_CAPITALS.has(word)) return true;
  return QUANTIFIERS.has(word.toLowerCase());
}

const QUANTIFIERS = new Set([
  'all',
  'every',
  'each',
  'only',
  'both',
  'no',
  'not',
  'none',
  'never',
  'neither',
  'nor',
  'without',
  'disabled',
  'zero',
  'exactly',
  'same',
  'different',
  'unique',
  "don't",
  'cannot',
  'must-not',
  'except',
  'unless',
  'automatically',
  'encrypted',
  'executable',
  'optional',
  'optionally',
]);
const COMMON_CAPITALS = new Set([
  'API',
  'APIS',
  'YAML',
  'YML',
  'MVP',
  'HTTP',
  'HTTPS',
  'URL',
  'URI',
  'CLI',
  'APP',
  'UI',
  'DB',
  'SQL',
  'OS',
  'JSON',
  'REST',
  'DEV',
  'SRE',
  'TODO',
  'DNS',
  'K8S',
  'FIXED',
  'ADD',
  'HIGH',
  'LOW',
  'MED',
  'MEDIUM',
  'POC',
]);

/** Words that carry a sentence and state nothing. */
const EMPTY = new Set(
  `a an the and or of in on at to for from by with into as is are be been was were will shall should must can may that which this these those it its their
  there here via per using use used uses so then when where who given i we you our your also plus etc e.g i.e new one following
  create creates created creating add adds added adding define defines defined defining configure configures configured configuring set sets setting setup
  implement implements implemented implementing include includes included including provide provides provided providing write written make made
  ensure ensures ensured ensuring have has having contains contain containing specify specified specifies update updated updates updating enable enabled enables enabling
  manifest manifests file files yaml yml resource resources definition definitions spec specs specification specifications template templates object objects
  kubernetes k8s cluster kube task subtask step correct correctly proper properly appropriate appropriately basic initial exists exist existing present available
  value values field fields settings config configuration configurations configurable supports support supported supporting deploy deployed deploying deploys
  und für fuer mit vorhanden ist sind der die das den dem ein eine einen im auf als über ueber definiert angelegt erstellt konfiguriert gesetzt
  y para con los las crear creado configurar e com criar criado configurado
  based standard simple minimal named called name names directory folder under within inside where each's - – — + & | / → -> : ; ok done`.split(/\s+/),
);
