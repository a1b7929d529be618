import { posix } from 'node:path';
import type { Command, Script, Word } from './shell.ts';
import { callsOf, indexOf } from './shell-index.ts';

/** What a word may be when the script runs, as far as the script alone says. */
export interface Values {
  readonly texts: readonly string[];
  /** false when there may be others: an argument, the environment, a program's output */
  readonly complete: boolean;
}

/** Begins a path that is known from the repository's top folder; no text under review holds NUL. */
export const TOP = '\0';
/** Begins the name of a file that `mktemp` makes. */
export const TEMPORARY = '\u0001';

const UNKNOWN: Values = { texts: [], complete: false };
const MAX_VALUES = 64;
const MAX_STEPS = 8;

/** Possible values of a word in that function (undefined: outside functions). Assignments count wherever they stand in the file. */
export const valuesOf = (script: Script, word: Word, inFunction: string | undefined): Values => evaluate(script, word, inFunction, MAX_STEPS);

function evaluate(script: Script, word: Word, inFunction: string | undefined, steps: number): Values {
  if (steps === 0) return UNKNOWN;
  let values: Values = { texts: [''], complete: true };
  for (const part of word.parts) {
    const next =
      part.is === 'text'
        ? { texts: [part.text], complete: true }
        : part.is === 'glob'
          ? { texts: braces(part.text), complete: true }
          : part.is === 'variable'
            ? expansion(script, part, inFunction, steps - 1)
            : part.is === 'output'
              ? output(script, part.commands, inFunction, steps - 1)
              : UNKNOWN;
    values = product(values, next);
  }
  return values;
}

function product(left: Values, right: Values): Values {
  const complete = left.complete && right.complete;
  if (left.texts.length === 1 && right.texts.length === 1 && !right.texts[0]!.startsWith(TOP)) return { texts: [left.texts[0]! + right.texts[0]!], complete };
  const texts = new Set<string>();
  for (const before of left.texts) {
    for (const after of right.texts) {
      if (texts.size === MAX_VALUES) return { texts: Array.from(texts), complete: false };
      texts.add(after.startsWith(TOP) ? after : before + after);
    }
  }
  return { texts: Array.from(texts), complete };
}

function union(all: readonly Values[]): Values {
  const texts = new Set(all.flatMap((values) => values.texts));
  return { texts: Array.from(texts).slice(0, MAX_VALUES), complete: texts.size <= MAX_VALUES && all.every((values) => values.complete) };
}

const mapped = (values: Values, change: (text: string) => string): Values => ({ ...values, texts: values.texts.map(change) });

/** `a{b,c}d` inside: `{b,c}` gives b and c; nested braces and ranges stay as they are. */
function braces(text: string): string[] {
  return text.startsWith('{') && text.includes(',') && text.indexOf('{', 1) < 0 ? text.slice(1, -1).split(',').slice(0, MAX_VALUES) : [text];
}

function expansion(script: Script, part: Extract<Word['parts'][number], { is: 'variable' }>, inFunction: string | undefined, steps: number): Values {
  const value = () => variable(script, part.name, inFunction, steps);
  const operand = () => (part.operand ? evaluate(script, part.operand, inFunction, steps) : { texts: [''], complete: true });
  switch (part.operator) {
    case undefined:
    case '?':
    case ':?':
      return value();
    case '-':
    case ':-':
    case '=':
    case ':=': {
      const { texts, complete } = value();
      return texts.length === 0 ? operand() : complete ? { texts, complete } : union([{ texts, complete: true }, operand()]);
    }
    case '+':
    case ':+':
      return operand();
    case '%':
      return part.operand?.text === '/*' ? mapped(value(), posix.dirname) : UNKNOWN;
    case '##':
      return part.operand?.text === '*/' ? mapped(value(), (text) => posix.basename(text)) : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

const known = new WeakMap<Script, Map<string, Values>>();

function variable(script: Script, name: string, inFunction: string | undefined, steps: number): Values {
  if (name === '0' || name === 'BASH_SOURCE') return { texts: [`${TOP}/${script.source.path}`], complete: true };
  if (name === 'PWD') return { texts: ['.'], complete: true };
  let values = known.get(script);
  if (!values) known.set(script, (values = new Map()));
  const key = `${name} ${inFunction ?? ''}`;
  const before = values.get(key);
  if (before) return before;
  values.set(key, UNKNOWN); // while it is being looked for, so that `x=$x:$y` ends
  const found = /^(?:[1-9]\d*|[@*])$/.test(name) ? argument(script, name, inFunction, steps) : assigned(script, name, inFunction, steps);
  values.set(key, found);
  return found;
}

function assigned(script: Script, name: string, inFunction: string | undefined, steps: number): Values {
  const everywhere = indexOf(script).assignments.get(name) ?? [];
  const inside = everywhere.filter((assignment) => assignment.inFunction === inFunction);
  const here = (inside.length > 0 ? inside : everywhere).filter(({ by }) => by !== 'declaration');
  if (here.length === 0) return UNKNOWN;
  return union(
    here.flatMap((assignment) =>
      assignment.by === 'input' ? [UNKNOWN] : assignment.values.map((word) => evaluate(script, word, assignment.inFunction, steps)),
    ),
  );
}

/** What a function's callers pass as `$1`, or as any argument. */
function argument(script: Script, name: string, inFunction: string | undefined, steps: number): Values {
  const calls = inFunction === undefined ? [] : callsOf(script, inFunction);
  if (calls.length === 0) return UNKNOWN;
  return union(
    calls.flatMap((call) => {
      const words = /\d/.test(name) ? call.words.slice(Number(name) - 1, Number(name)) : call.words;
      return words.map((word) => evaluate(script, word, call.inFunction, steps));
    }),
  );
}

/** What a substitution prints, for the few idioms that name files. */
function output(script: Script, commands: readonly Command[], inFunction: string | undefined, steps: number): Values {
  const last = commands.at(-1);
  const cd = commands.find((command) => command.name === 'cd');
  const operands = (command: Command) => command.words.filter(({ text }) => !text.startsWith('-'));
  const evaluated = (word: Word | undefined) => (word ? evaluate(script, word, inFunction, steps) : UNKNOWN);
  if (last?.name === 'pwd') return cd ? evaluated(operands(cd)[0]) : { texts: ['.'], complete: true };
  if (!last || commands.some((command) => command.place.start < last.place.start)) return UNKNOWN;
  switch (last.name) {
    case 'dirname':
      return mapped(evaluated(operands(last)[0]), posix.dirname);
    case 'basename':
      return last.words.length === 1 ? mapped(evaluated(last.words[0]), (text) => posix.basename(text)) : UNKNOWN;
    case 'realpath':
    case 'readlink':
      return evaluated(operands(last)[0]);
    case 'echo':
      return last.words.length === 1 ? evaluated(last.words[0]) : UNKNOWN;
    case 'mktemp':
      return { texts: [`${TEMPORARY}${last.place.start}`], complete: true };
    case 'git':
      return last.args.join(' ') === 'rev-parse --show-toplevel' ? { texts: [TOP], complete: true } : UNKNOWN;
    default:
      return UNKNOWN;
  }
}
