import { scriptsRun } from '../code/applied-files.ts';
import { errexitTraps } from '../code/errexit.ts';
import type { Script } from '../code/shell.ts';
import { usesOf } from '../code/shell-uses.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { ScriptCheck } from './check.ts';
import { type Evidence, quote, type Verdict } from './verdict.ts';

/** What a shell script does, by its commands: a comment or a message that says so is no step. */
export function answerScript(check: ScriptCheck, inventory: Inventory): Verdict {
  const script = inventory.scripts.find(({ source }) => source.path === check.path);
  if (!script) return { is: 'unproven', because: `${check.path} is no shell script that was read`, evidence: [] };
  if (script.problem) return { is: 'failed', because: script.problem.problem.message, problem: script.problem.problem, evidence: [] };
  switch (check.step) {
    case 'runs':
      return runs(check, script, inventory);
    case 'targets':
      return targets(check, script);
    case 'works':
      return works(check, script);
  }
}

function runs(check: ScriptCheck, script: Script, inventory: Inventory): Verdict {
  const found = script.commands.filter(({ name, args }) => {
    if (name === 'echo' || name === 'printf') return false;
    const line = ` ${[name, ...args].join(' ')} `;
    return check.commands.some((wanted) => line.includes(wanted));
  });
  const [first, ...rest] = found.map(({ place }): Evidence => quote(place));
  if (first) return { is: 'met', because: check.says, evidence: [first, ...rest.slice(0, 3)] };
  const others = scriptsRun(script, inventory.paths);
  if (others.length > 0)
    return { is: 'unproven', because: `${check.path} leaves work to ${others[0]!.path}: ${check.says}`, evidence: [quote(others[0]!.command.place)] };
  return { is: 'unmet', because: `no command of ${check.path} does it: ${check.says}`, evidence: [start(script)] };
}

/** Whether something that the caller gives decides which cluster it works on. */
function targets(check: ScriptCheck, script: Script): Verdict {
  const uses = ['1', '2', '@'].flatMap((name) => usesOf(script, name));
  const acting = uses.filter(({ how }) => how !== 'print');
  const chosen = script.commands.filter(
    ({ name, args, words }) =>
      /kubectl|helm|minikube|kind/i.test(name) &&
      args.some((arg) => /^--(?:kube-)?context|^--kubeconfig|use-context/.test(arg)) &&
      words.some(({ reads }) => reads.length > 0),
  );
  const [first, ...rest] = [...chosen, ...acting.map(({ command }) => command)].map(({ place }): Evidence => quote(place));
  if (first) return { is: 'met', because: check.says, evidence: [first, ...rest.slice(0, 3)] };
  const [shown] = uses;
  if (shown)
    return {
      is: 'unmet',
      because: `what ${check.path} is told is only printed (${shown.command.name}), and decides nothing`,
      evidence: [quote(shown.command.place)],
    };
  return { is: 'unmet', because: `${check.path} takes no argument and names no context`, evidence: [start(script)] };
}

function works(check: ScriptCheck, script: Script): Verdict {
  const [first, ...rest] = errexitTraps(script).filter(({ certain }) => certain);
  if (!first) return { is: 'met', because: check.says, evidence: [start(script)] };
  return {
    is: 'unmet',
    because: `${check.path} stops at its first step: ${first.says}`,
    evidence: [quote(first.place), ...rest.slice(0, 2).map(({ place }) => quote(place))],
  };
}

const start = ({ source }: Script): Evidence => quote({ source, start: 0, end: Math.max(1, source.text.indexOf('\n')) });
