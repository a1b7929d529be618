import { Source } from '../checkout/source.ts';
import type { Inventory } from './inventory.ts';
import { type Resource, resourcesOf } from './resource.ts';
import { get, type Node, parseYaml, plain, textOf } from './yaml.ts';

/**
 * Stands for what only an installation decides, such as the release's name. No story writes it, so nothing that holds it is equal to what a story says,
 * while the words around it still tell parts of a system apart.
 */
const UNKNOWN = '…';

/** What an expression of a template is with a chart's own values; undefined where that is not known. */
type Value = unknown;

interface Chart {
  /** ends with `/`, or is empty */
  readonly folder: string;
  readonly name: string;
  /** the default at a path below `.Values`: that of the chart around it first */
  readonly valueAt: (path: readonly string[]) => Value;
}

/**
 * The objects that charts make with their own default values, as far as that can be told without Helm: what a helper or a loop writes is left out,
 * and so is what a condition of which nothing is known guards. So what is there is there, and what is not may be there all the same.
 * Every value stands where its line of the template stands.
 */
export function chartResources(inventory: Inventory): Resource[] {
  return inventory.unrendered.flatMap((folder) => {
    const chart = chartAt(folder === '.' ? '' : `${folder}/`, inventory);
    return Array.from(inventory.sources.values())
      .filter(({ path }) => path.startsWith(`${chart.folder}templates/`) && /\.ya?ml$/.test(path) && !/\/tests?\//.test(path.slice(chart.folder.length)))
      .flatMap((source) => objectsOf(source, chart));
  });
}

function chartAt(folder: string, inventory: Inventory): Chart {
  const own = inventory.documentsOf(`${folder}values.yaml`)[0];
  const around = /^(.*\/|)charts\/([^/]+)\/$/.exec(folder);
  const parent = around ? chartAt(around[1]!, inventory) : undefined;
  return {
    folder,
    name: textOf(get(inventory.documentsOf(`${folder}Chart.yaml`)[0], 'name')) ?? '',
    valueAt(path) {
      const given = parent?.valueAt(path[0] === 'global' ? path : [around![2]!, ...path]);
      if (given !== undefined) return given;
      const node = get(own, ...path);
      return node && plain(node);
    },
  };
}

function objectsOf(source: Source, chart: Chart): Resource[] {
  for (const inline of [true, false]) {
    const text = new Template(chart, inline).render(source.text);
    if (text === undefined) return [];
    const { documents, problem } = parseYaml(new Source(source.path, text));
    if (!problem)
      return documents.flatMap((document) => resourcesOf(onLines(document, source), true).map((resource): Resource => ({ ...resource, assumed: true })));
  }
  return [];
}

/** The same tree on the lines of the template: a filled-in line has other offsets, and no other number. */
function onLines(node: Node, source: Source): Node {
  const from = node.source.position(node.start).line;
  const to = node.source.position(Math.max(node.start, node.end - 1)).line;
  const place = { source, start: source.offsetOf(from), end: Math.max(source.offsetOf(from), source.offsetOf(to + 1) - 1) };
  if (node.is === 'scalar') return { ...node, ...place };
  if (node.is === 'list') return { ...node, ...place, items: node.items.map((item) => onLines(item, source)) };
  const entries = Array.from(
    node.entries,
    ([name, { key, value }]) => [name, { key: onLines(key, source) as typeof key, value: onLines(value, source) }] as const,
  );
  return { ...node, ...place, entries: new Map(entries) };
}

interface Block {
  /** undefined: nobody knows, so that neither branch is shown */
  shown: boolean | undefined;
  /** a branch before it was */
  taken: boolean | undefined;
  /** what `.` is inside */
  readonly dot: Value;
}

const ROOT = Symbol('root');
const LONGEST_FILE = 200_000;
const LONGEST_LINE = 2_000;

/** Comments may go over several lines: their lines stay, empty. */
function withoutComments(text: string): string {
  let bare = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf('/*', from);
    const end = start < 0 ? -1 : text.indexOf('*/', start);
    if (end < 0) return bare + text.slice(from);
    const opens = /\{\{-? ?$/.exec(text.slice(Math.max(0, start - 4), start));
    const closes = /^ ?-?\}\}/.exec(text.slice(end + 2, end + 6));
    if (!opens || !closes) {
      bare += text.slice(from, start + 2);
      from = start + 2;
      continue;
    }
    bare += text.slice(from, start - opens[0].length) + text.slice(start, end).replace(/[^\n]/g, '');
    from = end + 2 + closes[0].length;
  }
}

/** Fills in the actions of a template (text/template and Sprig as Helm has them), line by line. */
class Template {
  readonly #chart: Chart;
  /** whether maps and lists are written, in flow style; where one stands among lines of its own it cannot be */
  readonly #inline: boolean;
  readonly #blocks: Block[] = [];
  readonly #variables = new Map<string, Value>();

  constructor(chart: Chart, inline: boolean) {
    this.#chart = chart;
    this.#inline = inline;
  }

  /** @returns as many lines as the template has, or undefined where its blocks do not match or it has too many */
  render(text: string): string | undefined {
    if (text.length > LONGEST_FILE) return undefined;
    const lines: string[] = [];
    for (const line of withoutComments(text).split('\n')) {
      if (line.length > LONGEST_LINE) return undefined;
      let out = '';
      let left = ''; // what is no action
      let at = 0;
      for (const action of line.matchAll(/\{\{-?((?:[^"`{}]|"[^"]*"|`[^`]*`)*)\}\}/g)) {
        const before = line.slice(at, action.index);
        left += before;
        if (this.#shown) out += before;
        at = action.index + action[0].length;
        const written = this.#act(action[1]!.replace(/-$/, '').trim());
        if (written === false) return undefined;
        if (this.#shown) out += written;
      }
      const rest = line.slice(at);
      if (this.#shown) out += rest;
      if (/\{\{|\}\}/.test(left + rest)) return undefined; // an action of several lines
      lines.push(at > 0 && /^[\s…]*$/.test(out) ? '' : out);
    }
    return this.#blocks.length === 0 ? lines.join('\n') : undefined;
  }

  get #shown(): boolean {
    return this.#blocks.every(({ shown }) => shown === true);
  }

  get #dot(): Value {
    const block = this.#blocks.at(-1);
    return block ? block.dot : ROOT;
  }

  /** What an action writes; false when its block does not match. */
  #act(action: string): string | false {
    const [word = ''] = /^\S*/.exec(action)!;
    const rest = action.slice(word.length).trim();
    switch (word) {
      case 'if': {
        const holds = truth(this.#value(rest));
        this.#blocks.push({ shown: holds, taken: holds, dot: this.#dot });
        return '';
      }
      case 'with': {
        const value = this.#value(rest.replace(/^\$\w+\s*:=\s*/, ''));
        const holds = truth(value);
        this.#blocks.push({ shown: holds, taken: holds, dot: value });
        return '';
      }
      case 'range':
      case 'define':
      case 'block':
        this.#blocks.push({ shown: undefined, taken: undefined, dot: undefined });
        return '';
      case 'else': {
        const block = this.#blocks.at(-1);
        if (!block) return false;
        const holds = rest.startsWith('if') ? truth(this.#value(rest.slice(2).trim())) : true;
        block.shown = block.taken === undefined || (block.taken === false && holds === undefined) ? undefined : !block.taken && holds;
        block.taken = block.taken === true ? true : block.shown === undefined ? undefined : block.shown;
        return '';
      }
      case 'end':
        return this.#blocks.pop() ? '' : false;
    }
    const assigned = /^(\$\w+)\s*:?=\s*(.*)$/.exec(action);
    if (assigned) {
      this.#variables.set(assigned[1]!, this.#shown && this.#blocks.length === 0 ? this.#value(assigned[2]!) : undefined);
      return '';
    }
    const value = this.#value(action);
    if (value === undefined) return UNKNOWN;
    if (value === null) return '';
    if (typeof value !== 'object') return String(value);
    return this.#inline ? JSON.stringify(value) : '';
  }

  /** A pipeline: each function takes what stands before it as its last argument. */
  #value(expression: string): Value {
    let value: Value;
    for (const [index, part] of pipes(expression).entries()) {
      const words = wordsOf(part);
      value = this.#call(words, index === 0 ? [] : [value]);
    }
    return value;
  }

  #call([first = '', ...rest]: readonly string[], piped: readonly Value[]): Value {
    const isTerm = /^[.$"`(\d-]|^(?:true|false|nil)$/.test(first);
    if (isTerm) return rest.length === 0 && piped.length === 0 ? this.#term(first) : undefined;
    const given = [...rest.map((word) => this.#term(word)), ...piped];
    return call(first, given, this.#chart.name);
  }

  #term(word: string): Value {
    if (word.startsWith('(') && word.endsWith(')')) return this.#value(word.slice(1, -1));
    if (/^".*"$|^`.*`$/s.test(word)) return word.slice(1, -1);
    if (/^-?\d+(?:\.\d+)?$/.test(word)) return Number(word);
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'nil') return null;
    if (word === '.') return this.#dot === ROOT ? undefined : this.#dot;
    const variable = /^\$\w+/.exec(word)?.[0];
    if (variable) return below(this.#variables.get(variable), word.slice(variable.length).split('.').slice(1));
    const path = word.replace(/^\$/, '').split('.').slice(1);
    if (this.#dot !== ROOT && !word.startsWith('$')) return below(this.#dot, path);
    const [root, ...keys] = path;
    // what no default gives is empty until somebody gives it
    if (root === 'Values') return this.#chart.valueAt(keys) ?? null;
    if (root === 'Chart' && keys[0] === 'Name') return this.#chart.name;
    if (root === 'Release' && keys[0] === 'Name') return `${this.#chart.name}${UNKNOWN}`;
    return undefined;
  }
}

function below(value: Value, keys: readonly string[]): Value {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, Value>)[key];
  }
  return at;
}

/** As text/template has it: zero, false, nil and what is empty are false. */
function truth(value: Value): boolean | undefined {
  if (value === undefined || (typeof value === 'string' && value.includes(UNKNOWN))) return undefined;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A function of text/template or Sprig; undefined where it is none of these, or what it is given is not known. */
function call(name: string, given: readonly Value[], chart: string): Value {
  const [first, second] = given;
  const last = given.at(-1);
  switch (name) {
    case 'include':
    case 'template':
      // helpers of this name give the chart's or the release's name in every chart that `helm create` began
      return typeof first === 'string' && /\.(?:full)?name$/.test(first) ? `${chart}${UNKNOWN}` : undefined;
    case 'default':
      return truth(second) === undefined ? undefined : truth(second) ? second : first;
    case 'coalesce':
      return given.some((value) => truth(value) === undefined) ? undefined : given.find((value) => truth(value));
    case 'quote':
    case 'squote':
      return last === undefined ? `"${UNKNOWN}"` : last === null ? '' : JSON.stringify(String(last));
    case 'toYaml':
    case 'toJson':
    case 'required':
    case 'nindent':
    case 'indent':
    case 'trim':
    case 'toString':
    case 'int':
    case 'int64':
    case 'trunc':
    case 'trimSuffix':
    case 'tpl':
      return name === 'tpl' ? (typeof first === 'string' && first.includes('{{') ? undefined : first) : last;
    case 'printf':
      return typeof first === 'string' && given.every((value) => value !== undefined && typeof value !== 'object') ? filled(first, given.slice(1)) : undefined;
    case 'not':
      return truth(first) === undefined ? undefined : !truth(first);
    case 'and':
      return given.some((value) => truth(value) === false) ? false : given.every((value) => truth(value)) ? last : undefined;
    case 'or':
      return given.find((value) => truth(value)) ?? (given.every((value) => truth(value) === false) ? last : undefined);
    case 'eq':
    case 'ne': {
      if (truth(first) === undefined || truth(second) === undefined) return undefined;
      return (first === second) === (name === 'eq');
    }
    case 'gt':
      return typeof first === 'number' && typeof second === 'number' ? first > second : undefined;
    case 'lt':
      return typeof first === 'number' && typeof second === 'number' ? first < second : undefined;
    default:
      return undefined;
  }
}

function filled(format: string, given: readonly Value[]): string {
  let next = 0;
  return format.replace(/%[sdvq]/g, () => String(given[next++] ?? UNKNOWN));
}

/** The parts between `|`, outside of quotes and brackets. */
function pipes(expression: string): string[] {
  const parts: string[] = [];
  let from = 0;
  walk(expression, (character, at) => {
    if (character !== '|') return;
    parts.push(expression.slice(from, at));
    from = at + 1;
  });
  return [...parts, expression.slice(from)].map((part) => part.trim());
}

/** Words, quoted strings and brackets as one word each. */
function wordsOf(part: string): string[] {
  const words: string[] = [];
  let from = 0;
  walk(`${part} `, (character, at) => {
    if (character !== ' ') return;
    if (at > from) words.push(part.slice(from, at));
    from = at + 1;
  });
  return words;
}

/** Every character that stands in no quotes and no brackets. */
function walk(text: string, see: (character: string, at: number) => void): void {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === '`') quote = character;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0) see(character, at);
  }
}
