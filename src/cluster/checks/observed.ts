import { createHash } from 'node:crypto';
import { Source } from '../../checkout/source.ts';
import { answerFragment } from '../../checks/fragment.ts';
import type { RuntimeEvidence, SomeEvidence, Verdict } from '../../checks/verdict.ts';
import { Inventory } from '../../manifest/inventory.ts';
import type { AppliesCheck, AutoscalerCheck, EndpointsCheck, LiveCheck, LiveFragmentCheck, LogsCheck, ReadyCheck } from '../check.ts';
import { Facts, Redactor } from '../evidence.ts';
import { conditionOf, refOf, valueAt } from '../object.ts';
import type { Proof, ProvenObject } from '../proof.ts';

/** What was observed while a proof ran: enough to answer every check that only looks. */
export type Observations = Pick<Proof, 'objects' | 'facts' | 'live' | 'causes'>;

const NO_SECRETS = new Facts(new Redactor([]));

/** Answers the checks that need no further look at the cluster; undefined for those that do. */
export function answerFromObservations(check: LiveCheck, seen: Observations): Verdict | undefined {
  switch (check.asks) {
    case 'applies':
      return answerApplies(check, seen);
    case 'ready':
      return answerReady(check, seen);
    case 'fragment':
      return answerLiveFragment(check, seen);
    case 'endpoints':
      return answerEndpoints(check, seen);
    case 'autoscaler':
      return check.reacts ? undefined : answerAutoscaler(check, seen);
    case 'logs':
      return answerLogs(check, seen);
    default:
      return undefined;
  }
}

const named = ({ objects }: Observations, ref: string | undefined): readonly ProvenObject[] =>
  ref === undefined ? objects : objects.filter(({ object }) => object === ref);
const unknown = (ref: string | undefined): Verdict => ({
  is: 'unproven',
  because: ref ? `${ref} was not part of the proof` : 'nothing was applied',
  evidence: [],
});

/** Rejections are verdicts whose evidence is the API server's answer to the dry run or the apply. */
function answerApplies({ object }: AppliesCheck, seen: Observations): Verdict {
  const asked = named(seen, object);
  if (asked.length === 0) return unknown(object);
  const notRun = asked.find(({ verdict }) => verdict.is === 'not-run');
  const rejected = asked.find(
    ({ verdict }) => verdict.is === 'unmet' && verdict.evidence.some((fact) => 'field' in fact && (fact.field === 'dry run' || fact.field === 'apply')),
  );
  if (rejected) return { is: 'unmet', because: rejected.verdict.because, evidence: rejected.verdict.evidence as SomeEvidence };
  if (notRun) return { is: 'not-run', because: notRun.verdict.because, evidence: [] };
  const evidence = asked.flatMap(({ verdict }) => verdict.evidence.slice(0, 1)).slice(0, 20);
  return { is: 'met', because: `the API server took ${object ?? `all ${asked.length} objects`}`, evidence: evidence as unknown as SomeEvidence };
}

function answerReady({ object }: ReadyCheck, seen: Observations): Verdict {
  const asked = named(seen, object);
  if (asked.length === 0) return unknown(object);
  for (const is of ['unmet', 'unproven', 'not-run', 'failed'] as const) {
    const found = asked.filter(({ verdict }) => verdict.is === is);
    const first = found[0]?.verdict;
    if (!first) continue;
    const because = found.length > 1 ? `${first.because} (and ${found.length - 1} more)` : first.because;
    if (is === 'unmet') return { is, because, evidence: first.evidence as SomeEvidence };
    return { is: is === 'failed' ? 'unproven' : is, because, evidence: first.evidence };
  }
  const evidence = asked.flatMap(({ verdict }) => verdict.evidence.slice(0, 1)).slice(0, 20);
  return {
    is: 'met',
    because: object ? asked[0]!.verdict.because : `all ${asked.length} objects became ready and stayed so`,
    evidence: evidence as unknown as SomeEvidence,
  };
}

/** The same matching as for files, on the live object written out: JSON is YAML. */
function answerLiveFragment(check: LiveFragmentCheck, seen: Observations): Verdict {
  const object = seen.live.find((each) => refOf(each) === check.object);
  if (!object) return unknown(check.object);
  const path = `${check.object}.yaml`;
  const inventory = new Inventory([path], [new Source(path, JSON.stringify(object, undefined, 1))]);
  const verdict = answerFragment(
    {
      is: 'fragment',
      says: check.says,
      mode: check.mode,
      of: 'each',
      targets: [{ path, kind: object.kind, name: object.metadata.name, at: [] }],
      fragment: check.fragment as never,
    },
    inventory,
  );
  const [first = NO_SECRETS.fact(check.object, 'live object', verdict.because), ...rest] = valuesAt(check.fragment, object).map(([field, value]) =>
    NO_SECRETS.fact(check.object, field, value ?? 'absent'),
  );
  if (verdict.is === 'met' || verdict.is === 'partial' || verdict.is === 'unmet')
    return { is: verdict.is, because: verdict.because, evidence: [first, ...rest.slice(0, 15)] };
  return { is: 'unproven', because: verdict.because, evidence: [first] };
}

/** What an object has wherever a fragment has a value; a list is one value. */
function valuesAt(fragment: unknown, value: unknown, path = ''): [field: string, value: unknown][] {
  if (typeof fragment !== 'object' || fragment === null || Array.isArray(fragment)) return [[path, value]];
  return Object.entries(fragment).flatMap(([key, below]) => valuesAt(below, valueAt(value, key), path ? `${path}.${key}` : key));
}

function answerEndpoints({ service, atLeast }: EndpointsCheck, seen: Observations): Verdict {
  const found = seen.objects.find(({ object }) => object === service);
  if (!found) return unknown(service);
  const fact = seen.facts.find(({ object, field }) => object === service && field === 'endpoints');
  if (!fact) return { is: 'unproven', because: `the endpoints of ${service} were not seen`, evidence: [] };
  const count = Number(fact.value);
  return { is: count >= atLeast ? 'met' : 'unmet', because: `${service} has ${count} ready endpoints, ${atLeast} are asked for`, evidence: [fact] };
}

function answerAutoscaler({ autoscaler }: AutoscalerCheck, seen: Observations): Verdict {
  const object = seen.live.find((each) => refOf(each) === autoscaler);
  if (!object) return unknown(autoscaler);
  const active = conditionOf(object, 'ScalingActive');
  const metrics = valueAt(object, 'status', 'currentMetrics');
  const fact = NO_SECRETS.fact(autoscaler, 'status.currentMetrics', metrics ?? 'none');
  const condition = NO_SECRETS.fact(
    autoscaler,
    'status.conditions[ScalingActive]',
    active ? `${active.status}: ${active.reason}: ${active.message}` : 'absent',
  );
  if (active?.status === 'True' && Array.isArray(metrics) && metrics.length > 0)
    return { is: 'met', because: `${autoscaler} sees its metrics`, evidence: [fact, condition] };
  const cause = seen.causes.find((each) => each.object === autoscaler);
  return {
    is: cause ? 'unmet' : 'unproven',
    because: cause?.says ?? `${autoscaler} has seen no metric yet: ${active?.message ?? 'it has not looked'}`,
    evidence: [fact, condition],
  };
}

function answerLogs({ workload, contains }: LogsCheck, seen: Observations): Verdict {
  const logs = seen.facts.filter(({ object, field }) => field === 'log' && object.startsWith(`${workload} `));
  const found = logs.find(({ value }) => value.includes(contains));
  if (found) return { is: 'met', because: `${workload} wrote "${contains}"`, evidence: [found] };
  const [first, ...rest] = logs;
  if (!first) return { is: 'unproven', because: `no log of ${workload} was collected`, evidence: [] };
  return {
    is: 'unproven',
    because: `the last lines that ${workload} wrote do not contain "${contains}"; earlier ones are not kept`,
    evidence: [first, ...rest],
  };
}

/** Whether a stored fact still is what was stored. */
export const isIntact = ({ object, field, value, at, sha256 }: RuntimeEvidence): boolean =>
  createHash('sha256')
    .update(JSON.stringify([object, field, value, at]))
    .digest('hex') === sha256;
