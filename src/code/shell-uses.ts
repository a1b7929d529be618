import type { Command, Script, Word } from './shell.ts';
import { callsOf } from './shell-index.ts';

/** What becomes of a value: it is only shown, it decides what happens, or a command works with it. */
export interface Use {
  readonly command: Command;
  readonly how: 'print' | 'test' | 'act';
}

export const PRINTS: ReadonlySet<string> = new Set(['echo', 'printf', 'cat', 'tput', 'logger']);
const FILTERS: ReadonlySet<string> = new Set(['sed', 'awk', 'tr', 'cut', 'head', 'tail', 'wc', 'sort', 'jq', 'yq', 'basename', 'dirname']);
const MAX_PIPE = 16;
const TESTS: ReadonlySet<string> = new Set(['grep', '[', '[[', 'test', '((', 'case', ':', 'true', 'return', 'exit', 'shift']);
const DECLARES: ReadonlySet<string> = new Set(['local', 'declare', 'typeset', 'readonly', 'read', 'unset']);

/**
 * The commands that a variable's value reaches, or that of a positional parameter of the script (`1`): through other variables,
 * substitutions and the arguments of the script's own functions too. When every use is `print`, nothing depends on it.
 */
export function usesOf(script: Script, name: string): readonly Use[] {
  const readers = readersIn(script);
  const uses = new Map<Command, Use>();
  const waiting = [keyOf(name, undefined)];
  const seen = new Set<string>();
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    for (const reader of alike(key).flatMap((each) => readers.get(each) ?? [])) {
      const next = reader.to ?? argumentOf(script, reader, key);
      if (next !== undefined) waiting.push(next);
      else if (reader.command && !uses.has(reader.command)) uses.set(reader.command, { command: reader.command, how: howOf(reader) });
    }
  }
  return Array.from(uses.values()).sort((a, b) => a.command.place.start - b.command.place.start);
}

/** A place that reads a value. */
interface Reading {
  /** the variable that gets it */
  readonly to?: string;
  readonly command?: Command;
  /** its word among the command's arguments */
  readonly at?: number;
  /** the command whose input the command's output is */
  readonly pipedInto: ReadonlyMap<Command, Command>;
  /** it names the program, or the file that output goes to */
  readonly decides?: boolean;
}

const isParameter = (name: string): boolean => /^(?:[1-9]\d*|[@*])$/.test(name);
/** A variable is the same in every function, a parameter is not. */
const keyOf = (name: string, inFunction: string | undefined): string => (isParameter(name) ? `${name} ${inFunction ?? ''}` : name);

/** Keys whose readers see the value: those of `$2` read `"$@"` too. */
function alike(key: string): string[] {
  const [name = '', inFunction] = key.split(' ');
  if (inFunction === undefined) return [key];
  const names = /\d/.test(name) ? [name, '@', '*'] : ['@', '*', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
  return names.map((each) => `${each} ${inFunction}`);
}

function readersIn(script: Script): ReadonlyMap<string, readonly Reading[]> {
  const readers = new Map<string, Reading[]>();
  const add = (word: Word, inFunction: string | undefined, reading: Reading) => {
    for (const name of word.reads) {
      const key = keyOf(name, inFunction);
      const found = readers.get(key);
      if (found) found.push(reading);
      else readers.set(key, [reading]);
    }
  };
  const pipedInto = new Map<Command, Command>();
  for (const command of script.commands) for (const upstream of command.pipedFrom) pipedInto.set(upstream, command);
  for (const { name, values, inFunction, exported } of script.assignments) {
    if (!exported) for (const word of values) add(word, inFunction, { pipedInto, to: keyOf(name, inFunction) });
  }
  for (const command of script.commands) {
    if (DECLARES.has(command.name)) continue; // the assignment tells where the value goes
    if (command.nameWord) add(command.nameWord, command.inFunction, { command, pipedInto, decides: true });
    for (const [at, word] of command.words.entries()) add(word, command.inFunction, { command, pipedInto, at });
    for (const { operator, target } of command.redirects) add(target, command.inFunction, { command, pipedInto, decides: operator.includes('>') });
  }
  return readers;
}

/** The parameter that a call of the script's own function hands the value to: `$2` when it stands second, every one for `"$@"`. */
function argumentOf(script: Script, { command, at }: Reading, key: string): string | undefined {
  if (!command || at === undefined || callsOf(script, command.name).length === 0) return undefined;
  const own = /^[1-9]\d*(?= )/.exec(key)?.[0];
  const all = /^\$[@*]$/.test(command.words[at]!.text);
  return keyOf(all && own ? String(at + Number(own)) : all ? '@' : String(at + 1), command.name);
}

const TO_PEOPLE = /^(?:[12]|\/dev\/(?:null|tty|stderr|stdout))$/;

function howOf({ command, pipedInto, decides }: Reading): Use['how'] {
  let last = command!;
  if (decides && !pipedInto.has(last)) return TESTS.has(last.name) ? 'test' : 'act';
  for (let left = MAX_PIPE; left > 0; left--) {
    if (!PRINTS.has(last.name) && !FILTERS.has(last.name) && !TESTS.has(last.name)) return 'act';
    if (last.args.some((arg) => arg.startsWith('-i')) && last.name === 'sed') return 'act';
    if (last.redirects.some(({ operator, target }) => operator.includes('>') && !TO_PEOPLE.test(target.text))) return 'act';
    const next = pipedInto.get(last);
    if (!next) return TESTS.has(last.name) ? 'test' : 'print';
    last = next;
  }
  return 'act';
}
