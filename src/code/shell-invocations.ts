import { posix } from 'node:path';
import type { Command, Script, Word } from './shell.ts';
import { callsOf, indexOf } from './shell-index.ts';
import { valuesOf } from './shell-values.ts';

/** What a command runs once wrappers are taken away: `sudo`, `timeout 60`, `env A=b`, `$KUBECTL`, a function that passes `"$@"` on. */
export interface Invocation {
  /** the program's name without its folder; as written (`$TOOL`) when the script does not say what it is */
  readonly program: string;
  readonly args: readonly Word[];
  /** the command where it stands in the script; the call, where a function passes its arguments on */
  readonly command: Command;
}

const WRAPPERS = new Set([
  'sudo',
  'doas',
  'env',
  'timeout',
  'nice',
  'ionice',
  'nohup',
  'time',
  'exec',
  'command',
  'builtin',
  'xargs',
  'stdbuf',
  'watch',
  'eval',
]);
const WRAPPER_FLAGS_WITH_VALUE = new Set([
  '-u',
  '-g',
  '-n',
  '-I',
  '-P',
  '-L',
  '-k',
  '-s',
  '-c',
  '-d',
  '-a',
  '--signal',
  '--kill-after',
  '--user',
  '--interval',
]);
const CLUSTER_TOOLS = new Set(['k3s', 'microk8s', 'minikube', 'rke2', 'k0s']);
/** of kubectl and helm, those that take their value as the next word */
const FLAGS_WITH_VALUE = new Set(
  (
    '-n --namespace --context --kubeconfig --cluster --user -s --server --as --token -f --filename -k --kustomize -l --selector -o --output --timeout --for -c ' +
    '--container --field-selector --type -p --patch --replicas --image --tail --since --sort-by --from-literal --from-file --from-env-file --values --set --version ' +
    '--set-string --set-file --repo --kube-context --username --password --address --docker-server --docker-username --docker-password --docker-email --request-timeout'
  ).split(' '),
);

// a hostile script could call each of n wrappers n times
const MAX_SPREAD = 10_000;
const MAX_CALLERS = 200;

const cache = new WeakMap<Script, readonly Invocation[]>();

/** Every program that the script runs, in file order. Shell builtins are among them; `[[`, `((` and `case` are not. */
export function invocations(script: Script): readonly Invocation[] {
  let found = cache.get(script);
  if (!found) {
    const all: Invocation[] = [];
    for (const command of script.commands) {
      if (!command.nameWord) continue;
      const callers = all.length < MAX_SPREAD ? MAX_CALLERS : 1;
      for (const invocation of peel(script, command, callers)) all.push(...spread(script, invocation, callers));
    }
    cache.set(script, (found = all));
  }
  return found;
}

/**
 * The commands that run `program` with these sub-commands: `calls(script, 'kubectl', 'get', 'pods|pod|po')`. Flags may stand between; `|` separates choices.
 */
export function calls(script: Script, program: string, ...subcommands: readonly string[]): readonly Command[] {
  const found = invocations(script).filter((invocation) => {
    if (invocation.program !== program) return false;
    const operands = operandsOf(invocation.args);
    return subcommands.every((choices, index) => choices.split('|').includes(operands[index]?.text ?? ''));
  });
  return Array.from(new Set(found.map(({ command }) => command)));
}

/** Arguments that are neither flags nor the values of kubectl's or helm's flags. */
export function operandsOf(args: readonly Word[]): Word[] {
  const operands: Word[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index]!;
    if (FLAGS_WITH_VALUE.has(word.text)) index++;
    else if (!word.text.startsWith('-') || word.text === '-') operands.push(word);
  }
  return operands;
}

/** Values of a flag, written `-f x`, `-fx`, `--file x` or `--file=x`. */
export function flagValues(args: readonly Word[], ...flags: readonly string[]): Word[] {
  const found: Word[] = [];
  for (const [index, word] of args.entries()) {
    if (flags.includes(word.text)) {
      const next = args[index + 1];
      if (next) found.push(next);
      continue;
    }
    const flag = flags.find((each) => (each.startsWith('--') ? word.text.startsWith(`${each}=`) : word.text.startsWith(each) && !word.text.startsWith('--')));
    if (flag) found.push(withoutStart(word, flag.startsWith('--') ? flag.length + 1 : word.text[flag.length] === '=' ? flag.length + 1 : flag.length));
  }
  return found;
}

function withoutStart(word: Word, length: number): Word {
  const [first, ...rest] = word.parts;
  const parts = first?.is === 'text' && first.text.length >= length ? [{ is: 'text' as const, text: first.text.slice(length) }, ...rest] : word.parts;
  return { ...word, text: word.text.slice(length), parts };
}

const literal = (text: string, like: Word): Word => ({ text, parts: [{ is: 'text', text }], reads: [], place: like.place });

function peel(script: Script, command: Command, callers: number): Invocation[] {
  const skipped = passesOn(command.nameWord!);
  const words = [command.nameWord!, ...command.words.slice(0, command.args.length)];
  if (skipped === undefined) return programs(script, [...(arrayWords(script, words[0]!) ?? words.slice(0, 1)), ...words.slice(1)], command);
  const { inFunction = '' } = command;
  const shifts = indexOf(script).shifts.get(inFunction) ?? 0;
  return callsOf(script, inFunction)
    .slice(0, callers)
    .flatMap((call) => programs(script, call.words.slice(skipped + shifts, call.args.length), call));
}

/** How many arguments `"$@"` (0) or `"${@:2}"` (1) leaves out; undefined for another word. */
function passesOn(word: Word): number | undefined {
  if (word.text === '$@' || word.text === '$*' || word.text === `\${@}`) return 0;
  const match = /^\$\{@:([1-9])\}$/.exec(word.text);
  return match ? Number(match[1]) - 1 : undefined;
}

const MAX_WRAPPERS = 4;

function programs(script: Script, [first, ...args]: readonly Word[], command: Command, wrappers = MAX_WRAPPERS): Invocation[] {
  if (!first) return [];
  const { texts, complete } = valuesOf(script, first, command.inFunction);
  const found = texts.flatMap((text) => {
    const [name = '', ...more] = text.split(/\s+/).filter((word) => word !== '');
    return unwrapped(script, posix.basename(name), [...more.map((word) => literal(word, first)), ...args], command, wrappers);
  });
  return complete || found.length > 0 ? found : [{ program: first.text, args, command }];
}

function unwrapped(script: Script, name: string, args: readonly Word[], command: Command, wrappers: number): Invocation[] {
  const inner = WRAPPERS.has(name)
    ? afterWrapper(name, args)
    : CLUSTER_TOOLS.has(name) && args[0]?.text === 'kubectl'
      ? args.filter(({ text }) => text !== '--')
      : [];
  if (inner.length > 0 && wrappers > 0) return programs(script, inner, command, wrappers - 1);
  return name === '' ? [] : [{ program: name === 'microk8s.kubectl' ? 'kubectl' : name, args, command }];
}

function afterWrapper(name: string, args: readonly Word[]): readonly Word[] {
  let index = 0;
  for (; index < args.length; index++) {
    const { text } = args[index]!;
    if (name === 'command' && /^-[vV]/.test(text)) return []; // asks where a program is, runs nothing
    if (WRAPPER_FLAGS_WITH_VALUE.has(text)) index++;
    else if (!text.startsWith('-') && !/^[A-Za-z_]\w*=/.test(text)) break;
  }
  return args.slice(name === 'timeout' ? index + 1 : index);
}

/** `k() { kubectl -n x "$@"; }`: one invocation for each call of the function, and arrays written out: `helm "${args[@]}"`. */
function spread(script: Script, invocation: Invocation, callers: number): Invocation[] {
  const args = invocation.args.flatMap((word) => arrayWords(script, word) ?? [word]);
  const at = args.findIndex((word) => passesOn(word) !== undefined);
  const { inFunction } = invocation.command;
  const calling = at >= 0 && inFunction !== undefined ? callsOf(script, inFunction).slice(0, callers) : [];
  if (calling.length === 0) return [{ ...invocation, args }];
  const skipped = passesOn(args[at]!)!;
  return calling.map((command) => ({
    ...invocation,
    args: [...args.slice(0, at), ...command.words.slice(skipped, command.args.length), ...args.slice(at + 1)],
    command,
  }));
}

function arrayWords(script: Script, { text }: Word): readonly Word[] | undefined {
  const name = /^\$\{([A-Za-z_]\w*)\[[@*]\]\}$/.exec(text)?.[1];
  const set = name === undefined ? [] : (indexOf(script).assignments.get(name) ?? []);
  return set.length > 0 && set.length < MAX_CALLERS ? set.flatMap(({ values }) => values) : undefined;
}
