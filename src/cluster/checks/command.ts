import type { Verdict } from '../../checks/verdict.ts';
import type { CommandCheck } from '../check.ts';
import { execIn } from '../exec.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

const COMMANDS: Readonly<Record<CommandCheck['command'], { readonly words: readonly string[]; readonly good: RegExp }>> = {
  pg_isready: { words: ['pg_isready'], good: /accepting connections/ },
  'redis-cli ping': { words: ['redis-cli', 'ping'], good: /PONG/ },
};

/** Two commands that only read, by their own words: a story's text is never executed. */
export async function commandSucceeds(check: CommandCheck, bench: Bench): Promise<Verdict> {
  const scene = bench.look();
  const member = memberNamed(scene, check.workload);
  const view = member && scene.podsOf(member).find(({ pod }) => pod.status?.phase === 'Running');
  if (!view) return unproven(`${check.workload} has no running pod to ask`);
  const { words, good } = COMMANDS[check.command];
  const container = view.containers.find(({ init, status }) => !init && status?.state?.running);
  if (!container) return unproven(`${check.workload} has no running container to ask`);
  const { namespace, name } = view.pod.metadata;
  const { code, stdout, stderr } = await execIn(bench.cluster.api, namespace ?? bench.namespace, name, container.name, words, 10_000, bench.signal);
  const fact = bench.facts.fact(`Pod/${name} container ${container.name}`, words.join(' '), `exit code ${code ?? 'none'}: ${(stdout + stderr).trim()}`);
  if (code === 0 && good.test(stdout)) return met(`\`${check.command}\` succeeds in ${check.workload}`, fact);
  if (code === undefined || /executable file not found/.test(stderr))
    return unproven(`container ${container.name} of ${check.workload} has no ${words[0]}`, fact);
  return unmet(`\`${check.command}\` fails in ${check.workload}: ${(stdout + stderr).trim().slice(0, 160)}`, fact);
}
