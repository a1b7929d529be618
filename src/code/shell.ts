import type { Place, Source } from '../checkout/source.ts';

export interface Script {
  readonly source: Source;
  /** every simple command in file order, those in functions, loops and substitutions too */
  readonly commands: readonly Command[];
  readonly functions: ReadonlyMap<string, Place>;
  readonly problem?: import('../errors.ts').FileProblem;
}
export interface Command {
  readonly name: string;
  /** arguments as written, quotes removed where the word is literal */
  readonly args: readonly string[];
  readonly place: Place;
  /** the function it is in */
  readonly inFunction: string | undefined;
  /** whether its failure is tested (if, while, &&, ||, !), so that `set -e` does not end the script */
  readonly tested: boolean;
}

export function parseScript(source: Source): Script {
  return { source, commands: [], functions: new Map() };
}
