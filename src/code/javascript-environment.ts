import type { Source } from '../checkout/source.ts';
import type { EnvironmentRead } from './environment.ts';
import {
  argumentRanges,
  functionAtToken,
  functionsOf,
  type ScriptFunction,
  type ScriptToken,
  type ScriptTokens,
  scriptTokens,
  stringConstantsOf,
} from './javascript.ts';
import { schemaReads } from './javascript-schemas.ts';

/** A TypeScript or JavaScript file with what the search through it asks again and again. */
export interface ScriptFile extends ScriptTokens {
  readonly source: Source;
  readonly constants: ReadonlyMap<string, string>;
  readonly functions: readonly ScriptFunction[];
  /** for every token the innermost function that it is in, -1 for none */
  readonly inFunction: Int32Array;
  /** local names that stand for `process.env` */
  readonly environments: ReadonlySet<string>;
}

export function javascriptEnvironment(source: Source): EnvironmentRead[] {
  const split = scriptTokens(source.text);
  const functions = functionsOf(split);
  const file: ScriptFile = {
    ...split,
    source,
    constants: stringConstantsOf(split),
    functions,
    inFunction: functionAtToken(split.tokens.length, functions),
    environments: environmentNames(split),
  };
  const fromSchemas = schemaReads(file);
  const required = new Map(fromSchemas.map((read) => [read.name, read.required]));
  const direct = directReads(file).map(({ key, ...read }) =>
    // `schema.parse({ A: process.env.A })`: the schema says what is needed
    key !== undefined && read.name !== 'NODE_ENV' && required.has(key) ? { ...read, required: required.get(key) } : read,
  );
  return [...direct, ...fromSchemas].sort((a, b) => a.place.start - b.place.start || a.name.localeCompare(b.name, 'en'));
}

/** `import { env } from 'node:process'`, `const env = process.env`, `const { env } = process` */
function environmentNames({ tokens }: ScriptTokens): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [at, { text, is }] of tokens.entries()) {
    if (is !== 'name') continue;
    const [next, third] = [tokens[at + 1]?.text, tokens[at + 2]?.text];
    if (
      next === '=' &&
      third === 'process' &&
      tokens[at + 4]?.text === 'env' &&
      /^[;,)]?$|^(?:const|let|export|function|import|class)$/.test(tokens[at + 5]?.text ?? '')
    )
      names.add(text);
    if (text === 'env' && next === '}' && third === '=' && tokens[at + 3]?.text === 'process') names.add('env');
    if (text === 'env' && next === '}' && third === 'from' && /^(?:node:)?process$|^\$env\/dynamic\//.test(tokens[at + 3]?.text ?? '')) names.add('env');
    if (text === 'env' && next === 'as' && tokens[at + 4]?.text === 'from' && /^(?:node:)?process$/.test(tokens[at + 5]?.text ?? '')) names.add(third!);
  }
  return names;
}

/** The token after `process.env` (or what stands for it) when that begins at a token. */
export function environmentAt({ tokens, environments }: Pick<ScriptFile, 'tokens' | 'environments'>, at: number): { next: number; build: boolean } | undefined {
  const { text, is } = tokens[at]!;
  if (is !== 'name') return undefined;
  const before = tokens[at - 1]?.text;
  const whole = before !== '.' && before !== '?.';
  const third = tokens[at + 2]?.text;
  if (text === 'process' && third === 'env' && isDot(tokens[at + 1]) && (whole || /^(?:globalThis|global|window)$/.test(tokens[at - 2]?.text ?? '')))
    return { next: at + 3, build: false };
  if (text === 'Bun' && third === 'env' && whole && isDot(tokens[at + 1])) return { next: at + 3, build: false };
  if (text === 'import' && third === 'meta' && whole && tokens[at + 1]?.text === '.') {
    const env = tokens.slice(at + 3, at + 8).findIndex((token) => token.text === 'env');
    const cast = tokens.slice(at + 3, at + 3 + Math.max(env, 0)).every((token) => /^(?:\.|\?\.|as|any|\)|unknown)$/.test(token.text));
    return env >= 0 && cast ? { next: at + 4 + env, build: true } : undefined;
  }
  return whole && environments.has(text) && tokens[at + 1]?.text !== ':' && tokens[at - 1]?.text !== 'const' ? { next: at + 1, build: false } : undefined;
}

const isDot = (token: ScriptToken | undefined): boolean => token?.text === '.' || token?.text === '?.';

type DirectRead = EnvironmentRead & { readonly key: string | undefined };

const MAX_GUARD = 60;
/** Next.js, Create React App, Gatsby and Expo write the values of these into the code that they build */
const INLINED = /^(?:NEXT_PUBLIC|REACT_APP|GATSBY|EXPO_PUBLIC)_/;
/** Set by Vite itself */
const OF_VITE = new Set(['MODE', 'BASE_URL', 'PROD', 'DEV', 'SSR']);

function directReads(file: ScriptFile): DirectRead[] {
  const { tokens } = file;
  const readers = readersOf(file);
  const reads: DirectRead[] = [];
  /** where a variable was last read in a way that works without it */
  const guarded = new Map<string, number>();
  for (let at = 0; at < tokens.length; at++) {
    const environment = environmentAt(file, at);
    const found = environment ? memberReads(file, at, environment) : callRead(file, at, readers);
    for (const { name, required, first, last, build } of found) {
      const place = { source: file.source, start: tokens[first]!.start, end: tokens[last]!.end };
      const when = build || INLINED.test(name) ? 'build' : file.inFunction[at]! < 0 ? 'import' : 'call';
      if (required === false) guarded.set(name, at);
      const isGuarded = required === true && at - (guarded.get(name) ?? Number.NEGATIVE_INFINITY) < MAX_GUARD; // x.env.A ? x.env.A.split(',') : []
      const key = tokens[first - 1]?.text === ':' && tokens[first - 2] ? tokens[first - 2]!.text : undefined;
      reads.push({ name, required: name === 'NODE_ENV' || isGuarded ? false : required, place, alternatives: [], settings: undefined, when, key });
    }
  }
  return reads;
}

interface Found {
  readonly name: string;
  readonly required: boolean | undefined;
  readonly first: number;
  readonly last: number;
  readonly build?: boolean;
}

function memberReads(file: ScriptFile, at: number, { next, build }: { next: number; build: boolean }): Found[] {
  const { tokens } = file;
  const member = memberAt(file, next);
  if (!member) return tokens[next - 1]?.text === 'env' || next === at + 1 ? destructured(file, at, build) : [];
  const { name, after } = member;
  if (build && OF_VITE.has(name)) return [];
  if (tokens[at - 1]?.text === 'delete' || tokens[after]?.text === '=') return [];
  return [{ name, required: requiredAround(file, at, after), first: at, last: after - 1, build }];
}

/** `.NAME` or `['NAME']`, and the token after it. */
function memberAt({ tokens, constants }: ScriptFile, at: number): { name: string; after: number } | undefined {
  if (isDot(tokens[at]) && tokens[at + 1]?.is === 'name') return { name: tokens[at + 1]!.text, after: at + 2 };
  const open = tokens[at]?.text === '[' ? at : tokens[at]?.text === '?.' && tokens[at + 1]?.text === '[' ? at + 1 : -1;
  const key = tokens[open + 1];
  if (open < 0 || !key || tokens[open + 2]?.text !== ']') return undefined;
  const name = key.is === 'string' ? key.text : key.is === 'name' ? constants.get(key.text) : undefined;
  return name !== undefined && /^[\w.-]+$/.test(name) ? { name, after: open + 3 } : undefined;
}

/** `const { A, B = 'x', C: c } = process.env` */
function destructured(file: ScriptFile, at: number, build: boolean): Found[] {
  const { tokens, partner } = file;
  if (tokens[at - 1]?.text !== '=' || tokens[at - 2]?.text !== '}' || partner[at - 2]! < 0) return [];
  return argumentRanges(file, partner[at - 2]!).flatMap(([from, to]) => {
    const token = tokens[from]!;
    if (token.is === 'operator') return [];
    const defaulted = tokens.slice(from, Math.min(to, from + 10)).some(({ text }) => text === '=');
    const local = tokens[from + 1]?.text === ':' ? tokens[from + 2]!.text : token.text;
    return [{ name: token.text, required: defaulted ? false : checkedLater(file, at, local), first: from, last: from, build }];
  });
}

const ASSERTS = /^(?:assert|invariant|ensure|require|must)\w*$/i;

/** What stands around a read about a missing value: a default, a check, a use that fails without it. */
function requiredAround(file: ScriptFile, at: number, next: number): boolean | undefined {
  const { tokens } = file;
  const asserted = tokens[next]?.text === '!';
  const after = tokens[asserted ? next + 1 : next];
  const [before, second] = [tokens[at - 1]?.text, tokens[at - 2]?.text];
  if (before === '!') return second === '!' ? false : second === '(' || second === '||' ? endsAfterCondition(file, at) : false;
  switch (after?.text) {
    case '??':
    case '||':
      return throwsSoon(tokens, next + 1, FALLBACK) ? true : tokens[next + 1]?.text === 'undefined' ? undefined : false;
    case '??=':
    case '||=':
    case '===':
    case '!==':
    case '==':
    case '!=':
    case '?':
    case '&&':
    case '?.':
      return false;
    case '.':
    case '[':
      return true;
  }
  if (before === '&&' || before === '||' || (before === 'in' && second !== undefined)) return before === '||' ? undefined : false;
  if (before === '(' && after?.text === ')') {
    if (second === 'if' || second === 'while' || second === 'Boolean') return false;
    if (second !== 'require' && ASSERTS.test(second ?? '')) return true;
  }
  if (before === '(' && ASSERTS.test(second ?? '') && second !== 'require') return true;
  const declared = /^(?:const|let|var)$/.test(tokens[at - 3]?.text ?? '') || !/^[:|&<]$/.test(tokens[at - 3]?.text ?? '');
  const assigned = before !== '=' ? undefined : declared && tokens[at - 2]?.is === 'name' ? second : typedName(tokens, at - 2);
  return assigned === undefined ? undefined : checkedLater(file, at, assigned);
}

/** The name in `const x: string | undefined = `. */
function typedName(tokens: readonly ScriptToken[], from: number): string | undefined {
  for (let at = from; at > from - 10 && at > 0; at--) if (tokens[at]!.text === ':') return tokens[at - 1]!.is === 'name' ? tokens[at - 1]!.text : undefined;
  return undefined;
}

const FALLBACK = 12;
const BLOCK = 60;

function throwsSoon(tokens: readonly ScriptToken[], from: number, within: number): boolean {
  for (let at = from; at < from + within && at < tokens.length; at++) {
    const { is, text } = tokens[at]!;
    if (is === 'operator' && text === ';') return false;
    if (is === 'name' && text === 'throw') return true;
    if (is === 'name' && text === 'process' && tokens[at + 2]?.text === 'exit') return true;
  }
  return false;
}

/** `if (!x) throw`, `if (!x || !y) { ...; process.exit(1) }`: whether the program ends there; false when it goes on, undefined when no `if` is around. */
function endsAfterCondition({ tokens, partner }: ScriptFile, at: number): boolean | undefined {
  let open = at - 1;
  for (let left = BLOCK; left > 0 && open > 0 && !(tokens[open]!.text === '(' && partner[open]! > at && tokens[open - 1]?.text === 'if'); left--) open--;
  const close = tokens[open]?.text === '(' ? partner[open]! : -1;
  if (close < at) return undefined;
  const body = close + 1;
  if (tokens[body]?.text !== '{') return throwsSoon(tokens, body, 2);
  const end = Math.min(partner[body]!, body + BLOCK);
  return tokens
    .slice(body, Math.max(body, end))
    .some(({ is, text }, index, block) => is === 'name' && (text === 'throw' || (text === 'exit' && block[index - 2]?.text === 'process')));
}

const MAX_LOOK_AHEAD = 400;

/** `const x = process.env.X`, then `if (!x) throw`. */
function checkedLater(file: ScriptFile, from: number, name: string): boolean | undefined {
  const { tokens } = file;
  for (let at = from + 1; at < from + MAX_LOOK_AHEAD && at < tokens.length; at++) {
    if (tokens[at]!.text !== name || tokens[at]!.is !== 'name' || tokens[at - 1]?.text !== '!') continue;
    const ends = endsAfterCondition(file, at);
    if (ends) return true;
  }
  return undefined;
}

// --- functions that are called with a variable's name ---

interface Reader {
  /** without a default: true when it throws */
  readonly required: boolean | undefined;
  /** whether a second argument is the default */
  readonly takesDefault: boolean;
  /** env-var: what follows in the chain decides, `.required().asString()` */
  readonly chain?: true;
  /** called as `x.get(...)`: the method's name */
  readonly methods?: Readonly<Record<string, boolean | undefined>>;
}

/** Functions of the file such as `requireEnv(name)`, and libraries whose objects are asked for a name. */
function readersOf(file: ScriptFile): ReadonlyMap<string, Reader> {
  const readers = new Map<string, Reader>();
  const { tokens, functions, inFunction } = file;
  for (let at = 0; at < tokens.length; at++) {
    const environment = environmentAt(file, at);
    const key = environment && tokens[environment.next]?.text === '[' ? tokens[environment.next + 1] : undefined;
    const around = functions[inFunction[at]!];
    if (key?.is !== 'name' || !around?.name || tokens[around.parameters[0]]?.text !== key.text) continue;
    const [from, to] = around.parameters;
    const second = tokens.slice(from, to).findIndex(({ text }) => text === ',');
    const defaulted = second >= 0 && tokens.slice(from + second, to).some(({ text }) => text === '=');
    const body = tokens.slice(around.body[0], Math.min(around.body[1], around.body[0] + MAX_LOOK_AHEAD));
    const throws = body.some(({ is, text }, index) => is === 'name' && (text === 'throw' || (text === 'exit' && body[index - 2]?.text === 'process')));
    readers.set(around.name, { required: defaulted ? false : throws ? true : undefined, takesDefault: second >= 0 });
  }
  for (const [at, { text, is }] of tokens.entries()) {
    if (is === 'string' && text === 'env-var' && tokens[at - 1]?.text === 'from' && tokens[at - 2]?.is === 'name')
      readers.set(tokens[at - 2]!.text, { required: undefined, takesDefault: false, chain: true, methods: { get: undefined } });
    // a constructor's `private config: ConfigService`
    if (is === 'name' && text === 'ConfigService' && tokens[at - 1]?.text === ':' && tokens[at - 2]?.is === 'name') {
      readers.set(tokens[at - 2]!.text, { required: undefined, takesDefault: true, methods: { get: undefined, getOrThrow: true } });
    }
  }
  readers.set('Deno.env', { required: undefined, takesDefault: false, methods: { get: undefined } });
  return readers;
}

function callRead(file: ScriptFile, at: number, readers: ReadonlyMap<string, Reader>): Found[] {
  const { tokens, partner, constants } = file;
  if (tokens[at]!.is !== 'name') return [];
  const before = tokens[at - 1]?.text;
  if (isDot(tokens[at - 1]) && tokens[at - 2]?.text !== 'this') return [];
  if (before === 'function') return [];
  const isDeno = tokens[at]!.text === 'Deno' && tokens[at + 2]?.text === 'env';
  const reader = readers.get(isDeno ? 'Deno.env' : tokens[at]!.text);
  if (!reader) return [];
  const object = isDeno ? at + 2 : at;
  const method = reader.methods && isDot(tokens[object + 1]) ? tokens[object + 2]?.text : undefined;
  if (reader.methods && (method === undefined || !(method in reader.methods))) return [];
  const open = afterTypes(tokens, reader.methods ? object + 3 : object + 1);
  if (tokens[open]?.text !== '(' || partner[open]! < 0) return [];
  const [first, second] = argumentRanges(file, open);
  const key = first && first[1] === first[0] + 1 ? tokens[first[0]] : undefined;
  const name = key?.is === 'string' ? key.text : key?.is === 'name' ? constants.get(key.text) : undefined;
  if (name === undefined || !/^[A-Za-z_][\w-]*$/.test(name) || (reader.methods && !/^[A-Z][A-Z0-9_]*$/.test(name))) return [];
  const close = partner[open]!;
  const own = reader.methods && method !== undefined ? reader.methods[method] : reader.required;
  const around = () => requiredAround(file, isDot(tokens[at - 1]) ? at - 2 : at, close + 1) ?? own;
  const required = reader.chain ? chained(tokens, close) : second && reader.takesDefault ? false : own === true ? true : around();
  return [{ name, required, first: at, last: close }];
}

/** env-var: `.required().asString()`, `.default('x').asInt()` */
function chained(tokens: readonly ScriptToken[], close: number): boolean | undefined {
  if (tokens[close + 1]?.text !== '.') return undefined;
  const method = tokens[close + 2]?.text;
  return method === 'required' ? tokens[close + 4]?.text !== 'false' : method === 'default' ? false : undefined;
}

/** Steps over `<string>`. */
function afterTypes(tokens: readonly ScriptToken[], from: number): number {
  if (tokens[from]?.text !== '<') return from;
  for (let at = from + 1; at < from + 15 && at < tokens.length; at++) if (tokens[at]!.text === '>') return at + 1;
  return from;
}
