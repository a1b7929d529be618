import type { Assignment, Command, Script } from './shell.ts';

interface ScriptIndex {
  /** by the variable's name */
  readonly assignments: ReadonlyMap<string, readonly Assignment[]>;
  /** by the command's name; calls of a function among them */
  readonly commands: ReadonlyMap<string, readonly Command[]>;
  /** by the function they are in, `''` for those in none */
  readonly inFunction: ReadonlyMap<string, readonly Command[]>;
  /** how often a function says `shift` */
  readonly shifts: ReadonlyMap<string, number>;
}

const indexes = new WeakMap<Script, ScriptIndex>();

/** Finds assignments and commands of a script by name, so that a question costs no walk through the whole file. */
export function indexOf(script: Script): ScriptIndex {
  let index = indexes.get(script);
  if (!index) {
    const inFunction = Map.groupBy(script.commands, (command) => command.inFunction ?? '');
    index = {
      assignments: Map.groupBy(script.assignments, ({ name }) => name),
      commands: Map.groupBy(script.commands, ({ name }) => name),
      inFunction,
      shifts: new Map(Array.from(inFunction, ([name, commands]) => [name, commands.filter((command) => command.name === 'shift').length])),
    };
    indexes.set(script, index);
  }
  return index;
}

/** The commands that call a function of the script. */
export const callsOf = (script: Script, name: string): readonly Command[] => (script.functions.has(name) ? (indexOf(script).commands.get(name) ?? []) : []);
