/** Python as tokens and statements: enough to find calls, classes and their fields without taking comments or strings for code. */

export interface PythonToken {
  readonly is: 'name' | 'number' | 'string' | 'operator';
  /** of a string what stands between its quotes, as written */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** an f-string: its text is not its value; what its braces hold follows as tokens between `{` and `}` */
  readonly formatted?: boolean;
}

/** One logical line: brackets and backslashes carry it over several lines. */
export interface PythonStatement {
  readonly tokens: readonly PythonToken[];
  /** column of its first token, a tab reaching to the next multiple of 8 */
  readonly indent: number;
  /** the statement whose block it is in: `class`, `def`, `if`, ...; undefined at the top */
  readonly parent: PythonStatement | undefined;
  /** the statement runs when a function is called, or only when the file is run itself (`if __name__ == "__main__"`) */
  readonly deferred: boolean;
  /** the statements in its block */
  readonly body: readonly PythonStatement[];
  /** the block that it is in, and its place there */
  readonly block: readonly PythonStatement[];
  readonly index: number;
}

/** Splits Python into statements, in time proportional to its length; what is no Python gives what can be told of it. */
export function pythonStatements(text: string): readonly PythonStatement[] {
  const all: PythonStatement[] = [];
  const top: PythonStatement[] = [];
  const open: (PythonStatement & { body: PythonStatement[] })[] = [];
  for (const { tokens, indent } of logicalLines(text)) {
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const parent = open.at(-1);
    const deferred = parent !== undefined && (parent.deferred || isDefinition(parent) || isMainGuard(parent));
    const block = parent?.body ?? top;
    const statement = { tokens, indent, parent, deferred, body: [], block, index: block.length };
    block.push(statement);
    all.push(statement);
    open.push(statement);
  }
  return all;
}

const isDefinition = ({ tokens: [first, second] }: PythonStatement): boolean => first?.text === 'def' || (first?.text === 'async' && second?.text === 'def');
const isMainGuard = ({ tokens }: PythonStatement): boolean =>
  tokens[0]?.text === 'if' && tokens[1]?.text === '__name__' && tokens[2]?.text === '==' && tokens[3]?.text === '__main__';

/** A function's statement: its name and where its parameters open. */
export function definitionOf({ tokens }: PythonStatement): { name: string; open: number } | undefined {
  const at = tokens[0]?.text === 'async' ? 1 : 0;
  return tokens[at]?.text === 'def' && tokens[at]?.is === 'name' && tokens[at + 1]?.is === 'name' ? { name: tokens[at + 1]!.text, open: at + 2 } : undefined;
}

interface Formatted {
  readonly quote: string;
  /** brackets that were open when its brace opened */
  readonly depth: number;
}

function* logicalLines(text: string): Generator<{ tokens: PythonToken[]; indent: number }> {
  let tokens: PythonToken[] = [];
  let [depth, at, indent] = [0, 0, -1];
  const formatted: Formatted[] = [];
  const add = (is: PythonToken['is'], start: number, end: number, shown = text.slice(start, end)) => tokens.push({ is, text: shown, start, end });
  while (at < text.length) {
    const character = text[at]!;
    if (character === '\n' || (character === ';' && depth === 0)) {
      at++;
      if (depth > 0) continue;
      if (tokens.length > 0) {
        if (indent < 0) indent = indentOf(text, tokens[0]!.start);
        yield { tokens, indent };
        tokens = [];
      }
      if (character === '\n') indent = -1; // what follows a semicolon stands where its line begins
    } else if (character === '#') at = endOfLine(text, at);
    else if (character <= ' ' || character === '\\') at++;
    else if (character === '"' || character === "'" || STRING_START.has(character)) {
      const prefix = character === '"' || character === "'" ? 0 : prefixLength(text, at);
      if (prefix < 0) {
        const end = endOfName(text, at);
        add('name', at, end);
        at = end;
        continue;
      }
      const string = stringAt(text, at, prefix);
      tokens.push(string.token);
      at = string.next;
      if (string.brace) {
        if (formatted.length >= MAX_FORMATTED) return;
        formatted.push({ quote: string.quote, depth: depth++ });
        add('operator', at - 1, at);
      }
    } else if (isNameStart(character)) {
      const end = endOfName(text, at);
      add(character >= '0' && character <= '9' ? 'number' : 'name', at, end);
      at = end;
    } else if (
      (character === '}' || character === ':' || character === '!') &&
      formatted.length > 0 &&
      depth === formatted.at(-1)!.depth + 1 &&
      text[at + 1] !== '='
    ) {
      // the expression in an f-string's braces ends; a format specification is text up to its brace
      const inner = formatted.pop()!;
      depth = inner.depth;
      const close = character === '}' ? at : closeOfSpecification(text, at);
      add('operator', close, close + 1, '}');
      const rest = formattedRest(text, close + 1, inner.quote);
      at = rest.next;
      if (rest.brace) {
        formatted.push({ quote: inner.quote, depth: depth++ });
        add('operator', at - 1, at);
      }
    } else {
      const length = operatorLength(text, at);
      if (character === '(' || character === '[' || character === '{') depth++;
      else if ((character === ')' || character === ']' || character === '}') && depth > 0) depth--;
      add('operator', at, at + length);
      at += length;
    }
  }
  if (tokens.length > 0) yield { tokens, indent: indent < 0 ? indentOf(text, tokens[0]!.start) : indent };
}

const MAX_FORMATTED = 50;
const STRING_START = new Set('rRbBuUfFtT');

/** Length of a string's prefix (`rb`) at this place, or -1 when a name stands there. */
function prefixLength(text: string, at: number): number {
  for (let length = 1; length <= 2; length++) {
    const next = text[at + length];
    if (next === '"' || next === "'") return length;
    if (next === undefined || !STRING_START.has(next)) return -1;
  }
  return -1;
}

function stringAt(text: string, at: number, prefix: number): { token: PythonToken; next: number; quote: string; brace: boolean } {
  const isFormatted = /[fFtT]/.test(text.slice(at, at + prefix));
  const mark = text[at + prefix]!;
  const quote = text.startsWith(mark.repeat(3), at + prefix) ? mark.repeat(3) : mark;
  const start = at + prefix + quote.length;
  if (isFormatted) {
    const { next, brace, end } = formattedRest(text, start, quote);
    return { token: { is: 'string', text: text.slice(start, end), start: at, end: next, formatted: true }, next, quote, brace };
  }
  const end = endOfString(text, start, quote);
  const next = text.startsWith(quote, end) ? end + quote.length : end;
  return { token: { is: 'string', text: text.slice(start, end), start: at, end: next }, next, quote, brace: false };
}

function endOfString(text: string, start: number, quote: string): number {
  let at = start;
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '\n' && quote.length === 1) return at;
    else if (text[at] === quote[0] && text.startsWith(quote, at)) return at;
  }
  return Math.min(at, text.length);
}

/** The text of an f-string up to its end or to the next brace that holds an expression. */
function formattedRest(text: string, start: number, quote: string): { end: number; next: number; brace: boolean } {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '\n' && quote.length === 1) return { end: at, next: at, brace: false };
    else if (text[at] === quote[0] && text.startsWith(quote, at)) return { end: at, next: at + quote.length, brace: false };
    else if (text[at] === '{' && text[at + 1] === '{') at++;
    else if (text[at] === '{') return { end: at, next: at + 1, brace: true };
  }
  return { end: text.length, next: text.length, brace: false };
}

function closeOfSpecification(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && depth-- === 0) return at;
  }
  return endOfLine(text, start) - 1;
}

const isNameStart = (character: string): boolean => /\w/.test(character) || character > '\u007f';

function endOfName(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && isNameStart(text[at]!)) at++;
  return at;
}

function endOfLine(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline;
}

const LONG_OPERATORS = new Set(['==', '!=', '<=', '>=', '->', ':=', '+=', '-=', '*=', '/=', '|=', '&=', '%=', '^=', '@=', '**', '//', '<<', '>>']);

function operatorLength(text: string, at: number): number {
  if (text.startsWith('...', at)) return 3;
  return LONG_OPERATORS.has(text.slice(at, at + 2)) ? 2 : 1;
}

function indentOf(text: string, start: number): number {
  let indent = 0;
  for (let at = text.lastIndexOf('\n', start - 1) + 1; at < start; at++) indent = text[at] === '\t' ? indent + 8 - (indent % 8) : indent + 1;
  return indent;
}

/** The function that a statement is in, the innermost one. */
export function functionOf(statement: PythonStatement): string | undefined {
  let each = statement.parent;
  while (each && !definitionOf(each)) each = each.parent;
  return each && definitionOf(each)!.name;
}

/** Names that are called while the module loads: by statements outside functions, and by the functions that those call. */
export function calledAtImport(statements: readonly PythonStatement[]): Set<string> {
  const calledIn = new Map<string, Set<string>>();
  const called = new Set<string>();
  for (const statement of statements) {
    if (definitionOf(statement) || statement.tokens[0]?.text === 'class') continue;
    const inside = functionOf(statement);
    if (statement.deferred && inside === undefined) continue;
    for (const [at, { text, is }] of statement.tokens.entries()) {
      const passed = statement.tokens[at - 1]?.text === '=' && statement.tokens[at - 2]?.text === 'default_factory';
      if (is !== 'name' || statement.tokens[at - 1]?.text === '.' || !(passed || statement.tokens[at + 1]?.text === '(')) continue;
      if (inside === undefined) called.add(text);
      else calledIn.set(inside, (calledIn.get(inside) ?? new Set()).add(text));
    }
  }
  for (const name of called) for (const further of calledIn.get(name) ?? []) called.add(further); // the loop reaches what is added
  return called;
}

// --- names and calls ---

/** What a name of the file stands for: `getenv` is `os.getenv` after `from os import getenv`. */
export type PythonImports = ReadonlyMap<string, string>;

export function pythonImports(statements: readonly PythonStatement[]): PythonImports {
  const imports = new Map<string, string>();
  for (const { tokens } of statements) {
    if (tokens[0]?.text === 'import')
      for (const [name, as] of importedNames(tokens, 1)) imports.set(as ?? name.split('.', 1)[0]!, as ? name : name.split('.', 1)[0]!);
    if (tokens[0]?.text !== 'from') continue;
    const at = tokens.findIndex(({ text, is }) => text === 'import' && is === 'name');
    const module = tokens
      .slice(1, Math.max(at, 1))
      .map(({ text }) => text)
      .join('');
    if (at > 0) for (const [name, as] of importedNames(tokens, at + 1)) imports.set(as ?? name, `${module}${module.endsWith('.') ? '' : '.'}${name}`);
  }
  return imports;
}

/** `a.b as c, d` */
function importedNames(tokens: readonly PythonToken[], from: number): [string, string | undefined][] {
  const found: [string, string | undefined][] = [];
  let [name, as]: [string, string | undefined] = ['', undefined];
  for (let at = from; at <= tokens.length; at++) {
    const token = tokens[at];
    if (!token || token.text === ',') {
      if (name !== '') found.push([name, as]);
      [name, as] = ['', undefined];
    } else if (token.text === 'as') as = tokens[++at]?.text;
    else if (token.text !== '(' && token.text !== ')') name += token.text;
  }
  return found;
}

/** The dotted name that begins at a token, imports resolved, and the token after it; undefined when none begins there. */
export function dottedAt(tokens: readonly PythonToken[], at: number, imports: PythonImports): { name: string; next: number } | undefined {
  const first = tokens[at];
  if (first?.is !== 'name' || tokens[at - 1]?.text === '.') return undefined;
  let name = imports.get(first.text) ?? first.text;
  let next = at + 1;
  while (tokens[next]?.text === '.' && tokens[next + 1]?.is === 'name') {
    name += `.${tokens[next + 1]!.text}`;
    next += 2;
  }
  return { name, next };
}

export interface PythonArgument {
  /** of `default=1` */
  readonly name: string | undefined;
  readonly tokens: readonly PythonToken[];
}

const MAX_ARGUMENTS = 2_000; // tokens: calls inside calls would otherwise be read again for each of them

/** The arguments between the bracket at `open` and its partner, and the token after that. */
export function argumentsAt(tokens: readonly PythonToken[], open: number): { args: PythonArgument[]; next: number } {
  const args: PythonArgument[] = [];
  let [depth, from, at] = [0, open + 1, open];
  const add = (to: number) => {
    if (to <= from) return;
    const named = tokens[from]!.is === 'name' && tokens[from + 1]?.text === '=';
    args.push({ name: named ? tokens[from]!.text : undefined, tokens: tokens.slice(named ? from + 2 : from, to) });
  };
  const limit = Math.min(tokens.length, open + MAX_ARGUMENTS);
  for (; at < limit; at++) {
    const { text, is } = tokens[at]!;
    if (is !== 'operator') continue;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth--;
    if (depth === 0 || (depth === 1 && text === ',')) {
      add(at);
      from = at + 1;
      if (depth === 0) return { args, next: at + 1 };
    }
  }
  add(at);
  return { args, next: at };
}

export const positional = (args: readonly PythonArgument[], index: number): PythonArgument | undefined => args.filter(({ name }) => name === undefined)[index];
export const keyword = (args: readonly PythonArgument[], name: string): PythonArgument | undefined => args.find((each) => each.name === name);

/** The value of a string literal, pieces that stand side by side joined; undefined for anything else. */
export function stringValue(tokens: readonly PythonToken[]): string | undefined {
  if (tokens.length === 0 || tokens.some(({ is, formatted }) => is !== 'string' || formatted)) return undefined;
  return tokens.map(({ text }) => text).join('');
}

export const isNone = (tokens: readonly PythonToken[]): boolean => tokens.length === 1 && tokens[0]!.text === 'None' && tokens[0]!.is === 'name';

/** Names at the top of the file that hold one string: `PREFIX = "APP_"`. */
export function stringConstants(statements: readonly PythonStatement[]): ReadonlyMap<string, string> {
  const constants = new Map<string, string>();
  const repeated = new Set<string>();
  for (const { tokens, parent } of statements) {
    if (parent || tokens[0]?.is !== 'name') continue;
    const equals = tokens[1]?.text === '=' ? 1 : tokens[1]?.text === ':' ? tokens.findIndex(({ text }) => text === '=') : -1;
    const value = equals > 0 ? stringValue(tokens.slice(equals + 1)) : undefined;
    if (constants.has(tokens[0].text)) repeated.add(tokens[0].text);
    if (value !== undefined) constants.set(tokens[0].text, value);
  }
  for (const name of repeated) constants.delete(name);
  return constants;
}
