import type { EnvironmentRead } from './environment.ts';
import { argumentRanges, type ScriptToken } from './javascript.ts';
import { environmentAt, type ScriptFile } from './javascript-environment.ts';

/**
 * What schemas over `process.env` read: zod and valibot objects that parse it, t3-env's `createEnv`, envalid's `cleanEnv`, and the Joi object
 * that NestJS takes as `validationSchema`.
 */
export function schemaReads(file: ScriptFile): EnvironmentRead[] {
  const { tokens } = file;
  const schemas = namedSchemas(file);
  const parsedBefore = new Set<string>();
  const reads = new Map<number, EnvironmentRead>();
  const add = (entries: readonly Entry[], settings: string | undefined, at: number, library: Library) => {
    for (const { key, value } of entries) {
      if (reads.size >= MAX_READS) return;
      const required = isNeeded(file, value, library, schemas, MAX_DEPTH);
      const when = file.inFunction[at]! < 0 ? 'import' : 'call';
      const place = { source: file.source, start: tokens[key]!.start, end: tokens[value[1] - 1]!.end };
      reads.set(key, { name: tokens[key]!.text, required: tokens[key]!.text === 'NODE_ENV' ? false : required, place, alternatives: [], settings, when });
    }
  };
  for (const [at, { is, text }] of tokens.entries()) {
    if (is !== 'name') continue;
    if (PARSES.test(text) && isDot(tokens[at - 1]) && tokens[at + 1]?.text === '(') parsed(file, at, schemas, parsedBefore, add);
    else if (text === 'createEnv' && tokens[at + 1]?.text === '(') add(createEnvEntries(file, at + 1), text, at, 'zod');
    else if (text === 'cleanEnv' && tokens[at + 1]?.text === '(') {
      const given = argumentRanges(file, at + 1)[1];
      if (given) add(entriesOf(file, given[0]), text, at, 'envalid');
    } else if (text === 'validationSchema' && tokens[at + 1]?.text === ':') {
      const entries = objectsIn(file, at + 2, expressionEnd(file, at + 2), schemas).filter(({ key }) => isVariable(tokens[key]!));
      add(entries, text, at, 'joi');
    }
  }
  for (const [name, { range, at }] of schemas) {
    const entries = /env/i.test(name) ? objectsIn(file, range[0], range[1], schemas) : [];
    // only its name says so, but what else has keys such as DATABASE_URL throughout
    if (entries.length > 0 && entries.every(({ key }) => isVariable(tokens[key]!)))
      add(
        entries.filter(({ key }) => !reads.has(key)),
        name,
        at,
        'zod',
      );
  }
  return Array.from(reads.values());
}

const MAX_READS = 5_000;
const MAX_DEPTH = 5;
const PARSES = /^(?:parse|safeParse|parseAsync|safeParseAsync|validate|assert|create)$/;

type Library = 'zod' | 'envalid' | 'joi';
/** A key of an object literal and the tokens of its value: [first, after the last]. */
interface Entry {
  readonly key: number;
  readonly value: readonly [number, number];
}
type Schemas = ReadonlyMap<string, { readonly at: number; readonly range: readonly [number, number] }>;

const isDot = (token: ScriptToken | undefined): boolean => token?.text === '.' || token?.text === '?.';
const isVariable = ({ text }: ScriptToken): boolean => /^[A-Z][A-Z0-9_]*$/.test(text);

/** `const envSchema = z.object({ ... })`: every constant whose value holds a call of `object`, `extend` and the like. */
function namedSchemas(file: ScriptFile): Schemas {
  const { tokens } = file;
  const schemas = new Map<string, { at: number; range: readonly [number, number] }>();
  for (const [at, { text, is }] of tokens.entries()) {
    if (is !== 'operator' || text !== '=' || tokens[at - 1]?.is !== 'name' || !/^(?:const|let|var)$/.test(tokens[at - 2]?.text ?? '')) continue;
    schemas.set(tokens[at - 1]!.text, { at, range: [at + 1, expressionEnd(file, at + 1)] });
  }
  return schemas;
}

/** The token after an expression: at `;`, `,`, a closing bracket, or the next statement. */
function expressionEnd({ tokens, partner }: ScriptFile, from: number): number {
  let at = from;
  while (at < tokens.length) {
    const { text, is } = tokens[at]!;
    if (is === 'operator' && /^[;,)\]}]$/.test(text)) return at;
    if (is === 'name' && at > from && /^(?:const|let|var|export|import|function|type|interface|class|if|return)$/.test(text) && !isDot(tokens[at - 1]))
      return at;
    at = partner[at]! > at ? partner[at]! + 1 : at + 1;
  }
  return at;
}

const BUILDS = /^(?:object|extend|strictObject|looseObject|strict|safeExtend|merge|keys|append)$/;

/** Entries of the object literals that build a schema: `z.object({...}).extend({...}).merge(other)`. */
function objectsIn(file: ScriptFile, from: number, to: number, schemas: Schemas, depth = MAX_DEPTH): readonly Entry[] {
  const { tokens, partner } = file;
  if (depth === 0) return [];
  let entries: readonly Entry[] = [];
  const first = tokens[from];
  if (first?.is === 'name' && schemas.has(first.text)) {
    const { range } = schemas.get(first.text)!;
    if (range[0] > to || range[1] <= from) entries = entries.concat(objectsIn(file, range[0], range[1], schemas, depth - 1));
  }
  for (let at = from; at < to; at++) {
    if (
      tokens[at]!.is === 'name' &&
      BUILDS.test(tokens[at]!.text) &&
      tokens[at + 1]?.text === '(' &&
      (isDot(tokens[at - 1]) || /^(?:object|strictObject)$/.test(tokens[at]!.text))
    ) {
      if (tokens[at + 2]?.text === '{') entries = entries.concat(entriesOf(file, at + 2));
      else if (tokens[at + 2]?.is === 'name' && schemas.has(tokens[at + 2]!.text))
        entries = entries.concat(objectsIn(file, at + 2, at + 3, schemas, depth - 1));
    }
    if (partner[at]! > at) at = partner[at]!;
  }
  return entries;
}

function entriesOf(file: ScriptFile, open: number): Entry[] {
  const { tokens, partner } = file;
  if (tokens[open]?.text !== '{' || partner[open]! < 0) return [];
  return argumentRanges(file, open).flatMap(([from, to]) =>
    tokens[from + 1]?.text === ':' && tokens[from]!.is !== 'operator' ? [{ key: from, value: [from + 2, to] as const }] : [],
  );
}

/** `schema.parse(process.env)`, `z.object({...}).parse({ ...process.env })`, `v.parse(schema, process.env)` */
function parsed(
  file: ScriptFile,
  at: number,
  schemas: Schemas,
  parsedBefore: Set<string>,
  add: (entries: readonly Entry[], settings: string | undefined, at: number, library: Library) => void,
): void {
  const { tokens, partner } = file;
  const ranges = argumentRanges(file, at + 1);
  const reads = ranges.findIndex(([from, to]) => readsAll(file, from, to));
  if (reads < 0) return;
  const isNew = (from: number, to: number) => to !== from + 1 || (!parsedBefore.has(tokens[from]!.text) && parsedBefore.add(tokens[from]!.text));
  if (reads === 1) {
    const [from, to] = ranges[0]!;
    if (!isNew(from, to)) return;
    add(objectsIn(file, from, to, schemas), tokens[from]!.text, at, 'zod');
    return;
  }
  const last = at - 2;
  const from = chainStart(tokens, partner, last);
  if (!isNew(from, last + 1)) return;
  add(objectsIn(file, from, last + 1, schemas), from === last ? tokens[last]!.text : nameBefore(tokens, from), at, 'zod');
}

/** `process.env`, `{ ...process.env }`, or an object that takes each value from it: `{ A: process.env.A }` */
function readsAll(file: ScriptFile, from: number, to: number): boolean {
  const { tokens } = file;
  if (tokens[from]?.text === '{') {
    for (let at = from; at < Math.min(to, from + MAX_SPREAD); at++) if (environmentAt(file, at)) return true;
    return false;
  }
  const environment = environmentAt(file, from);
  return environment !== undefined && environment.next === to;
}

const MAX_SPREAD = 20;
const MAX_CHAIN = 200;

/** The first token of the chain of calls and members that ends at `last`. */
function chainStart(tokens: readonly ScriptToken[], partner: Int32Array, last: number): number {
  let at = last;
  for (let left = MAX_CHAIN; left > 0 && at > 0; left--) {
    if (partner[at]! >= 0 && partner[at]! < at) at = partner[at]!;
    const before = tokens[at - 1];
    if (isDot(before)) at -= 2;
    else if (tokens[at]!.text === '(' && before?.is === 'name') at--;
    else return at;
  }
  return at;
}

const nameBefore = (tokens: readonly ScriptToken[], at: number): string | undefined =>
  tokens[at - 1]?.text === '=' && tokens[at - 2]?.is === 'name' ? tokens[at - 2]!.text : undefined;

/** t3-env: `createEnv({ server: {...}, client: {...}, shared: {...} })` */
function createEnvEntries(file: ScriptFile, open: number): Entry[] {
  const { tokens } = file;
  const groups = entriesOf(file, open + 1).filter(({ key }) => /^(?:server|client|shared)$/.test(tokens[key]!.text));
  return groups.flatMap(({ value }) => entriesOf(file, value[0]));
}

const OPTIONAL = /^(?:optional|default|nullish|catch|prefault|exactOptional|undefinedable|fallback)$/;

/** Whether a value must be there for the schema to accept the environment; undefined when the file does not say. */
function isNeeded(file: ScriptFile, [from, to]: readonly [number, number], library: Library, schemas: Schemas, depth: number): boolean | undefined {
  const { tokens, partner } = file;
  const first = tokens[from];
  if (!first || depth === 0) return undefined;
  if (library === 'envalid')
    return !tokens.slice(from, to).some(({ text, is }, index, all) => is === 'name' && text === 'default' && all[index + 1]?.text === ':');
  const members: string[] = [];
  let last = from;
  for (let at = from; at < to; at++) {
    if (tokens[at]!.is === 'operator' && tokens[at]!.text === '?') return undefined; // `inTests ? z.string().optional() : z.string()`
    if (tokens[at]!.is === 'name' && (at === from || isDot(tokens[at - 1]))) members.push(tokens[at]!.text);
    if (tokens[at]!.text === '(') last = at;
    if (partner[at]! > at) at = partner[at]!;
  }
  if (library === 'joi') return members.includes('required');
  if (members.some((member) => OPTIONAL.test(member)) || /^(?:any|unknown|undefined|never)$/.test(members[1] ?? '')) return false;
  if (members.includes('or') && tokens.slice(from, to).some(({ text }) => text === 'undefined')) return false;
  if (members[1] === 'coerce') return members[2] !== 'boolean' && members[2] !== 'string'; // Boolean(undefined) and String(undefined) are values
  if (members[1] === 'preprocess' || members[1] === 'pipe') {
    const inner = argumentRanges(file, last).at(-1);
    return inner && isNeeded(file, inner, library, schemas, depth - 1);
  }
  if (members[1] === 'union') return tokens.slice(from, to).some(({ text }) => text === 'undefined' || text === 'optional') ? false : true;
  if (/^(?:z|zod|v|t|s)$/.test(first.text) && members.length > 1) return true;
  const named = to === from + 1 || members.length > 0 ? schemas.get(first.text) : undefined;
  return named && named.range[0] > 0 ? isNeeded(file, named.range, library, schemas, depth - 1) : undefined;
}
