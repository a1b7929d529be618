import type { Source } from '../checkout/source.ts';
import type { EnvironmentRead } from './environment.ts';
import {
  argumentsAt,
  calledAtImport,
  definitionOf,
  dottedAt,
  functionOf,
  isNone,
  keyword,
  type PythonArgument,
  type PythonImports,
  type PythonStatement,
  type PythonToken,
  positional,
  pythonImports,
  pythonStatements,
  stringConstants,
  stringValue,
} from './python.ts';
import { settingsReads } from './python-settings.ts';

/** A Python file with what its names stand for. */
export interface PythonFile {
  readonly source: Source;
  readonly statements: readonly PythonStatement[];
  readonly imports: PythonImports;
  readonly constants: ReadonlyMap<string, string>;
  /** names that are called while the module loads */
  readonly calledAtImport: ReadonlySet<string>;
}

export function pythonEnvironment(source: Source): EnvironmentRead[] {
  const statements = pythonStatements(source.text);
  const file: PythonFile = {
    source,
    statements,
    imports: pythonImports(statements),
    constants: stringConstants(statements),
    calledAtImport: calledAtImport(statements),
  };
  const readers = readersOf(file);
  const reads = statements.flatMap((statement) => readsIn(file, statement, readers));
  return [...reads, ...settingsReads(file)].sort((a, b) => a.place.start - b.place.start);
}

/** Something that is called with a variable's name: `os.getenv`, a `config` of decouple, a function of the file that hands the name on. */
interface Reader {
  /** undefined: without a default it gives None */
  readonly withoutDefault: true | undefined;
  /** where a default may stand, besides `default=` */
  readonly defaultAt: number | undefined;
  readonly prefix: string;
  /** names with a default of their own: `Env(DEBUG=(bool, False))` */
  readonly defaults?: ReadonlySet<string>;
}

const GETENV: Reader = { withoutDefault: undefined, defaultAt: 1, prefix: '' };
const KNOWN: ReadonlyMap<string, Reader> = new Map([
  ['os.getenv', GETENV],
  ['os.environ.get', GETENV],
  ['os.environ.pop', { ...GETENV, withoutDefault: true }],
  ['os.environ.setdefault', GETENV],
  ['decouple.config', { withoutDefault: true, defaultAt: 1, prefix: '' }],
]);
/** django-environ's defaults for `env.db()` and its like */
const URL_NAMES: Readonly<Record<string, string>> = {
  db: 'DATABASE_URL',
  db_url: 'DATABASE_URL',
  cache: 'CACHE_URL',
  cache_url: 'CACHE_URL',
  email_url: 'EMAIL_URL',
};
const NOT_A_READ = new Set(['read_env', 'read_envfile', 'seal', 'dump', 'prefixed', 'parser_for', 'add_parser', 'get_value', 'set']);

function readersOf(file: PythonFile): ReadonlyMap<string, Reader> {
  const readers = new Map(KNOWN);
  for (const statement of file.statements) {
    const [name, equals] = statement.tokens;
    const made = name?.is === 'name' && equals?.text === '=' ? dottedAt(statement.tokens, 2, file.imports) : undefined;
    if (made && statement.tokens[made.next]?.text === '(') {
      const reader = objectReader(made.name, argumentsAt(statement.tokens, made.next).args);
      if (reader) readers.set(name!.text, reader);
    }
  }
  for (const statement of file.statements) {
    const reader = functionReader(file, statement);
    if (reader) readers.set(definitionOf(statement)!.name, reader);
  }
  return readers;
}

function objectReader(made: string, args: readonly PythonArgument[]): Reader | undefined {
  if (made === 'environ.Env' || made === 'environs.Env' || made === 'environ.FileAwareEnv') {
    const defaults = args.filter(({ name, tokens }) => name && tokens[0]?.text === '(' && tokens.some(({ text }) => text === ',')).map(({ name }) => name!);
    // environs: env("X", "default"); django-environ: env("X", int)
    return { withoutDefault: true, defaultAt: made === 'environs.Env' ? 1 : undefined, prefix: '', defaults: new Set(defaults) };
  }
  const prefix = stringValue(keyword(args, 'env_prefix')?.tokens ?? []) ?? '';
  if (made === 'starlette.config.Config') return { withoutDefault: true, defaultAt: 2, prefix };
  if (made === 'decouple.Config' || made === 'decouple.AutoConfig') return { withoutDefault: true, defaultAt: 1, prefix: '' };
  return undefined;
}

/** `def env(name, default=None): return os.environ.get(name, default)` */
function functionReader(file: PythonFile, definition: PythonStatement): Reader | undefined {
  const start = definitionOf(definition);
  if (!start) return undefined;
  const parameters = argumentsAt(definition.tokens, start.open).args.filter(
    ({ name, tokens }) => name !== undefined || !/^(?:self|cls)$/.test(tokens[0]?.text ?? ''),
  );
  const name = parameters[0]?.name ?? parameters[0]?.tokens[0]?.text;
  if (name === undefined || definition.body.length > MAX_HELPER) return undefined;
  const lines = [definition, ...descendants(definition)];
  const reads = lines.flatMap(({ tokens }) => tokens.flatMap((_, at) => readOfName(file, tokens, at, name) ?? []));
  const first = reads[0];
  if (!first) return undefined;
  const raises = lines.some(({ tokens }) => tokens[0]?.text === 'raise' || isExit(tokens));
  const second = parameters[1];
  const defaulted = (second?.name !== undefined && !isNone(second.tokens)) || (first.defaulted && !first.defaultsTo);
  return { withoutDefault: defaulted ? undefined : raises || first.subscript ? true : undefined, defaultAt: second ? 1 : undefined, prefix: '' };
}

const MAX_HELPER = 20;

function descendants(statement: PythonStatement): PythonStatement[] {
  const found: PythonStatement[] = [];
  const waiting = [...statement.body];
  for (let next = waiting.pop(); next && found.length < MAX_HELPER * 2; next = waiting.pop()) {
    found.push(next);
    for (const each of next.body) waiting.push(each);
  }
  return found;
}

/** Whether the environment is asked for the variable that `name` holds. */
function readOfName({ imports }: PythonFile, tokens: readonly PythonToken[], at: number, name: string) {
  const dotted = dottedAt(tokens, at, imports);
  if (!dotted) return undefined;
  const open = tokens[dotted.next]?.text;
  if (dotted.name === 'os.environ' && open === '[')
    return tokens[dotted.next + 1]?.text === name ? { subscript: true, defaulted: false, defaultsTo: undefined } : undefined;
  if (!KNOWN.has(dotted.name) || open !== '(') return undefined;
  const { args } = argumentsAt(tokens, dotted.next);
  if (args[0]?.tokens.length !== 1 || args[0].tokens[0]!.text !== name) return undefined;
  const given = args[1]?.tokens ?? [];
  return { subscript: false, defaulted: given.length > 0 && !isNone(given), defaultsTo: given[0]?.is === 'name' ? given[0].text : undefined };
}

function readsIn(file: PythonFile, statement: PythonStatement, readers: ReadonlyMap<string, Reader>): EnvironmentRead[] {
  const reads: EnvironmentRead[] = [];
  const { tokens } = statement;
  const when = !statement.deferred || file.calledAtImport.has(functionOf(statement) ?? '') ? 'import' : 'call';
  for (let at = 0; at < tokens.length; at++) {
    const dotted = dottedAt(tokens, at, file.imports);
    if (!dotted || definitionOf(statement)?.open === at + 1) continue;
    const found = dotted.name === 'os.environ' ? subscript(file, statement, at, dotted.next) : call(file, statement, readers, at, dotted);
    if (!found || found.name === '') continue;
    const place = { source: file.source, start: tokens[at]!.start, end: tokens[found.next - 1]!.end };
    reads.push({ name: found.name, required: found.required, place, alternatives: [], settings: undefined, when });
  }
  return reads;
}

interface Found {
  readonly name: string;
  readonly required: boolean | undefined;
  /** the token after the read */
  readonly next: number;
}

/** `os.environ["X"]` and `"X" in os.environ` */
function subscript(file: PythonFile, statement: PythonStatement, at: number, open: number): Found | undefined {
  const { tokens } = statement;
  if (tokens[open]?.text === '[') {
    const { args, next } = argumentsAt(tokens, open);
    const name = nameOf(file, args[0]);
    if (name === undefined || tokens[next]?.text === '=' || tokens[0]!.text === 'del') return undefined;
    return { name, required: !catchesMissing(statement) && !isGuarded(statement, name), next };
  }
  const negated = tokens[at - 2]?.text === 'not';
  const key = tokens[at - 1]?.text === 'in' ? tokens[at - (negated ? 3 : 2)] : undefined;
  const name = key && nameOf(file, { name: undefined, tokens: [key] });
  if (name === undefined) return undefined;
  return { name, required: negated && tokens[0]!.text === 'if' && endsTheProgram(statement.body) ? true : undefined, next: open };
}

function call(
  file: PythonFile,
  statement: PythonStatement,
  readers: ReadonlyMap<string, Reader>,
  at: number,
  dotted: { name: string; next: number },
): Found | undefined {
  const { tokens } = statement;
  if (tokens[dotted.next]?.text !== '(') return undefined;
  const written = tokens[at]!.text;
  const method = tokens
    .slice(at + 1, dotted.next)
    .map(({ text }) => text)
    .join('')
    .slice(1);
  const whole = readers.get(dotted.name) ?? ((written === 'self' || written === 'cls') && !method.includes('.') ? readers.get(method) : undefined);
  const reader =
    whole ?? (method !== '' && !method.includes('.') && !NOT_A_READ.has(method) && readers.get(written)?.defaults ? readers.get(written) : undefined);
  if (!reader) return undefined;
  const { args, next } = argumentsAt(tokens, dotted.next);
  const name = nameOf(file, positional(args, 0)) ?? (args.length === 0 && reader.defaults ? URL_NAMES[method] : undefined);
  if (name === undefined) return undefined;
  const defaultAt = method !== '' && reader.defaults ? 1 : reader.defaultAt;
  const given = keyword(args, 'default') ?? (defaultAt === undefined ? undefined : positional(args, defaultAt));
  const prefix = reader.defaults ? prefixAround(statement, written) : reader.prefix;
  const optional = reader.defaults?.has(name) || (given && (!isNone(given.tokens) || reader.withoutDefault));
  const required = optional ? false : reader.withoutDefault ? !catchesMissing(statement) : saidAround(statement, at, next);
  return { name: prefix + name, required, next };
}

function nameOf({ constants }: PythonFile, argument: PythonArgument | undefined): string | undefined {
  const tokens = argument?.tokens ?? [];
  const name = stringValue(tokens) ?? (tokens.length === 1 && tokens[0]!.is === 'name' ? constants.get(tokens[0]!.text) : undefined);
  return name !== undefined && /^[\w.-]+$/.test(name) ? name : undefined;
}

/** `with env.prefixed("APP_"):` around a statement */
function prefixAround(statement: PythonStatement, object: string): string {
  let prefix = '';
  for (let each = statement.parent; each; each = each.parent) {
    const { tokens } = each;
    if (tokens[0]?.text !== 'with' || tokens[1]?.text !== object || tokens[3]?.text !== 'prefixed') continue;
    prefix = (stringValue(argumentsAt(tokens, 4).args[0]?.tokens ?? []) ?? '') + prefix;
  }
  return prefix;
}

/** What stands around `os.getenv("X")` about a missing value: a fallback, a conversion that fails on None, a check that ends the program. */
function saidAround(statement: PythonStatement, at: number, next: number): boolean | undefined {
  const { tokens } = statement;
  const [before, after] = [tokens[at - 1]?.text, tokens[next]?.text];
  if (after === 'or' || after === '==' || after === '!=' || after === 'is' || after === 'in' || after === 'not') return false;
  if (after === '.' || after === '[') return true;
  if (before === '(' && after === ')' && /^(?:int|float)$/.test(tokens[at - 2]?.text ?? '')) return true;
  const [first] = tokens;
  if (first?.text === 'assert') return before === 'assert' ? true : undefined;
  if (first?.text === 'if' && before === 'not' && endsTheProgram(statement.body)) return true;
  if (before === 'if' || before === 'not' || before === 'and' || before === 'elif' || before === 'while' || after === 'and' || after === 'if') return false;
  if (before === '(' && tokens[at - 2]?.text === 'bool') return false;
  const assigned = tokens[1]?.text === '=' && at === 2 && next === tokens.length ? first?.text : undefined;
  return assigned === undefined ? undefined : checkedLater(statement, assigned);
}

const MAX_LOOK_AHEAD = 30;
const MAX_GUARDS = 5;

/** `x = os.getenv("X")`, then `if not x: raise ...`, `if x is None: x = "default"`, or `if x: ...` around its only use. */
function checkedLater(statement: PythonStatement, name: string): boolean | undefined {
  const following = statement.block.slice(statement.index + 1, statement.index + 1 + MAX_LOOK_AHEAD);
  for (const [at, { tokens, body }] of following.entries()) {
    if (tokens[0]?.text !== 'if') continue;
    const condition = ` ${tokens.map(({ text }) => text).join(' ')} `;
    if (condition.includes(` not ${name} `) || condition.includes(` ${name} is None `)) {
      if (endsTheProgram(body)) return true;
      return body.some((each) => each.tokens[0]?.text === 'return' || (each.tokens[0]?.text === name && each.tokens[1]?.text === '=')) ? false : undefined;
    }
    if (condition.startsWith(` if ${name} `)) {
      const after = following[at + 1];
      if (after?.tokens[0]?.text === 'else') return endsTheProgram(after.body);
      return following.slice(at + 1).some((each) => each.tokens[0]?.text === 'raise') ? undefined : false;
    }
  }
  return undefined;
}

/** `os.environ["X"] if "X" in os.environ else 1`, or an `if` around that asks for the same variable. */
function isGuarded(statement: PythonStatement, name: string): boolean {
  if (conditionOf(statement) && stringsOf(statement).get(name)! > 1) return true;
  let around = statement.parent;
  for (let left = MAX_GUARDS; left > 0 && around; left--) {
    if (/^(?:if|elif|while)$/.test(around.tokens[0]!.text) && stringsOf(around).has(name)) return true;
    around = around.parent;
  }
  return false;
}

const conditions = new WeakMap<PythonStatement, boolean>();
function conditionOf(statement: PythonStatement): boolean {
  let has = conditions.get(statement);
  if (has === undefined) conditions.set(statement, (has = statement.tokens.some(({ is, text }) => is === 'name' && text === 'if')));
  return has;
}

const strings = new WeakMap<PythonStatement, ReadonlyMap<string, number>>();
/** How often a statement says each string. */
function stringsOf(statement: PythonStatement): ReadonlyMap<string, number> {
  let counts = strings.get(statement);
  if (!counts) {
    const found = new Map<string, number>();
    for (const { is, text } of statement.tokens) if (is === 'string') found.set(text, (found.get(text) ?? 0) + 1);
    strings.set(statement, (counts = found));
  }
  return counts;
}

const isExit = (tokens: readonly PythonToken[]): boolean =>
  /^(?:(?:sys\.)?exit|quit|os\._exit)\(/.test(
    tokens
      .slice(0, 4)
      .map(({ text }) => text)
      .join(''),
  );
const endsTheProgram = (body: readonly PythonStatement[]): boolean => body.some(({ tokens }) => tokens[0]?.text === 'raise' || isExit(tokens));

/** In a `try` whose `except KeyError` (or wider) goes on. */
function catchesMissing(statement: PythonStatement): boolean {
  const { parent } = statement;
  if (parent?.tokens[0]?.text !== 'try') return false;
  const handlers = parent.block.slice(parent.index + 1, parent.index + 5);
  return handlers.some(
    ({ tokens, body }) =>
      tokens[0]?.text === 'except' &&
      (tokens[1]?.text === ':' || tokens.some(({ text }) => /^(?:KeyError|Exception|LookupError)$/.test(text))) &&
      !endsTheProgram(body),
  );
}
