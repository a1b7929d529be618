import type { Proof, ProvenCause, ProvenVerdict } from '../cluster/proof.ts';
import { counted } from './counted.ts';
import type { Look } from './formats.ts';
import { type Paint, painter } from './paint.ts';
import { visibleLine } from './visible.ts';

const OUTCOME = { proven: ['PROVEN', 'green'], refuted: ['REFUTED', 'red'], unproven: ['NOT PROVEN', 'yellow'] } as const;
const STYLE = { met: 'green', partial: 'yellow', unmet: 'red', unproven: 'cyan', 'not-run': 'cyan', failed: 'magenta' } as const;

/** A proof for people at a terminal: causes first, then what is not as it should be; what is well only as a count. */
export function proofText(proof: Proof, look: Look): string {
  const paint = painter(look);
  const unwell = proof.objects.filter(({ verdict }) => verdict.is !== 'met');
  const blocks: string[][] = [
    [
      paint('bold', `Runtime proof on ${visibleLine(proof.cluster.context)}, Kubernetes ${proof.cluster.version}`),
      paint('dim', `${stateOf(proof)}, ${movesOf(proof)}`),
    ],
    proof.causes.length === 0 ? [] : [paint('bold', 'Causes'), ...proof.causes.flatMap((cause) => causeLines(cause, paint))],
    [
      `${paint('bold', 'Objects')}  ${paint('dim', `${proof.objects.length - unwell.length} of ${proof.objects.length} became ready and stayed so`)}`,
      ...unwell.map(({ object, verdict }) => verdictLine(object, verdict, paint)),
    ],
    proof.checks.length === 0 ? [] : [paint('bold', 'Checks'), ...proof.checks.map(({ check, verdict }) => verdictLine(check.says, verdict, paint))],
    [
      paint('bold', 'Guards'),
      ...proof.guards.map(
        ({ guard, held, because }) => `  ${held === null ? '?' : held ? 'held' : paint('yellow', 'open')}  ${guard}: ${visibleLine(because)}`,
      ),
    ],
    proof.images.length === 0
      ? []
      : [paint('bold', 'Images that ran'), ...proof.images.map(({ image, digest }) => `  ${visibleLine(image)}  ${paint('dim', visibleLine(digest))}`)],
    changesOf(proof).map((line, index) => (index === 0 ? paint('bold', line) : line)),
    proof.leftBehind.length === 0
      ? []
      : [
          paint(['bold', 'red'], 'Left behind'),
          ...proof.leftBehind.flatMap(({ object, because, remove }) => [
            `  ${visibleLine(object)}: ${visibleLine(because)}`,
            `      ${paint('dim', visibleLine(remove))}`,
          ]),
        ],
    [paint(['bold', OUTCOME[proof.outcome][1]], `${OUTCOME[proof.outcome][0]}${outcomeTail(proof)}`)],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

export const stateOf = ({ commit, dirty }: Pick<Proof, 'commit' | 'dirty'>): string =>
  commit === null ? 'before the first commit' : `at ${commit.slice(0, 12)}${dirty ? ' with uncommitted changes' : ''}`;

const movesOf = ({ namespaces }: Proof): string =>
  Object.entries(namespaces)
    .map(([from, to]) => `namespace ${visibleLine(from)} as ${to}`)
    .join(', ');

export const placeOfCause = ({ at }: ProvenCause): string => `${at.path}:${at.lines[0]}`;

function causeLines(cause: ProvenCause, paint: Paint): string[] {
  const rest = [
    cause.also.length > 0 ? `the same in ${cause.also.join(', ')}` : '',
    cause.breaks.length > 0 ? `not ready because of it: ${cause.breaks.join(', ')}` : '',
  ].filter((part) => part !== '');
  return [
    `  ${paint('red', visibleLine(cause.says))} ${paint('dim', cause.id)}`,
    `      ${visibleLine(placeOfCause(cause))}  ${paint('dim', visibleLine(cause.at.quote.split('\n', 1)[0] ?? ''))}`,
    `      ${visibleLine(cause.fix)}`,
    ...cause.evidence.slice(0, 3).map(({ object, field, value }) => `      ${paint('dim', visibleLine(`${object} ${field}: ${value}`).slice(0, 200))}`),
    ...rest.map((line) => `      ${visibleLine(line)}`),
  ];
}

const verdictLine = (what: string, { is, because }: ProvenVerdict, paint: Paint): string =>
  `  ${paint(STYLE[is], is.padEnd(8))}  ${visibleLine(what)}: ${visibleLine(because)}`;

/** How what ran differs from the manifests: said once for each difference, with the objects that share it. */
export function changesOf(proof: Proof): string[] {
  const byChange = Map.groupBy(
    proof.objects.flatMap(({ object, changes }) => Array.from(new Set(changes), (change) => ({ object, change }))),
    ({ change }) => change,
  );
  if (byChange.size === 0) return [];
  return [
    'Changed for the proof',
    ...Array.from(byChange, ([change, of]) => `  ${visibleLine(change)} (${of.map(({ object }) => visibleLine(object)).join(', ')})`),
  ];
}

export function outcomeTail({ took, requests, objects }: Proof): string {
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
  const ready = took.ready === undefined ? '' : `ready after ${seconds(took.ready)}, stable for ${seconds(took.stable)}, `;
  return `: ${counted(objects.length, 'object')}, ${ready}${seconds(took.whole)} in all, ${seconds(took.clean)} of it to clean up; ${counted(requests, 'request')}`;
}
