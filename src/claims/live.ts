import type { LiveCheck } from '../cluster/check.ts';
import { type Ground, type LiveShape, Said, statedBy } from './said.ts';
import { accepts, answers, commands, dataSurvives, endpoints, forwarded, logs, resolves, rollouts, shutdowns, traffic } from './shapes/happenings.ts';
import { appliesAll, appliesFiles, autoscalers, becomesReady } from './shapes/states.ts';

/** Said of nothing but a system that runs: these words alone make a claim one that only a cluster decides. */
const HAPPENINGS: readonly LiveShape[] = [logs, traffic, answers, resolves, rollouts, dataSurvives, shutdowns];
const SHAPES: readonly LiveShape[] = [appliesFiles, commands, ...HAPPENINGS, forwarded, accepts, endpoints, autoscalers, becomesReady, appliesAll];

/**
 * What a statement that only a cluster can decide asks of it. Commands (`kubectl get endpoints -n shop`) become reads of the same facts; they are
 * never executed. Nothing when any of its words is not understood: then the claim stays unproven.
 */
export const liveChecksFor = (text: string, ground: Ground): readonly LiveCheck[] => readWith(SHAPES, text, ground);

/** The same, of a statement that nothing else says to be about a run. */
export const happeningsIn = (text: string, ground: Ground): readonly LiveCheck[] => (HAPPENS.test(text) ? readWith(HAPPENINGS, text, ground) : []);

/** Without one of these words there is none of them: looking for it is cheaper. */
const HAPPENS =
  /\blog(?:s|ged)?\b|\bwrites?\b|\bprints?\b|\breach|\bconnect|\baccess|\btalk to\b|\bcommunicate\b|\bblocked\b|\b(?:kept|prevented|stopped) from\b|\bdenied\b|\bdrop|\ballowed\b|\bpermitted\b|\b(?:answer|return|respond|repl[iy]|serve|give|get|show)\w*\b.{0,40}[1-5]\d\d\b|(?:→|->|=>)\s*\D{0,20}[1-5]\d\d\b|\bresol(?:ve|ution)|\bDNS\b|\bdowntime\b|\brequests? (?:is|are|gets?|fails?|lost)\b|\b(?:no|any|single|HTTP) requests?\b|\bdata\b.{0,80}\b(?:persist|surviv|kept|preserved|retained|there|lost)|\bgraceful|\bSIGTERM\b/i;

/** No statement that a check stands for is longer; patterns may take the square of a length. */
const LONGEST = 1_000;

/** The whole in one way, or each of its parts in some way. */
function readWith(shapes: readonly LiveShape[], numbered: string, ground: Ground): readonly LiveCheck[] {
  if (numbered.length > LONGEST) return [];
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
