import type { LiveCheck } from '../cluster/check.ts';
import { type Ground, type LiveShape, Said, statedBy } from './said.ts';
import { accepts, answers, commands, dataSurvives, endpoints, forwarded, logs, resolves, rollouts, shutdowns, traffic } from './shapes/happenings.ts';
import { appliesAll, appliesFiles, autoscalers, becomesReady } from './shapes/states.ts';

/** A shape, and the words without one of which it understands nothing: looking for them is cheaper. */
type Gated = readonly [words: RegExp, shape: LiveShape];

/** Said of nothing but a system that runs: these words alone make a claim one that only a cluster decides. */
const HAPPENINGS: readonly Gated[] = [
  [/log|writ|print/i, logs],
  [/reach|connect|access|talk|communicat|blocked|denied|dropped|allowed|permitted|through|kept|prevented|stopped/i, traffic],
  [/https?:|[1-5]\d\d/i, answers],
  [/resol|nslookup|dig|dns/i, resolves],
  [/rolling|rollout|roll-out|rolled|updated/i, rollouts],
  [/persist|surviv|kept|preserved|retained|there|lost/i, dataSurvives],
  [/graceful/i, shutdowns],
];
const SHAPES: readonly Gated[] = [
  [/kubectl/i, appliesFiles],
  [/pg_isready|redis-cli/i, commands],
  ...HAPPENINGS,
  [/port-forward/i, forwarded],
  [/reachable|accessible|accept/i, accepts],
  [/endpoint|kubectl/i, endpoints],
  [/hpa|scaler/i, autoscalers],
  [/ready|run|health|up|start|pass|kubectl/i, becomesReady],
  [/appl|creat|deploy|install|kubectl/i, appliesAll],
];

/**
 * What a statement that only a cluster can decide asks of it. Commands (`kubectl get endpoints -n shop`) become reads of the same facts; they are
 * never executed. Nothing when any of its words is not understood: then the claim stays unproven.
 */
export const liveChecksFor = (text: string, ground: Ground): readonly LiveCheck[] => readWith(SHAPES, text, ground);

/** The same, of a statement that nothing else says to be about a run. */
export const happeningsIn = (text: string, ground: Ground): readonly LiveCheck[] => readWith(HAPPENINGS, text, ground);

/** No statement that a check stands for is longer; patterns may take the square of a length. */
const LONGEST = 1_000;

/** The whole in one way, or each of its parts in some way. */
function readWith(all: readonly Gated[], numbered: string, ground: Ground): readonly LiveCheck[] {
  if (numbered.length > LONGEST) return [];
  const shapes = all.flatMap(([words, shape]) => (words.test(numbered) ? [shape] : []));
  if (shapes.length === 0) return [];
  const text = numbered.replace(/^task\s+\d+(?:\.\d+)*\s*[:.)]\s*/i, '');
  const whole = readOne(shapes, text, ground);
  if (whole.length > 0) return whole;
  const parts = partsOf(text).map((part) => readOne(shapes, part, ground));
  return parts.length > 1 && parts.every((checks) => checks.length > 0) ? parts.flat() : [];
}

function readOne(shapes: readonly LiveShape[], text: string, ground: Ground): readonly LiveCheck[] {
  for (const shape of shapes) {
    const said = new Said(text, ground);
    const checks = shape(said);
    if (checks.length > 0 && said.isWhole) return checks;
  }
  return [];
}

/** What "and", a comma or a semicolon joins, outside of quotes and brackets. */
function partsOf(text: string): readonly string[] {
  const plain = text.replace(/"[^"]*"|“[^”]*”|\([^()]*\)/g, (whole) => '·'.repeat(whole.length));
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: joint } of plain.matchAll(/\s(?:and|&)\s(?:then\s)?|[,;]\s(?:and\s(?:then\s)?)?/gi)) {
    parts.push(text.slice(from, index));
    from = index + joint.length;
  }
  return [...parts, text.slice(from)];
}

/** Whether what a claim says beside its statements is only that its manifests were applied: "Given the cluster is running, When I deploy". */
export const isAsDeployed = (text: string): boolean => statedBy(text).every((word) => DEPLOYED.has(word));

const DEPLOYED = new Set(
  `given when then i we you run running runs apply applied applies deploy deploys deployed deployment kubectl manifest manifests stack application up minikube kind`.split(
    /\s+/,
  ),
);
