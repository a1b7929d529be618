import type { EnvironmentRead } from './environment.ts';
import {
  argumentsAt,
  dottedAt,
  isNone,
  keyword,
  type PythonArgument,
  type PythonImports,
  type PythonStatement,
  type PythonToken,
  positional,
  stringValue,
} from './python.ts';
import type { PythonFile } from './python-environment.ts';

/**
 * What the settings classes of pydantic read: pydantic-settings 2 and the BaseSettings of pydantic 1.
 * Source of the rules: docs.pydantic.dev/latest/concepts/pydantic_settings and docs.pydantic.dev/1.10/usage/settings.
 */
export function settingsReads(file: PythonFile): EnvironmentRead[] {
  const classes = classesOf(file);
  const based = new Set(Array.from(classes.values()).flatMap(({ bases }) => bases));
  const when = instantiations(file, classes);
  const reads: EnvironmentRead[] = [];
  for (const each of classes.values()) {
    if (!isSettings(each, classes)) continue;
    if (based.has(each.name) && !when.has(each.name)) continue; // only a base: those that build upon it read
    for (const field of fieldsOf(each, classes)) {
      if (reads.length >= MAX_READS) return reads;
      reads.push(...readsOf(file, field, each, classes, when.get(each.name)));
    }
  }
  return reads;
}

const MAX_READS = 5_000; // thousands of classes upon one large base would multiply

interface SettingsClass {
  readonly name: string;
  /** dotted, imports resolved */
  readonly bases: readonly string[];
  readonly fields: readonly Field[];
  readonly config: Config;
  readonly statement: PythonStatement;
}
interface Config {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly caseSensitive?: boolean;
}
interface Field {
  readonly name: string;
  readonly annotation: readonly PythonToken[];
  /** undefined when nothing is assigned */
  readonly value: readonly PythonToken[] | undefined;
  readonly statement: PythonStatement;
}

const BASES = new Set([
  'pydantic_settings.BaseSettings',
  'pydantic.BaseSettings',
  'pydantic.v1.BaseSettings',
  'pydantic.env_settings.BaseSettings',
  'BaseSettings',
]);
const MODELS = new Set(['pydantic.BaseModel', 'pydantic.v1.BaseModel']);
const MAX_BASES = 20;
const MAX_NESTED = 200;

function classesOf(file: PythonFile): ReadonlyMap<string, SettingsClass> {
  const classes = new Map<string, SettingsClass>();
  for (const statement of file.statements) {
    const { tokens } = statement;
    if (tokens[0]?.text !== 'class' || tokens[0].is !== 'name' || tokens[1]?.is !== 'name' || statement.parent?.tokens[0]?.text === 'class') continue;
    const args = tokens[2]?.text === '(' ? argumentsAt(tokens, 2).args : [];
    const bases = args.filter(({ name }) => name === undefined).map((arg) => dottedAt(arg.tokens, 0, file.imports)?.name ?? '');
    const fields = statement.body.flatMap((line) => fieldOf(line) ?? []);
    const config = { ...configOf(statement, file.imports), ...configIn(args) };
    classes.set(tokens[1].text, { name: tokens[1].text, bases, fields, config, statement });
  }
  return classes;
}

function fieldOf(statement: PythonStatement): Field | undefined {
  const { tokens } = statement;
  const [name, colon] = tokens;
  if (name?.is !== 'name' || colon?.text !== ':' || name.text.startsWith('_') || name.text === 'model_config' || KEYWORDS.has(name.text)) return undefined;
  const equals = assignmentAt(tokens);
  const annotation = tokens.slice(2, equals < 0 ? undefined : equals);
  if (annotation.some(({ text }) => text === 'ClassVar')) return undefined;
  return { name: name.text, annotation, value: equals < 0 ? undefined : tokens.slice(equals + 1), statement };
}

const KEYWORDS = new Set(['else', 'try', 'finally', 'lambda', 'except', 'if', 'for', 'while', 'with', 'class', 'def', 'match', 'case']);

/** Index of the `=` outside brackets, -1 when there is none. */
function assignmentAt(tokens: readonly PythonToken[]): number {
  let depth = 0;
  for (const [at, { text, is }] of tokens.entries()) {
    if (is !== 'operator') continue;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth--;
    else if (text === '=' && depth === 0) return at;
  }
  return -1;
}

/** `model_config = SettingsConfigDict(env_prefix="X_")`, a dict of the same, or `class Config:` with its assignments. */
function configOf(statement: PythonStatement, imports: PythonImports): Config {
  let config: Config = {};
  for (const { tokens, body } of statement.body) {
    if (tokens[0]?.text === 'model_config') {
      const equals = tokens.findIndex(({ text }) => text === '=');
      const call = dottedAt(tokens, equals + 1, imports);
      if (call && tokens[call.next]?.text === '(') config = { ...config, ...configIn(argumentsAt(tokens, call.next).args) };
      else if (tokens[equals + 1]?.text === '{') config = { ...config, ...configIn(dictEntries(tokens, equals + 1)) };
    } else if (tokens[0]?.text === 'class' && tokens[1]?.text === 'Config') {
      const args = body.flatMap((line) => (line.tokens[1]?.text === '=' ? [{ name: line.tokens[0]!.text, tokens: line.tokens.slice(2) }] : []));
      config = { ...config, ...configIn(args) };
    }
  }
  return config;
}

function dictEntries(tokens: readonly PythonToken[], open: number): PythonArgument[] {
  return argumentsAt(tokens, open).args.flatMap((entry) =>
    entry.tokens[0]?.is === 'string' && entry.tokens[1]?.text === ':' ? [{ name: entry.tokens[0].text, tokens: entry.tokens.slice(2) }] : [],
  );
}

function configIn(args: readonly PythonArgument[]): Config {
  const text = (name: string) => stringValue(keyword(args, name)?.tokens ?? []);
  const [prefix, delimiter] = [text('env_prefix'), text('env_nested_delimiter')];
  const sensitive = keyword(args, 'case_sensitive')?.tokens[0]?.text;
  return { ...(prefix === undefined ? {} : { prefix }), ...(delimiter ? { delimiter } : {}), ...(sensitive ? { caseSensitive: sensitive === 'True' } : {}) };
}

/** A class and those of the file that it builds upon, the furthest first. */
function lineage(each: SettingsClass, classes: ReadonlyMap<string, SettingsClass>): SettingsClass[] {
  const found = new Set([each]);
  for (const one of found) {
    for (const base of one.bases) {
      const known = classes.get(base);
      if (known && found.size < MAX_BASES) found.add(known);
    }
  }
  return Array.from(found).reverse();
}

function isSettings(each: SettingsClass, classes: ReadonlyMap<string, SettingsClass>): boolean {
  return lineage(each, classes).some(({ bases, statement }) => {
    if (bases.some((base) => BASES.has(base))) return true;
    // a base that another file defines: SettingsConfigDict says what it is
    const config = statement.body.find(({ tokens }) => tokens[0]?.text === 'model_config');
    return config?.tokens.some(({ text }) => text === 'SettingsConfigDict') ?? false;
  });
}

function fieldsOf(each: SettingsClass, classes: ReadonlyMap<string, SettingsClass>): Field[] {
  const fields = new Map<string, Field>();
  for (const { fields: own } of lineage(each, classes)) for (const field of own) fields.set(field.name, field);
  return Array.from(fields.values());
}

function readsOf(
  file: PythonFile,
  field: Field,
  each: SettingsClass,
  classes: ReadonlyMap<string, SettingsClass>,
  when: EnvironmentRead['when'],
): EnvironmentRead[] {
  const config: Config = Object.assign({}, ...lineage(each, classes).map((one) => one.config));
  const version1 =
    lineage(each, classes).some(({ bases }) => bases.some((base) => BASES.has(base) && base !== 'pydantic_settings.BaseSettings')) && !importsVersion2(file);
  const call = fieldCall(field, file.imports);
  const required = isRequired(field, call, version1);
  const aliases = aliasesOf(call, version1);
  const inCase = (name: string) => (config.caseSensitive ? name : name.toUpperCase());
  const own = aliases.length > 0 ? aliases.map(inCase) : [inCase((config.prefix ?? '') + field.name)];
  const read = (names: readonly string[], isNeeded: boolean, at: Field): EnvironmentRead => ({
    name: names[0]!,
    alternatives: names.slice(1),
    required: isNeeded,
    place: placeOf(file, at),
    settings: each.name,
    when,
  });
  const nested = classes.get(annotatedClass(field.annotation) ?? '');
  if (!nested || (!MODELS.has(nested.bases[0] ?? '') && !lineage(nested, classes).some(({ bases }) => bases.some((base) => MODELS.has(base)))))
    return [read(own, required, field)];
  if (!config.delimiter) return [read(own, required, field)];
  return fieldsOf(nested, classes)
    .slice(0, MAX_NESTED)
    .map((inner) =>
      read([`${own[0]}${config.delimiter}${inCase(inner.name)}`, own[0]!], required && isRequired(inner, fieldCall(inner, file.imports), version1), inner),
    );
}

const importsVersion2 = ({ imports }: PythonFile): boolean => Array.from(imports.values()).some((name) => name.startsWith('pydantic_settings'));

const placeOf = (file: PythonFile, { statement: { tokens } }: Field) => ({ source: file.source, start: tokens[0]!.start, end: tokens.at(-1)!.end });

/** The arguments of `Field(...)`, behind `=` or in `Annotated[str, Field(...)]`. */
function fieldCall(field: Field, imports: PythonImports): PythonArgument[] | undefined {
  for (const tokens of [field.value ?? [], field.annotation]) {
    for (let at = 0; at < tokens.length; at++) {
      const dotted = /Field$/.test(tokens[at]!.text) ? dottedAt(tokens, at, imports) : undefined;
      if (dotted && /^pydantic(?:\.v1)?(?:\.fields)?\.Field$|^Field$/.test(dotted.name) && tokens[dotted.next]?.text === '(')
        return argumentsAt(tokens, dotted.next).args;
    }
  }
  return undefined;
}

const isEllipsis = (tokens: readonly PythonToken[] | undefined): boolean =>
  tokens?.length === 1 && (tokens[0]!.text === '...' || tokens[0]!.text === 'Ellipsis');

function isRequired(field: Field, call: readonly PythonArgument[] | undefined, version1: boolean): boolean {
  const inValue = field.value?.[0] !== undefined && /Field$/.test(field.value[0].text) ? call : undefined;
  const assigned = inValue ? (keyword(inValue, 'default')?.tokens ?? positional(inValue, 0)?.tokens) : field.value;
  if (inValue && keyword(inValue, 'default_factory')) return false;
  if (!field.value && call && keyword(call, 'default_factory')) return false;
  if (!field.value && call && keyword(call, 'default')) return isEllipsis(keyword(call, 'default')!.tokens);
  if (assigned !== undefined) return isEllipsis(assigned);
  return !(version1 && isOptional(field.annotation)); // version 1 takes None for what may be None
}

function isOptional(annotation: readonly PythonToken[]): boolean {
  return (
    annotation[0]?.text === 'Optional' ||
    annotation[2]?.text === 'Optional' ||
    annotation.some((token, at) => token.text === '|' && (isNone(annotation.slice(at + 1, at + 2)) || isNone(annotation.slice(at - 1, at))))
  );
}

/** Names that replace prefix and field name: version 1's `env=`, version 2's `validation_alias=` and `alias=`. */
function aliasesOf(call: readonly PythonArgument[] | undefined, version1: boolean): string[] {
  const given = version1 ? keyword(call ?? [], 'env') : (keyword(call ?? [], 'validation_alias') ?? keyword(call ?? [], 'alias'));
  if (!given) return [];
  const only = stringValue(given.tokens);
  if (only !== undefined) return [only];
  // AliasChoices("A", "B") and ["A", "B"]; of an AliasPath the first part is the variable
  const inPath = (at: number) => given.tokens.findLastIndex(({ text }, index) => index < at && text === 'AliasPath') >= 0 && given.tokens[at - 1]?.text !== '(';
  return given.tokens.flatMap((token, at) => (token.is === 'string' && !inPath(at) ? [token.text] : []));
}

/** The class that an annotation names: `DatabaseConfig`, `Optional[DatabaseConfig]`. */
const annotatedClass = (annotation: readonly PythonToken[]): string | undefined =>
  annotation.filter(({ is, text }) => is === 'name' && !/^(?:Optional|Annotated|Union|None)$/.test(text)).map(({ text }) => text)[0];

/** When each class is made: at import when the file does so outside functions, directly or through a function that it calls there. */
function instantiations({ statements, calledAtImport }: PythonFile, classes: ReadonlyMap<string, SettingsClass>): ReadonlyMap<string, 'import' | 'call'> {
  const when = new Map<string, 'import' | 'call'>();
  for (const { tokens } of statements) {
    if (tokens[0]?.text === 'class') continue;
    for (const [at, { text }] of tokens.entries()) if (tokens[at + 1]?.text === '(' && classes.has(text)) when.set(text, 'call');
  }
  const atImport = new Set(Array.from(calledAtImport).filter((name) => classes.has(name)));
  for (const name of atImport) {
    when.set(name, 'import');
    for (const { value } of classes.get(name)!.fields) for (const { text } of value ?? []) if (classes.has(text)) atImport.add(text);
  }
  return when;
}
