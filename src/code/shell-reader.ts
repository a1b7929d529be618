import { createRequire } from 'node:module';
import type * as Bash from 'unbash';
import type { Place, Source } from '../checkout/source.ts';
import { type Assignment, type Command, type Redirect, readsOf, type ShellOptions, type Word, type WordPart } from './shell.ts';

let parser: ((text: string) => Bash.ParsedScript) | undefined;
/** Loads the parser when the first script is read: 12 to 15 ms that a review without scripts need not spend. */
function parse(text: string): Bash.ParsedScript {
  parser ??= (createRequire(import.meta.url)('unbash') as { parse: (text: string) => Bash.ParsedScript }).parse;
  return parser(text);
}

/** Parses the arithmetic of a `let` argument. */
export function parseArithmetic(text: string): Bash.ArithmeticExpression | undefined {
  const statement = /[()]/.test(text) ? undefined : parse(`((${text}))`).commands[0];
  return statement?.command.type === 'ArithmeticCommand' ? statement.command.expression : undefined;
}

const MAX_SUBSTITUTIONS = 16; // each level is scanned again by the parser, so that depth costs time
const DECLARES = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);
const READS_OR_DECLARES = new Set([...DECLARES, 'read', 'mapfile', 'readarray', 'getopts', 'printf']);

export const byPlace = (a: { place: Place }, b: { place: Place }): number => a.place.start - b.place.start || b.place.end - a.place.end;

/** The text is not shell, or nests deeper than is read. */
export class NotShell extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Where in the script a node stands. Options are shared by all that runs in one shell process, so that `set` reaches what follows. */
interface Context {
  readonly inFunction: string | undefined;
  readonly tested: boolean;
  readonly shell: { options: ShellOptions };
  readonly depth: number;
  /** maps offsets of text that was parsed apart (a trap's handler) to the file; a place when it cannot be mapped */
  readonly at: number | Place;
}
type Draft = Omit<Command, 'pipedFrom'> & { pipedFrom: readonly Command[] };
type Body = { body: Bash.SyntaxNode; options: ShellOptions; depth: number; at: number | Place };

/** Walks a parsed script once. */
export class Reader {
  readonly commands: Draft[] = [];
  readonly assignments: Assignment[] = [];
  readonly functions = new Map<string, Place>();
  readonly #source: Source;
  readonly #posix: boolean;
  /** of functions that were not read yet */
  readonly #bodies = new Map<string, Body[]>();
  /** options at the first call of each command, or at its first call under `set -e` */
  readonly #calls = new Map<string, ShellOptions>();
  readonly #calledUnderErrexit: string[] = [];
  readonly #calledWithout: string[] = [];

  constructor(source: Source) {
    this.#source = source;
    this.#posix = /^#!\s*\S*\/(?:env\s+)?(?:sh|dash|ash)\b/.test(source.text);
  }

  read(): void {
    const options = optionsOfShebang(this.#source.text);
    this.#script(parse(this.#source.text), { inFunction: undefined, tested: false, shell: { options }, depth: 0, at: 0 });
    for (let next = this.#nextBody(); next; next = this.#nextBody()) {
      const [name, body, options] = next;
      this.#node(body.body, { inFunction: name, tested: false, shell: { options }, depth: body.depth, at: body.at });
    }
  }

  /** Bodies are read as they are called: with the options there, those under `set -e` first, those that nobody calls last. */
  #nextBody(): [string, Body, ShellOptions] | undefined {
    const name = this.#firstDefined(this.#calledUnderErrexit) ?? this.#firstDefined(this.#calledWithout) ?? this.#bodies.keys().next().value;
    if (name === undefined) return undefined;
    const bodies = this.#bodies.get(name)!;
    const body = bodies.pop()!;
    if (bodies.length === 0) this.#bodies.delete(name);
    return [name, body, this.#calls.get(name) ?? body.options];
  }

  #firstDefined(names: string[]): string | undefined {
    while (names.length > 0 && !this.#bodies.has(names.at(-1)!)) names.pop();
    return names.at(-1);
  }

  #place(node: { pos: number; end: number }, { at }: Context): Place {
    return typeof at === 'number' ? { source: this.#source, start: at + node.pos, end: at + node.end } : at;
  }

  #script(script: Bash.ParsedScript, context: Context): void {
    const error = script.errors?.[0];
    if (error)
      throw new NotShell(error.message, typeof context.at === 'number' ? Math.min(context.at + error.pos, this.#source.text.length) : context.at.start);
    for (const statement of script.commands) this.#node(statement, context);
  }

  /** Statements and compound commands; the parser bounds how deep they nest. */
  #node(node: Bash.SyntaxNode, context: Context): void {
    const tested: Context = context.tested ? context : { ...context, tested: true };
    switch (node.type) {
      case 'Statement':
        this.#node(node.command, node.background ? { ...tested, shell: { ...context.shell } } : context);
        break;
      case 'CompoundList':
        for (const statement of node.commands) this.#node(statement, context);
        break;
      case 'AndOr':
        for (const [index, command] of node.commands.entries()) this.#node(command, index < node.commands.length - 1 ? tested : context);
        break;
      case 'Pipeline':
        this.#pipeline(node, context, tested);
        break;
      case 'Command':
        this.#command(node, context);
        break;
      case 'Redirected':
        this.#redirects(node.redirects, context);
        this.#node(node.command, context);
        break;
      case 'If':
        this.#node(node.clause, tested);
        this.#node(node.then, context);
        for (const branch of node.elif) {
          this.#node(branch.clause, tested);
          this.#node(branch.then, context);
        }
        if (node.else) this.#node(node.else, context);
        break;
      case 'While':
        this.#node(node.clause, tested);
        this.#node(node.body, context);
        break;
      case 'For':
      case 'Select':
        this.#assign(
          node.name.value,
          (node.wordlist ?? []).map((word) => this.#word(word, context)),
          node.type === 'For' && node.wordlist ? 'for' : 'input',
          node.name,
          context,
        );
        this.#node(node.body, context);
        break;
      case 'ArithmeticFor':
        for (const part of [node.initialize, node.test, node.update]) if (part) this.#add('((', part, [this.#arithmeticWord(part, context)], tested);
        this.#node(node.body, context);
        break;
      case 'Case':
        this.#add('case', node.word, [this.#word(node.word, context)], tested);
        for (const item of node.items) this.#node(item.body, context);
        break;
      case 'Subshell':
        this.#node(node.body, { ...context, shell: { ...context.shell } });
        break;
      case 'BraceGroup':
        this.#node(node.body, context);
        break;
      case 'Coproc':
        this.#node(node.body, { ...tested, shell: { ...context.shell } });
        break;
      case 'Function': {
        const name = node.name.value;
        this.functions.set(name, this.#place(node, context));
        const bodies = this.#bodies.get(name) ?? [];
        bodies.push({ body: node.body, options: context.shell.options, depth: context.depth, at: context.at });
        this.#bodies.set(name, bodies);
        break;
      }
      case 'TestCommand':
        this.#add('[[', node, this.#testWords(node, context), context);
        break;
      case 'ArithmeticCommand':
        this.#add('((', node, node.expression ? [this.#arithmeticWord(node.expression, context)] : [], context, node.expression);
        break;
    }
  }

  #pipeline(node: Bash.Pipeline, context: Context, tested: Context): void {
    const negated = node.prefixes.some((prefix) => prefix.type === 'Negation');
    const last = node.commands.length - 1;
    let upstream: readonly Command[] = [];
    for (const [index, command] of node.commands.entries()) {
      const ignored = negated || (index < last && !context.shell.options.pipefail);
      const from = this.commands.length;
      // every part of a pipe runs in a process of its own, so a `set` there ends with it
      this.#node(command, { ...(ignored ? tested : context), shell: last > 0 ? { ...context.shell } : context.shell });
      const added = this.commands.slice(from);
      if (upstream.length > 0) for (const reader of added) if (reader.pipedFrom.length === 0) reader.pipedFrom = upstream;
      upstream = added;
    }
  }

  #command(node: Bash.Command, context: Context): void {
    const name = node.name?.value ?? '';
    const nameWord = node.name && this.#word(node.name, context);
    const exported = name === 'export' || (DECLARES.has(name) && node.args.some((word) => word.type === 'Word' && word.value === '-x'));
    const assigns = !nameWord || DECLARES.has(name);
    const wordOf = (item: Bash.Word | Bash.Assignment) =>
      item.type === 'Word' ? this.#word(item, context) : this.#assignment(item, assigns, exported, context);
    const args = node.args.map(wordOf);
    const before = node.prefix.filter((item) => item.type === 'Assignment').map(wordOf);
    const redirects = this.#redirects(node.redirects, context);
    if (!nameWord) return;
    if (READS_OR_DECLARES.has(name)) this.#declared(name, args, redirects, exported, context);
    this.commands.push({ ...this.#base(name, node, [...args, ...before], context), nameWord, redirects, args: args.map((word) => word.text) });
    this.#called(name, context.shell.options);
    if (name === 'set') {
      context.shell.options = optionsAfter(
        context.shell.options,
        args.map((word) => word.text),
      );
    }
    this.#nested(name, node, context);
  }

  #called(name: string, options: ShellOptions): void {
    const before = this.#calls.get(name);
    if (before && (before.errexit || !options.errexit)) return;
    this.#calls.set(name, options);
    (options.errexit ? this.#calledUnderErrexit : this.#calledWithout).push(name);
  }

  /** `[[`, `((` and `case`, which decide and have no arguments */
  #add(name: string, node: { pos: number; end: number }, words: readonly Word[], context: Context, expression?: Bash.ArithmeticExpression): void {
    const base = this.#base(name, node, words, context);
    const written = base.place.source.text.slice(base.place.start, base.place.end);
    const args = written.startsWith(name) ? [written.slice(2, -2).trim()] : base.args;
    this.commands.push({ ...base, args, ...(expression ? { expression } : {}) });
  }

  #base(name: string, node: { pos: number; end: number }, words: readonly Word[], context: Context): Draft {
    return {
      name,
      args: words.map((word) => word.text),
      place: this.#place(node, context),
      inFunction: context.inFunction,
      tested: context.tested,
      nameWord: undefined,
      words,
      redirects: [],
      pipedFrom: [],
      options: context.shell.options,
    };
  }

  /** The shell that stands in a literal word: `trap 'rm -f x' EXIT`, `eval '...'`, `bash -c '...'`. */
  #nested(name: string, node: Bash.Command, context: Context): void {
    const dashC = /^(?:ba|da|a)?sh$/.test(name) ? node.args.findIndex((word) => word.type === 'Word' && /^-\w*c$/.test(word.value)) : -1;
    const word = name === 'trap' || (name === 'eval' && node.args.length === 1) ? node.args[0] : dashC >= 0 ? node.args[dashC + 1] : undefined;
    if (word?.type !== 'Word' || word.value === '-' || context.depth >= MAX_SUBSTITUTIONS) return;
    const quoted = word.parts?.length === 1 && (word.parts[0]!.type === 'SingleQuoted' || word.parts[0]!.type === 'DoubleQuoted') ? 1 : 0;
    const verbatim = word.text.slice(quoted, word.text.length - quoted) === word.value;
    if (!verbatim && /[$`]/.test(word.value)) return; // what runs is known only when it runs
    const nested = parse(word.value);
    if (nested.errors) return;
    const shell = name === 'eval' ? context.shell : { options: name === 'trap' ? context.shell.options : NO_OPTIONS };
    const at = verbatim && typeof context.at === 'number' ? context.at + word.pos + quoted : this.#place(word, context);
    this.#script(nested, { ...context, shell, at, inFunction: name === 'trap' ? undefined : context.inFunction, depth: context.depth + 1 });
  }

  /** @returns the whole assignment as the word it is among a command's arguments */
  #assignment(node: Bash.Assignment, assigns: boolean, exported: boolean, context: Context): Word {
    const values = (node.value.type === 'ArrayValue' ? node.value.elements : [node.value]).map((word) => this.#word(word, context));
    if (assigns) this.#assign(node.name, values, node.append || node.index ? '+=' : '=', node, context, exported);
    return { text: node.text, parts: [{ is: 'unknown' }], reads: Array.from(new Set(values.flatMap((word) => word.reads))), place: this.#place(node, context) };
  }

  #assign(name: string, values: readonly Word[], by: Assignment['by'], node: { pos: number; end: number }, context: Context, exported = false): void {
    this.#assignAt(this.#place(node, context), name, values, by, exported, context);
  }

  #assignAt(place: Place, name: string, values: readonly Word[], by: Assignment['by'], exported: boolean, context: Context): void {
    const { inFunction, tested, shell } = context;
    this.assignments.push({ name, values, by, place, inFunction, exported, tested, options: shell.options });
  }

  /** `read x`, `local x`, `printf -v x`: variables whose value does not stand there. */
  #declared(command: string, words: readonly Word[], redirects: readonly Redirect[], exported: boolean, context: Context): void {
    const names = command === 'printf' ? (words[0]?.text === '-v' ? words.slice(1, 2) : []) : command === 'getopts' ? words.slice(1, 2) : words;
    for (const { text, place } of names) {
      if (!/^[A-Za-z_]\w*$/.test(text)) continue;
      if (command === 'export' || command === 'readonly') continue; // keeps the value it has
      const by = DECLARES.has(command) ? 'declaration' : 'input';
      const values = command === 'printf' ? words.slice(2) : redirects.map(({ target }) => target);
      this.#assignAt(place, text, values, by, exported, context);
    }
  }

  #redirects(redirects: readonly Bash.Redirection[], context: Context): Redirect[] {
    const found: Redirect[] = [];
    for (const redirect of redirects) {
      if (redirect.type === 'HereDoc') {
        const parts = redirect.delimiter?.quoted ? undefined : redirect.body.parts;
        found.push({ operator: redirect.operator, target: this.#wordOf(redirect.body.text, parts, redirect.body, context) });
      } else if (redirect.target) found.push({ operator: redirect.operator, target: this.#word(redirect.target, context) });
    }
    return found;
  }

  #word(word: Bash.Word, context: Context): Word {
    return this.#wordOf(word.value, word.parts, word, context);
  }

  #wordOf(text: string, parts: readonly Bash.WordPart[] | undefined, node: { pos: number; end: number }, context: Context): Word {
    const found = { parts: [] as WordPart[], reads: new Set<string>() };
    if (parts) for (const part of parts) this.#part(part, found, context);
    else found.parts.push({ is: 'text', text });
    return { text, parts: found.parts, reads: Array.from(found.reads), place: this.#place(node, context) };
  }

  #part(part: Bash.WordPart, found: { parts: WordPart[]; reads: Set<string> }, context: Context): void {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        found.parts.push({ is: 'text', text: part.value });
        break;
      case 'DoubleQuoted':
      case 'LocaleString':
        for (const child of part.parts) this.#part(child, found, context);
        break;
      case 'SimpleExpansion':
        found.reads.add(part.text.slice(1));
        found.parts.push({ is: 'variable', name: part.text.slice(1), operator: undefined, operand: undefined });
        break;
      case 'ParameterExpansion':
        this.#parameter(part, found, context);
        break;
      case 'CommandExpansion':
      case 'ProcessSubstitution':
        this.#substitution(part, found, context);
        break;
      case 'ArithmeticExpansion':
        if (part.expression) for (const name of this.#arithmeticWord(part.expression, context).reads) found.reads.add(name);
        found.parts.push({ is: 'unknown' });
        break;
      case 'Glob':
      case 'ExtendedGlob':
      case 'BraceExpansion':
        found.parts.push({ is: 'glob', text: part.text });
        break;
    }
  }

  #parameter(part: Bash.ParameterExpansionPart, found: { parts: WordPart[]; reads: Set<string> }, context: Context): void {
    found.reads.add(part.parameter);
    const { operation } = part;
    const operandWord = operation && 'operand' in operation ? operation.operand : undefined;
    const operand = operandWord && this.#word(operandWord, context);
    for (const name of operand?.reads ?? []) found.reads.add(name);
    const operator = part.prefix ?? (operation && 'operator' in operation ? operation.operator : operation && 'slice');
    found.parts.push({ is: 'variable', name: part.parameter, operator, operand });
  }

  #substitution(part: Bash.CommandExpansionPart | Bash.ProcessSubstitutionPart, found: { parts: WordPart[]; reads: Set<string> }, context: Context): void {
    if (context.depth >= MAX_SUBSTITUTIONS)
      throw new NotShell(`more than ${MAX_SUBSTITUTIONS} substitutions stand inside each other`, this.#place(part, context).start);
    const { script } = part;
    if (!script) return;
    // a substitution with escaped backticks is decoded first, so that its offsets are no offsets into the file
    const at = script.source === undefined ? context.at : this.#place(part, context);
    // Bash switches `set -e` off in $(...), unless it runs as sh
    const errexit = context.shell.options.errexit && (this.#posix || part.type === 'ProcessSubstitution');
    const from = this.commands.length;
    const assigned = this.assignments.length;
    this.#script(script, { ...context, at, depth: context.depth + 1, tested: false, shell: { options: { ...context.shell.options, errexit } } });
    const commands = this.commands.slice(from);
    for (const command of commands) for (const name of readsOf(command)) found.reads.add(name);
    for (const { values } of this.assignments.slice(assigned)) for (const { reads } of values) for (const name of reads) found.reads.add(name);
    found.parts.push({ is: 'output', commands });
  }

  #testWords(node: Bash.TestCommand, context: Context): Word[] {
    const words: Word[] = [];
    const waiting: Bash.TestExpression[] = [node.expression];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (next.type === 'TestUnary') words.push(this.#word(next.operand, context));
      else if (next.type === 'TestBinary') words.push(this.#word(next.left, context), this.#word(next.right, context));
      else if (next.type === 'TestLogical') for (const operand of next.operands) waiting.push(operand);
      else waiting.push(next.type === 'TestNot' ? next.operand : next.expression);
    }
    return words.sort(byPlace);
  }

  /** An arithmetic expression as one word; without recursion, as `1+1+...` nests as deep as it is long. */
  #arithmeticWord(expression: Bash.ArithmeticExpression, context: Context): Word {
    const found = { parts: [{ is: 'unknown' }] as WordPart[], reads: new Set<string>() };
    const waiting: Bash.ArithmeticExpression[] = [expression];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (next.type === 'ArithmeticWord') {
        if (/^[A-Za-z_]\w*$/.test(next.value)) found.reads.add(next.value);
        for (const part of next.parts ?? []) this.#part(part, found, context);
      } else if (next.type === 'ArithmeticUnary') waiting.push(next.operand);
      else if (next.type === 'ArithmeticBinary') waiting.push(next.left, next.right);
      else if (next.type === 'ArithmeticTernary') waiting.push(next.test, next.consequent, next.alternate);
      else if (next.type === 'ArithmeticGroup') waiting.push(next.expression);
    }
    const place = this.#place(expression, context);
    return { text: place.source.text.slice(place.start, place.end), parts: [{ is: 'unknown' }], reads: Array.from(found.reads), place };
  }
}

const NO_OPTIONS: ShellOptions = { errexit: false, nounset: false, pipefail: false };
const LETTERS: Readonly<Record<string, keyof ShellOptions>> = { e: 'errexit', u: 'nounset' };

/** `#!/bin/bash -eu` */
const optionsOfShebang = (text: string): ShellOptions =>
  optionsAfter(NO_OPTIONS, /^#![^\n]*?\/?(?:ba|da|a)?sh[ \t]([^\n]*)/.exec(text)?.[1]?.trim().split(/\s+/) ?? []);

/** What `set ARGS` leaves switched on. */
function optionsAfter(before: ShellOptions, args: readonly string[]): ShellOptions {
  const options = { ...before };
  for (let index = 0; index < args.length; index++) {
    const match = /^([-+])(\w+)$/.exec(args[index]!);
    if (!match) break;
    const on = match[1] === '-';
    for (const letter of match[2]!) {
      const name = letter === 'o' ? args[++index] : LETTERS[letter];
      if (name === 'errexit' || name === 'nounset' || name === 'pipefail') options[name] = on;
    }
  }
  return options;
}
