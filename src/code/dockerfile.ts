import type { Place, Source } from '../checkout/source.ts';
import { dockerfileBroken, type FileProblem } from '../errors.ts';
import { type Image, parseImage } from '../manifest/resource.ts';

/** Read as BuildKit reads it (docs.docker.com/reference/dockerfile): parser directives, continuation lines, here-documents. */
export interface Dockerfile {
  readonly source: Source;
  readonly stages: readonly Stage[];
  /** `ARG`s before the first FROM that have a default */
  readonly defaults: ReadonlyMap<string, string>;
  /** set when there is no FROM: then there are no stages */
  readonly problem?: FileProblem;
}
export interface Stage {
  readonly name: string | undefined;
  /** with `ARG`s filled in where they have a default */
  readonly from: Image;
  /** the earlier stage that it builds upon, when `from` names one */
  readonly base: Stage | undefined;
  /** FROM is the first */
  readonly instructions: readonly Instruction[];
  readonly place: Place;
}
export interface Instruction {
  /** upper case: RUN, COPY, USER, EXPOSE, ... */
  readonly keyword: string;
  /** `--from=builder`, `--chown=app` */
  readonly flags: readonly string[];
  /** after the keyword and its flags, continuation lines joined */
  readonly text: string;
  /** the text of its here-documents */
  readonly heredocs: readonly string[];
  readonly place: Place;
}

/** Reads a Dockerfile; never throws. */
export function parseDockerfile(source: Source): Dockerfile {
  const instructions = instructionsOf(source);
  const first = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const defaults = new Map<string, string>();
  for (const { keyword, text } of first < 0 ? [] : instructions.slice(0, first)) {
    if (keyword !== 'ARG') continue;
    for (const [name, value] of pairsOf(text)) if (value !== undefined) defaults.set(name, substitute(value, defaults));
  }
  if (first < 0) return { source, stages: [], defaults, problem: { path: source.path, problem: dockerfileBroken(source.path) } };
  return { source, stages: stagesOf(instructions.slice(first), defaults), defaults };
}

function stagesOf(instructions: readonly Instruction[], defaults: ReadonlyMap<string, string>): Stage[] {
  const stages: Stage[] = [];
  const named = new Map<string, Stage>();
  for (let from = 0; from < instructions.length; ) {
    let to = from + 1;
    while (to < instructions.length && instructions[to]!.keyword !== 'FROM') to++;
    const own = instructions.slice(from, to);
    const [reference = '', as, name] = own[0]!.text.split(/\s+/);
    const image = substitute(reference, defaults);
    const place = { ...own[0]!.place, end: own.at(-1)!.place.end };
    const stage: Stage = {
      name: as?.toLowerCase() === 'as' ? name : undefined,
      from: parseImage(image),
      base: named.get(image.toLowerCase()),
      instructions: own,
      place,
    };
    stages.push(stage);
    if (stage.name) named.set(stage.name.toLowerCase(), stage);
    from = to;
  }
  return stages;
}

// --- lines ---

function instructionsOf(source: Source): Instruction[] {
  const found: Instruction[] = [];
  const { text } = source;
  const continuation = /^(?:[ \t]*#[^\n]*\n)*?[ \t]*#[ \t]*escape[ \t]*=[ \t]*`/i.test(text.slice(0, 1_000)) ? '`' : '\\';
  for (let at = 0; at < text.length; ) {
    const first = lineAt(text, at);
    const started = text.slice(at, first.end).search(/\S/);
    if (started < 0 || text[at + started] === '#') {
      at = first.next;
      continue;
    }
    const { joined, end, next } = continued(text, at + started, continuation);
    const [keyword = '', rest = ''] = splitOnce(joined);
    const { flags, after } = flagsOf(rest);
    const heredocs = heredocsOf(text, next, keyword, after);
    const place = { source, start: at + started, end: heredocs.end ?? end };
    found.push({ keyword: keyword.toUpperCase(), flags, text: after, heredocs: heredocs.texts, place });
    at = heredocs.next;
  }
  return found;
}

/** A line's end without its line break, and where the next one starts. */
function lineAt(text: string, start: number): { end: number; next: number } {
  const newline = text.indexOf('\n', start);
  if (newline < 0) return { end: text.length, next: text.length };
  return { end: text[newline - 1] === '\r' && newline > start ? newline - 1 : newline, next: newline + 1 };
}

/** Joins a line with those that it continues on; comments and empty lines between them do not count. */
function continued(text: string, start: number, continuation: string): { joined: string; end: number; next: number } {
  const parts: string[] = [];
  let [at, end] = [start, start];
  for (let more = true; more && at < text.length; ) {
    const line = lineAt(text, at);
    const content = text.slice(at, line.end);
    at = line.next;
    if (parts.length > 0 && /^[ \t]*(?:#|$)/.test(content)) continue;
    const trimmed = content.trimEnd();
    more = trimmed.endsWith(continuation);
    parts.push(more ? trimmed.slice(0, -1) : trimmed);
    end = line.end;
  }
  const joined = parts.map((part, index) =>
    index === 0 ? part.trimEnd() : /^\s/.test(part) || /\s$/.test(parts[index - 1]!) ? ` ${part.trim()}` : part.trimEnd(),
  );
  return { joined: joined.join(''), end, next: at };
}

function splitOnce(text: string): [string, string] {
  const space = text.search(/\s/);
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space).trim()];
}

function flagsOf(text: string): { flags: string[]; after: string } {
  const flags: string[] = [];
  let after = text;
  while (after.startsWith('--') && flags.length < MAX_FLAGS) {
    const [flag, rest] = splitOnce(after);
    flags.push(flag);
    after = rest;
  }
  return { flags, after };
}

const MAX_FLAGS = 100;
const MAX_HEREDOCS = 20;

function heredocsOf(text: string, start: number, keyword: string, line: string): { texts: string[]; end: number | undefined; next: number } {
  const texts: string[] = [];
  let [next, end]: [number, number | undefined] = [start, undefined];
  if (!/^(?:run|copy|add)$/i.test(keyword)) return { texts, end, next };
  for (const [, dash, name] of Array.from(line.matchAll(/<<(-?)["']?([A-Za-z_]\w*)["']?/g)).slice(0, MAX_HEREDOCS)) {
    const from = next;
    let last = next;
    while (next < text.length) {
      const at = lineAt(text, next);
      const content = text.slice(next, at.end);
      last = next;
      next = at.next;
      end = at.end;
      if ((dash ? content.replace(/^\t+/, '') : content) === name) break;
      last = next;
    }
    texts.push(text.slice(from, last));
  }
  return { texts, end, next };
}

// --- words and variables ---

/** `NAME=value` pairs of ARG, ENV and LABEL with quotes removed; ENV's old form `NAME value` too. */
function pairsOf(text: string): [string, string | undefined][] {
  const words = wordsOf(text);
  const [first = '', ...rest] = words;
  if (!first.includes('=') && rest.length > 0 && !rest[0]!.includes('=')) return [[first, text.slice(first.length).trim()]];
  return words.map((word) => {
    const equals = word.indexOf('=');
    return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
  });
}

/** Splits as a shell does, at blanks outside quotes; quotes and backslashes go. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote) {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"' && at + 1 < text.length) word += text[++at]!;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + (character === '\\' && at + 1 < text.length ? text[++at]! : character);
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Fills in `$X`, `${X}`, `${X:-default}` and `${X:+other}`; what has no value stays as written. */
function substitute(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^{}]*))?\})/g,
    (written, plain: string | undefined, braced: string | undefined, operator?: string, operand?: string) => {
      const value = values.get(plain ?? braced ?? '');
      if (operator === '-') return value || (operand ?? '');
      if (operator === '+') return value ? (operand ?? '') : '';
      return value ?? written;
    },
  );
}

// --- questions ---

/** The stage that is built: the named or numbered one, otherwise the last. */
export function finalStage(dockerfile: Dockerfile, target?: string): Stage | undefined {
  if (target === undefined) return dockerfile.stages.at(-1);
  return dockerfile.stages.find(({ name }) => name?.toLowerCase() === target.toLowerCase()) ?? dockerfile.stages[/^\d+$/.test(target) ? Number(target) : -1];
}

/** A stage after those that it builds upon. */
export function lineageOf(stage: Stage | undefined): Stage[] {
  const stages: Stage[] = [];
  for (let each = stage; each; each = each.base) stages.push(each);
  return stages.reverse();
}

const inherited = (dockerfile: Dockerfile, target?: string): Instruction[] =>
  lineageOf(finalStage(dockerfile, target)).flatMap(({ instructions }) => instructions);

/** The variables that the image sets, with what they hold as far as the file says. */
export function environmentOf(dockerfile: Dockerfile, target?: string): ReadonlyMap<string, { value: string; place: Place }> {
  return variablesAt(dockerfile, inherited(dockerfile, target)).environment;
}

function variablesAt(dockerfile: Dockerfile, instructions: readonly Instruction[]) {
  const environment = new Map<string, { value: string; place: Place }>();
  const known = new Map<string, string>();
  for (const { keyword, text, place } of instructions) {
    if (keyword !== 'ARG' && keyword !== 'ENV') continue;
    for (const [name, written] of pairsOf(text)) {
      const value = written === undefined ? dockerfile.defaults.get(name) : substitute(written, known);
      if (keyword === 'ENV') environment.set(name, { value: value ?? '', place });
      else if (environment.has(name)) continue; // ENV wins over ARG
      if (value !== undefined) known.set(name, value);
    }
  }
  return { environment, known };
}

export interface ExposedPort {
  readonly number: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly place: Place;
}

/** Ports of EXPOSE, ranges written out. */
export function portsOf(dockerfile: Dockerfile, target?: string): readonly ExposedPort[] {
  const instructions = inherited(dockerfile, target);
  const { known } = variablesAt(dockerfile, instructions);
  return instructions.flatMap(({ keyword, text, place }) =>
    keyword === 'EXPOSE' ? wordsOf(substitute(text, known)).flatMap((word) => exposed(word, place)) : [],
  );
}

const MAX_PORT = 65_535;

function exposed(word: string, place: Place): ExposedPort[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(word);
  if (!match) return [];
  const from = Number(match[1]);
  const to = Math.min(Number(match[2] ?? from), MAX_PORT);
  const protocol = (match[3]?.toUpperCase() ?? 'TCP') as ExposedPort['protocol'];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({ number: from + index, protocol, place }));
}

/** The last USER, as name or number; undefined when the base image decides. */
export function userOf(dockerfile: Dockerfile, target?: string): { user: string; group: string | undefined; place: Place } | undefined {
  const instructions = inherited(dockerfile, target);
  const last = instructions.findLast(({ keyword }) => keyword === 'USER');
  if (!last) return undefined;
  const [user = '', group] = substitute(wordsOf(last.text)[0] ?? '', variablesAt(dockerfile, instructions).known).split(':', 2);
  return { user, group, place: last.place };
}

export interface ProgramWords {
  /** the shell form runs through `/bin/sh -c`, so that signals reach the shell */
  readonly form: 'exec' | 'shell';
  readonly words: readonly string[];
  readonly place: Place;
}

/** What a container of the image runs; undefined where the base image decides. */
export function programOf(dockerfile: Dockerfile, target?: string): { entrypoint: ProgramWords | undefined; cmd: ProgramWords | undefined } {
  let entrypoint: ProgramWords | undefined;
  let cmd: ProgramWords | undefined;
  for (const stage of lineageOf(finalStage(dockerfile, target))) {
    const own = (keyword: string) => stage.instructions.findLast((instruction) => instruction.keyword === keyword);
    const [ownEntrypoint, ownCmd] = [own('ENTRYPOINT'), own('CMD')];
    if (ownEntrypoint) [entrypoint, cmd] = [programWords(ownEntrypoint), undefined]; // a new ENTRYPOINT drops an inherited CMD
    if (ownCmd) cmd = programWords(ownCmd);
  }
  return { entrypoint, cmd };
}

function programWords({ text, place }: Instruction): ProgramWords {
  const words = jsonWords(text);
  return words ? { form: 'exec', words, place } : { form: 'shell', words: wordsOf(text), place };
}

function jsonWords(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined; // what is no JSON list is the shell form
  }
}

export interface Copy {
  readonly sources: readonly string[];
  readonly destination: string;
  /** the stage or image that it copies from; undefined for the build context */
  readonly from: string | undefined;
  readonly place: Place;
}

/** What COPY and ADD of a stage bring in. */
export function copiesOf(stage: Stage): readonly Copy[] {
  return stage.instructions.flatMap(({ keyword, flags, text, place }) => {
    if (keyword !== 'COPY' && keyword !== 'ADD') return [];
    const words = jsonWords(text) ?? wordsOf(text);
    const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
    return [{ sources: words.slice(0, -1).filter((word) => !word.startsWith('<<')), destination: words.at(-1) ?? '', from, place }];
  });
}
