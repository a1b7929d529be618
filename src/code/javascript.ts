/** TypeScript and JavaScript as tokens with paired brackets: enough to find calls and literals without taking comments or strings for code. */

export interface ScriptToken {
  /** a template without `${}` is a string */
  readonly is: 'name' | 'number' | 'string' | 'template' | 'regex' | 'operator';
  /** of a string or template what stands between its quotes */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface ScriptTokens {
  readonly tokens: readonly ScriptToken[];
  /** for every bracket the index of its partner, -1 for other tokens and for brackets without one */
  readonly partner: Int32Array;
}

const REGEX_AFTER = new Set('return typeof case in of do else void delete instanceof new throw await yield'.split(' '));
const OPERATORS = [
  '>>>=',
  '===',
  '!==',
  '**=',
  '...',
  '&&=',
  '||=',
  '??=',
  '>>>',
  '<<=',
  '>>=',
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '?.',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '**',
  '|=',
  '&=',
  '^=',
];
const BY_START = Map.groupBy(OPERATORS, (operator) => operator[0]!);
const MAX_TEMPLATES = 50;

/** Splits a file into tokens, in time proportional to its length; never throws. */
export function scriptTokens(text: string): ScriptTokens {
  const tokens: ScriptToken[] = [];
  /** brace depths at which an expression of a template ends */
  const templates: number[] = [];
  /** where a quote without partner was looked for in vain */
  const unclosed = new Map<string, number>();
  let [at, depth] = text.startsWith('#!') ? [endOfLine(text, 0), 0] : [0, 0];
  const add = (is: ScriptToken['is'], start: number, end: number, shown = text.slice(start, end)) => tokens.push({ is, text: shown, start, end });
  while (at < text.length) {
    const character = text[at]!;
    const next = text[at + 1];
    if (character <= ' ' || character === '\u00a0' || character === '\ufeff') at++;
    else if (character === '/' && next === '/') at = endOfLine(text, at);
    else if (character === '/' && next === '*') at = endOfComment(text, at, unclosed);
    else if (character === '"' || character === "'") {
      const end = endOfString(text, at, unclosed);
      if (end < 0) add('operator', at, at + 1);
      else add('string', at, end, text.slice(at + 1, end - 1));
      at = end < 0 ? at + 1 : end;
    } else if (character === '`' || (character === '}' && templates.at(-1) === depth)) {
      if (character === '}') {
        templates.pop();
        depth--;
        add('operator', at, at + 1);
      }
      const { end, expression } = templateChunk(text, at + 1, unclosed);
      if (end < 0) {
        add('operator', at, at + 1);
        at++;
        continue;
      }
      add(expression || character === '}' ? 'template' : 'string', at, end, text.slice(at + 1, end - 1));
      at = end;
      if (expression && templates.length < MAX_TEMPLATES) {
        templates.push(++depth);
        add('operator', at, ++at);
      }
    } else if (isNamePart(character)) {
      const end = endOfName(text, at);
      add(character >= '0' && character <= '9' ? 'number' : 'name', at, end);
      at = end;
    } else if (character === '/' && mayBeRegex(tokens.at(-1))) {
      const end = endOfRegex(text, at, unclosed);
      add(end < 0 ? 'operator' : 'regex', at, end < 0 ? at + 1 : end);
      at = end < 0 ? at + 1 : end;
    } else {
      const operator = BY_START.get(character)?.find((each) => text.startsWith(each, at)) ?? character;
      // `a ?.5 : b` is no optional chain
      const length = operator === '?.' && /\d/.test(text[at + 2] ?? '') ? 1 : operator.length;
      if (character === '{') depth++;
      else if (character === '}' && depth > 0) depth--;
      add('operator', at, at + length);
      at += length;
    }
  }
  return { tokens, partner: partnersOf(tokens) };
}

function endOfLine(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline;
}

function endOfComment(text: string, start: number, unclosed: Map<string, number>): number {
  const close = unclosed.has('*/') ? -1 : text.indexOf('*/', start + 2);
  if (close < 0) unclosed.set('*/', text.length);
  return close < 0 ? start + 2 : close + 2;
}

/** Where a string ends, -1 when its line has no closing quote: an apostrophe in the text of JSX. */
function endOfString(text: string, start: number, unclosed: Map<string, number>): number {
  const quote = text[start]!;
  if (start < (unclosed.get(quote) ?? 0)) return -1;
  let at = start + 1;
  for (; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  unclosed.set(quote, at);
  return -1;
}

/** Where a template's text ends: at its closing backtick or after the `$` of an expression; -1 when it never does. */
function templateChunk(text: string, start: number, unclosed: Map<string, number>): { end: number; expression: boolean } {
  if (unclosed.has('`')) return { end: -1, expression: false };
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') return { end: at + 1, expression: false };
    else if (text[at] === '$' && text[at + 1] === '{') return { end: at + 1, expression: true };
  }
  unclosed.set('`', text.length);
  return { end: -1, expression: false };
}

const isNamePart = (character: string): boolean => /[\w$]/.test(character) || character > '\u007f';

function endOfName(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && isNamePart(text[at]!)) at++;
  return at;
}

function mayBeRegex(before: ScriptToken | undefined): boolean {
  if (!before) return true;
  if (before.is === 'name') return REGEX_AFTER.has(before.text);
  return before.is === 'operator' && !/^(?:\)|\]|\}|\+\+|--)$/.test(before.text);
}

const MAX_REGEX = 2_000;

function endOfRegex(text: string, start: number, unclosed: Map<string, number>): number {
  if (start < (unclosed.get('/') ?? 0)) return -1;
  let inClass = false;
  let at = start + 1;
  for (; at < text.length && at < start + MAX_REGEX && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return endOfName(text, at);
  }
  unclosed.set('/', at);
  return -1;
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function partnersOf(tokens: readonly ScriptToken[]): Int32Array {
  const partner = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  for (const [at, { is, text }] of tokens.entries()) {
    if (is !== 'operator') continue;
    if (text === '(' || text === '[' || text === '{') open.push(at);
    const opener = CLOSES[text];
    if (opener === undefined) continue;
    const last = open.at(-1);
    if (last === undefined || tokens[last]!.text !== opener) continue;
    open.pop();
    partner[last] = at;
    partner[at] = last;
  }
  return partner;
}

// --- functions ---

export interface ScriptFunction {
  /** undefined for a function without a name of its own */
  readonly name: string | undefined;
  /** index of its first token of parameters, and of the bracket that closes them; equal when there are none in brackets */
  readonly parameters: readonly [number, number];
  readonly body: readonly [number, number];
}

const CONTROL = new Set(['if', 'for', 'while', 'switch', 'with', 'catch', 'await']);

/** The functions, methods and arrow functions of a file, outer ones before those inside them. */
export function functionsOf({ tokens, partner }: ScriptTokens): readonly ScriptFunction[] {
  const found: ScriptFunction[] = [];
  const classBodies = classBodiesOf(tokens, partner);
  const ends = expressionEnds(tokens, partner);
  for (const [at, { is, text }] of tokens.entries()) {
    if (is !== 'operator') continue;
    if (text === '=>') found.push(arrowAt(tokens, partner, at, ends.get(at)!));
    else if (text === '{' && partner[at]! > at) {
      const close = parametersBefore(tokens, partner, at, classBodies);
      if (close === undefined) continue;
      const open = partner[close]!;
      found.push({ name: tokens[open - 1]?.is === 'name' ? tokens[open - 1]!.text : undefined, parameters: [open + 1, close], body: [at, partner[at]!] });
    }
  }
  return found;
}

/** Index of the `)` before a function's body, over its return type. */
function parametersBefore(tokens: readonly ScriptToken[], partner: Int32Array, brace: number, classBodies: ReadonlySet<number>): number | undefined {
  let at = brace - 1;
  if (tokens[at]?.text !== ')') {
    const limit = Math.max(0, brace - MAX_TYPE);
    while (at > limit && tokens[at]!.text !== ':' && !/^[;{}=(]$/.test(tokens[at]!.text)) at--;
    if (tokens[at]?.text !== ':' || tokens[at - 1]?.text !== ')') return undefined;
    at--;
    const open = partner[at]!;
    const named = tokens[open - 2]?.text;
    // `cond ? call() : { ... }` looks the same outside classes
    if (open < 0 || !(named === 'function' || tokens[open - 1]?.text === 'function' || classBodies.has(enclosing(tokens, partner, open)))) return undefined;
  }
  const open = partner[at]!;
  return open > 0 && !CONTROL.has(tokens[open - 1]!.text) ? at : undefined;
}

const MAX_TYPE = 30;
const MAX_MEMBERS = 400;

/** Index of the brace that a place stands in, looked for a while. */
function enclosing(tokens: readonly ScriptToken[], partner: Int32Array, from: number): number {
  let at = from - 1;
  for (let left = MAX_MEMBERS; left > 0 && at >= 0; left--) {
    if (tokens[at]!.text === '{' && tokens[at]!.is === 'operator') return at;
    at = partner[at]! >= 0 && partner[at]! < at ? partner[at]! - 1 : at - 1;
  }
  return -1;
}

function classBodiesOf(tokens: readonly ScriptToken[], partner: Int32Array): ReadonlySet<number> {
  const bodies = new Set<number>();
  for (const [at, { is, text }] of tokens.entries()) {
    if (is !== 'name' || text !== 'class' || tokens[at - 1]?.text === '.') continue;
    const limit = Math.min(tokens.length, at + MAX_TYPE);
    let next = at + 1;
    while (next < limit && tokens[next]!.text !== '{') next = tokens[next]!.text === '(' && partner[next]! > next ? partner[next]! + 1 : next + 1;
    if (tokens[next]?.text === '{') bodies.add(next);
  }
  return bodies;
}

const STARTS_STATEMENT = new Set(['const', 'let', 'var', 'function', 'class', 'export', 'import', 'if', 'for', 'while', 'return', 'switch', 'try', 'throw']);

function arrowAt(tokens: readonly ScriptToken[], partner: Int32Array, arrow: number, end: number): ScriptFunction {
  let close = arrow - 1;
  const limit = Math.max(0, arrow - MAX_TYPE);
  // (a): Promise<string> => ...
  if (tokens[close]?.text !== ')' && !(tokens[close]?.is === 'name' && tokens[close - 1]?.text !== ':')) {
    while (close > limit && tokens[close]!.text !== ')') close--;
  }
  const open = tokens[close]?.text === ')' && partner[close]! >= 0 ? partner[close]! : -1;
  const parameters: [number, number] = open >= 0 ? [open + 1, close] : [arrow - 1, arrow];
  let before = (open >= 0 ? open : arrow - 1) - 1;
  if (tokens[before]?.text === 'async') before--;
  const name = (tokens[before]?.text === '=' || tokens[before]?.text === ':') && tokens[before - 1]?.is === 'name' ? tokens[before - 1]!.text : undefined;
  const start = arrow + 1;
  if (tokens[start]?.text === '{' && partner[start]! > start) return { name, parameters, body: [start, partner[start]!] };
  return { name, parameters, body: [start, Math.max(start, end - 1)] };
}

/** For every `=>` the token after the expression that it gives. From the last to the first, so that one inside another is stepped over. */
function expressionEnds(tokens: readonly ScriptToken[], partner: Int32Array): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (let arrow = tokens.length - 1; arrow >= 0; arrow--) {
    if (tokens[arrow]!.text !== '=>' || tokens[arrow]!.is !== 'operator') continue;
    let end = arrow + 1;
    while (end < tokens.length) {
      const { text, is } = tokens[end]!;
      if (is === 'operator' && (text === ',' || text === ';' || text in CLOSES)) break;
      if (is === 'name' && end > arrow + 1 && STARTS_STATEMENT.has(text)) break;
      const inner = ends.get(end);
      if (inner !== undefined) {
        end = inner;
        break;
      }
      end = partner[end]! > end ? partner[end]! + 1 : end + 1;
    }
    ends.set(arrow, end);
  }
  return ends;
}

/** For every token the index (into `functions`) of the innermost function that it is in, -1 for none. */
export function functionAtToken(count: number, functions: readonly ScriptFunction[]): Int32Array {
  const inside = new Int32Array(count).fill(-1);
  const byStart = functions.map((each, index) => ({ index, start: each.body[0], end: each.body[1] })).sort((a, b) => a.start - b.start || b.end - a.end);
  const open: { index: number; end: number }[] = [];
  let next = 0;
  for (let at = 0; at < count; at++) {
    while (open.length > 0 && open.at(-1)!.end < at) open.pop();
    while (next < byStart.length && byStart[next]!.start === at) open.push(byStart[next++]!);
    inside[at] = open.at(-1)?.index ?? -1;
  }
  return inside;
}

/** The arguments between the bracket at `open` and its partner, as ranges of tokens: [first, after the last]. */
export function argumentRanges({ tokens, partner }: ScriptTokens, open: number): readonly (readonly [number, number])[] {
  const close = partner[open]!;
  const ranges: [number, number][] = [];
  let from = open + 1;
  for (let at = from; at <= close; at++) {
    const { is, text } = tokens[at]!;
    if (at === close || (is === 'operator' && text === ',')) {
      if (at > from) ranges.push([from, at]);
      from = at + 1;
    } else if (partner[at]! > at) at = partner[at]!;
  }
  return ranges;
}

/** Constants that hold one string: `const KEY = 'A'`. */
export function stringConstantsOf({ tokens }: ScriptTokens): ReadonlyMap<string, string> {
  const constants = new Map<string, string>();
  for (const [at, { text, is }] of tokens.entries()) {
    if (is !== 'name' || text !== 'const' || tokens[at + 1]?.is !== 'name') continue;
    const value = tokens[at + 2]?.text === '=' ? tokens[at + 3] : undefined;
    const after = tokens[at + 4]?.text;
    if (value?.is === 'string' && (after === undefined || /^(?:;|,|const|let|export|as|function|import)$/.test(after)))
      constants.set(tokens[at + 1]!.text, value.text);
  }
  return constants;
}
