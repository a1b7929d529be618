import type { Verdict } from '../../checks/verdict.ts';
import { inTurns } from '../apply.ts';
import type { LiveCheck } from '../check.ts';
import type { Prepared } from '../prepare.ts';
import type { ProvenVerdict } from '../proof.ts';
import { autoscalerReacts } from './autoscaler-reacts.ts';
import { type Bench, failed } from './bench.ts';
import { commandSucceeds } from './command.ts';
import { dataSurvives } from './data-survives.ts';
import { answerFromObservations, type Observations } from './observed.ts';
import { resolves } from './resolves.ts';
import { rollsOut } from './rollout.ts';
import { serviceAnswers } from './service-answers.ts';
import { endsInTime } from './shutdown.ts';
import { traffic } from './traffic.ts';

export interface AnsweredCheck {
  readonly check: LiveCheck;
  readonly verdict: ProvenVerdict;
}

/** Answers checks, those that leave the deployment alone side by side. */
export async function runChecks(checks: readonly LiveCheck[], bench: Bench, observations: Observations): Promise<readonly AnsweredCheck[]> {
  const answers = new Map<LiveCheck, ProvenVerdict>();
  const answer = async (check: LiveCheck) => {
    const { is, because, evidence } = await runCheck(check, bench, observations);
    answers.set(check, { is, because, evidence });
  };
  await inTurns(
    checks.filter((check) => !isDisruptive(check)),
    6,
    answer,
  );
  const ready = new Set(bench.look().members.flatMap(({ status, prepared }) => (status.is === 'ready' ? [prepared] : [])));
  for (const check of checks.filter(isDisruptive)) {
    await calm(bench, ready);
    await answer(check);
  }
  return checks.map((check) => ({ check, verdict: answers.get(check)! }));
}

const CALM_WITHIN = 90_000;

/** Waits until the check before has left everything as it was: what was ready before it is so again. */
async function calm({ look, world, signal }: Bench, ready: ReadonlySet<Prepared>): Promise<void> {
  const until = Date.now() + CALM_WITHIN;
  const unready = () => {
    const { members, pods } = look();
    return (
      members.some(({ status, prepared }) => status.is !== 'ready' && ready.has(prepared)) ||
      pods.some(({ pod }) => pod.metadata.deletionTimestamp !== undefined)
    );
  };
  while (unready() && Date.now() < until) {
    await world.changed(1_000);
    signal.throwIfAborted();
  }
}

/** Answers one check against a deployment that runs. What cannot be looked at is `failed`, never green. */
async function runCheck(check: LiveCheck, bench: Bench, observations: Observations): Promise<Verdict> {
  try {
    switch (check.asks) {
      case 'answers':
        return await serviceAnswers(check, bench);
      case 'resolves':
        return await resolves(check, bench);
      case 'command':
        return await commandSucceeds(check, bench);
      case 'data-survives':
        return await dataSurvives(check, bench);
      case 'shutdown':
        return await endsInTime(check, bench);
      case 'rollout':
        return await rollsOut(check, bench);
      case 'traffic':
        return await traffic(check, bench);
      default:
        if (check.asks === 'autoscaler' && check.reacts) return await autoscalerReacts(check, bench);
        return answerFromObservations(check, observations) ?? failed(check.says, new Error(`nothing answers ${check.asks}`));
    }
  } catch (error) {
    if (bench.signal.aborted) throw error;
    return failed(check.says, error);
  }
}

/** Checks that delete, replace or burden pods come last and one after another: they would disturb each other and all the rest. */
const isDisruptive = (check: LiveCheck): boolean =>
  check.asks === 'data-survives' || check.asks === 'shutdown' || check.asks === 'rollout' || (check.asks === 'autoscaler' && check.reacts === true);
