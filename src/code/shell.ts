import type * as Bash from 'unbash';
import type { Place, Source } from '../checkout/source.ts';
import { type FileProblem, scriptBroken } from '../errors.ts';
import { byPlace, NotShell, Reader } from './shell-reader.ts';

/** A Bash or POSIX shell script as data. Questions about it stand in shell-invocations, shell-values, applied-files, errexit and shell-uses. */
export interface Script {
  readonly source: Source;
  /** every simple command in file order, those in functions, loops and substitutions too; `[[`, `((` and `case` count, plain assignments do not */
  readonly commands: readonly Command[];
  readonly functions: ReadonlyMap<string, Place>;
  /** every place that gives a variable a value, in file order */
  readonly assignments: readonly Assignment[];
  /** set when the file is not valid shell: then nothing was read from it */
  readonly problem?: FileProblem;
}

export interface Command {
  /** as written, quotes removed; `$KUBECTL` stays so */
  readonly name: string;
  /** arguments as written, quotes removed where the word is literal; for `[[` and `((` the one text inside */
  readonly args: readonly string[];
  readonly place: Place;
  /** the function it is in */
  readonly inFunction: string | undefined;
  /** whether its failure is tested (if, while, &&, ||, !) or goes nowhere (`&`, inside a pipe), so that `set -e` does not end the script */
  readonly tested: boolean;
  /** the name; undefined for `[[`, `((` and `case` */
  readonly nameWord: Word | undefined;
  /** the arguments with what each reads, then the assignments in front of the name; for `[[` its operands */
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  /** the commands whose output it reads through a pipe */
  readonly pipedFrom: readonly Command[];
  /** the shell options in force there */
  readonly options: ShellOptions;
  /** of `((...))` */
  readonly expression?: Bash.ArithmeticExpression;
}

export interface ShellOptions {
  readonly errexit: boolean;
  readonly nounset: boolean;
  readonly pipefail: boolean;
}

export interface Redirect {
  readonly operator: string;
  /** the file, or the text of `<<<` and `<<` */
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  /** the value's word, every word of an array or of a `for` list; for input the text that is read, when it stands there */
  readonly values: readonly Word[];
  readonly by: '=' | '+=' | 'for' | 'input' | 'declaration';
  readonly place: Place;
  readonly inFunction: string | undefined;
  /** whether children of the script see it: `export X=1` */
  readonly exported: boolean;
  /** as for a command: `n=$(expr ...)` fails when the substitution does */
  readonly tested: boolean;
  readonly options: ShellOptions;
}

/** One word of shell with its quotes removed. */
export interface Word {
  /** expansions stay as written */
  readonly text: string;
  readonly parts: readonly WordPart[];
  /** names of the variables and positional parameters (`1`, `@`) that its value depends on, through substitutions too */
  readonly reads: readonly string[];
  readonly place: Place;
}
export type WordPart =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'glob'; readonly text: string }
  | { readonly is: 'variable'; readonly name: string; readonly operator: string | undefined; readonly operand: Word | undefined }
  | { readonly is: 'output'; readonly commands: readonly Command[] }
  | { readonly is: 'unknown' };

/** Reads a script. What is not valid shell gives `problem` and no commands; never throws. */
export function parseScript(source: Source): Script {
  const reader = new Reader(source);
  try {
    reader.read();
  } catch (error) {
    if (!(error instanceof NotShell || error instanceof RangeError)) throw error;
    const { line } = source.position(error instanceof NotShell ? error.offset : 0);
    const cause = error instanceof NotShell ? error : new Error('it nests too deep');
    return {
      source,
      commands: [],
      functions: new Map(),
      assignments: [],
      problem: { path: source.path, line, problem: scriptBroken(source.path, line, cause) },
    };
  }
  return { source, commands: reader.commands.sort(byPlace), functions: reader.functions, assignments: reader.assignments.sort(byPlace) };
}

/** The variables that a command's words and redirections read. */
export const readsOf = (command: Command): readonly string[] => [
  ...(command.nameWord?.reads ?? []),
  ...command.words.flatMap((word) => word.reads),
  ...command.redirects.flatMap(({ target }) => target.reads),
];
