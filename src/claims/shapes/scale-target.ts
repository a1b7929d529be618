import type { Expected } from '../../checks/check.ts';
import type { Context } from '../context.ts';
import { fragmentOf } from '../context.ts';
import { asked, type Shape, targetsOf, whose } from '../shape.ts';
import { absentKind } from './objects.ts';

const NAME = '["\'`]?([a-z0-9][a-z0-9-]*)["\'`]?';
const TARGET = new RegExp(
  `(?<![\\w-])(?:scaleTargetRef|(?:scal(?:e|ing)\\s+)?targets?(?:\\s+ref(?:erence)?)?)\\s*(?:[:=]|\\bis\\b)?\\s*(?:the\\s+)?(?:(Deployment|StatefulSet)\\s*[/:=]?\\s*(?:named\\s+|called\\s+)?${NAME}|${NAME}\\s+(Deployment|StatefulSet)\\b)(?![\\w/-])`,
  'i',
);
/** What stands after "Deployment" and is no name. */
const NO_NAME = /^(?:in|is|of|for|and|or|with|to|from|on|at|the|that|which|exists?|replicas?|cpu|memory|utilization|should|must)$/i;
const SCALERS = ['HorizontalPodAutoscaler', 'ScaledObject'];

/** `Scale target: Deployment/worker`, `Target: worker Deployment`: what an autoscaler scales. */
export const scaleTarget: Shape = (sentence, context) => {
  const kinds = SCALERS.filter((kind) => context.own.kinds.includes(kind) || context.parent.kinds.includes(kind));
  const [kind = 'HorizontalPodAutoscaler', ...others] = kinds;
  if (others.length > 0 || (kinds.length === 0 && !sentence.has(/\bscal(?:e|ing)\s+targets?\b|\bscaleTargetRef\b/i))) return [];
  const match = TARGET.exec(sentence.text);
  const name = match && nameOf((match[2] ?? match[3])!, context);
  if (!name || !sentence.take(TARGET)) return [];
  const of = (match[1] ?? match[4])!.toLowerCase() === 'statefulset' ? 'StatefulSet' : 'Deployment';
  sentence.takeAll(/\b(?:HPAs?|horizontal pod autoscalers?|auto-?scalers?|scaled\s?objects?)\b/i);
  // KEDA scales a Deployment where no kind is named (keda.sh/docs, ScaledObject specification)
  const wanted: Expected = kind === 'ScaledObject' && of === 'Deployment' ? { $: 'oneOf', of: [of, { $: 'absent' }] } : of;
  const scalers = context.resolve([kind]).found;
  if (scalers.length === 0) return [absentKind(kind, context)];
  const says = `${whose(scalers)} scales ${of}/${name}`;
  return [fragmentOf(says, targetsOf(scalers, ['spec']), { scaleTargetRef: { kind: wanted, name } }, 'assert', asked(sentence, scalers))];
};

/** A name as it is written, or the workload that a noun means. */
function nameOf(word: string, { components, inventory }: Context): string | undefined {
  if (NO_NAME.test(word)) return undefined;
  if (inventory.workloads.some(({ name }) => name === word)) return word;
  const [mention, ...more] = components.mentions(word);
  const names = new Set(mention?.workloads.map((workload) => workload.name));
  const [only] = names;
  return mention && more.length === 0 && names.size === 1 ? only : word;
}
