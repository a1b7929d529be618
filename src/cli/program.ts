import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { Problem, usage } from '../errors.ts';
import { visible } from '../report/visible.ts';
import { version } from '../version.ts';
import { commands } from './commands.ts';
import type { Host } from './host.ts';

/** Could not review: neither approved nor not. */
const COULD_NOT = 2;

/** Runs one command line and gives the exit code. A known problem gets its sentence and a hint; a bug keeps its stack. */
export async function main(args: readonly string[], host: Host): Promise<number> {
  try {
    return await call(args, host);
  } catch (error) {
    // No rethrow: Node would exit with 1, which says "not approved", when in truth we never found out.
    const known = error instanceof CommanderError ? misuse(error) : error;
    await host.stderr.write(known instanceof Problem ? `${known.code}: ${visible(known.message)}\n${visible(known.hint)}\n` : `${visible(inspect(known))}\n`);
    return COULD_NOT;
  }
}

async function call(args: readonly string[], host: Host): Promise<number> {
  let code = 0;
  const written: Promise<void>[] = [];
  const program = await programFor(
    nameOf(args),
    host,
    (to) => {
      code = to;
    },
    (text) => written.push(host.stdout.write(text)),
  );
  if (args.length === 0) throw usage('no command was named');
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error; // help and version end so
  }
  await Promise.all(written);
  return code;
}

/** The command that is called, as far as the words before the first option tell; `help review` is about `review`. */
const nameOf = (args: readonly string[]): string | undefined => (args[0] === 'help' ? args[1] : args[0]);

/** The program with the options of one command (all of them when `called` is 'all'); the others are there by name. */
export async function programFor(
  called: string | undefined,
  host: Host,
  exit: (code: number) => void,
  print: (text: string) => void = () => {},
): Promise<Command> {
  const program = new Command('ai-agents')
    .description('Proves that a deployment story is done: a verdict with evidence for every criterion and every ticked task.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => print(text), writeErr: () => {}, getOutHelpWidth: () => 100 })
    .addHelpText('after', '\nExample:\n  ai-agents review docs/stories/1-6.md\n\nMore on a command: ai-agents help COMMAND');
  for (const { name, summary, load } of commands) {
    const command = program.command(name).description(summary).copyInheritedSettings(program);
    if (called === name || called === 'all') (await load()).define(command, host, exit);
  }
  // After the commands, which would inherit it. Loaded or not, a command is listed alike.
  return program.configureHelp({ subcommandTerm: (command) => command.name() });
}

/** Commander's own words without its prefix; a guess of what was meant becomes the hint. */
function misuse(error: CommanderError): Problem {
  if (error.code === 'commander.help') return usage('the command needs one of its own commands', 'See ai-agents help COMMAND.');
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const guess = /\((Did you mean .*\?)\)/.exec(rest.join(' '))?.[1];
  return guess ? usage(message, guess) : usage(message);
}
