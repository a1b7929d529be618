import type { Check, Expected } from '../../checks/check.ts';
import { fragmentOf } from '../context.ts';
import { asked, containerTargets, podTargets, type Shape, takeQuantifier, targetsOf, whose } from '../shape.ts';

/** Fields whose name alone tells what is meant, and the kinds that have them (Kubernetes API reference). */
const FIELDS = new Map(
  (
    [
      [['CronJob'], 'concurrencyPolicy successfulJobsHistoryLimit failedJobsHistoryLimit startingDeadlineSeconds timeZone'],
      [['Job', 'CronJob'], 'backoffLimit ttlSecondsAfterFinished activeDeadlineSeconds completionMode'],
      [['PodDisruptionBudget'], 'unhealthyPodEvictionPolicy'],
      [['Service'], 'externalTrafficPolicy internalTrafficPolicy sessionAffinity publishNotReadyAddresses'],
      [['StatefulSet'], 'podManagementPolicy'],
      [
        ['Deployment', 'StatefulSet', 'DaemonSet'],
        'revisionHistoryLimit minReadySeconds progressDeadlineSeconds maxSkew topologyKey whenUnsatisfiable priorityClassName dnsPolicy',
      ],
    ] as const
  ).flatMap(([kinds, names]) => names.split(' ').map((name) => [name, kinds] as const)),
);
const SETTING = new RegExp(
  `\\b(${Array.from(FIELDS.keys()).join('|')})\\b\\s*(?:[:=]|of|is|set\\s+to|to)?\\s*["'\`]?(\\d+|true|false|[A-Za-z][\\w.-]*(?:/[\\w.-]+)?)["'\`]?(?=$|[\\s,;.)])`,
);

/** `concurrencyPolicy Forbid`, `backoffLimit of 3`: a field and its value without a colon between them. */
export const settings: Shape = (sentence, context) =>
  sentence
    .takeAll(SETTING)
    .filter((match) => /^(?:\d+|true|false|[A-Z])|[./-]/.test(match[2]!) || /[:=]/.test(match[0]))
    .map((match): Check => {
      const { found } = context.resolve(FIELDS.get(match[1]!)!);
      if (found.length === 0) return { is: 'unread', aside: false, says: `nothing was found that has ${match[1]}` };
      const value: Expected = /^\d+$/.test(match[2]!) ? Number(match[2]) : /^(?:true|false)$/.test(match[2]!) ? match[2] === 'true' : match[2]!;
      return fragmentOf(
        `${whose(found)} has ${match[1]} ${match[2]}`,
        targetsOf(found),
        { $: 'deep', key: match[1]!, value },
        'assert',
        asked(sentence, found),
      );
    });

/** `preStop hook (sleep 10)`, `imagePullSecrets: registry`, `imagePullPolicy IfNotPresent for all containers`. */
export const lifecycle: Shape = (sentence, context) => {
  const checks: Check[] = [];
  const found = context.containers();
  const workloads = context.workloads().found;
  if (found.length === 0) return [];
  const who = whose(workloads);
  const of = asked(sentence, found);
  const hook = sentence.take(
    /\b(preStop|postStart)\b(?:\s+(?:lifecycle\s+)?hooks?)?(?:[\s(:]*(?:with\s+|of\s+)?(?:an?\s+)?(sleep)\s*[:=]?\s*(\d+)\s?s?(?:econds?)?\)?)?/,
  );
  if (hook) {
    const name = hook[1]!;
    checks.push(fragmentOf(`${who} has a ${name} hook`, containerTargets(found), { lifecycle: { [name]: { $: 'present' } } }, 'assert', of));
    if (hook[3])
      checks.push(
        fragmentOf(
          `${who} sleeps ${hook[3]} s in its ${name} hook`,
          containerTargets(found),
          {
            lifecycle: {
              [name]: { $: 'oneOf', of: [{ exec: { command: { $: 'contains', text: `sleep ${hook[3]}` } } }, { sleep: { seconds: Number(hook[3]) } }] },
            },
          },
          'assert',
          of,
        ),
      );
    sentence.takeAll(/\blifecycle\b|\bhooks?\b/i);
  }
  const none = sentence.take(/(?:\bno|\bwithout|\bneither\s+\w+\s+(?:has|have|sets?|uses?|references?))\s+(?:any\s+)?image\s?[Pp]ull\s?[Ss]ecrets?\b/);
  if (none)
    checks.push(
      fragmentOf(`${who} has no imagePullSecrets`, podTargets(workloads), { imagePullSecrets: { $: 'present' } }, 'error', asked(sentence, workloads)),
    );
  const secrets = sentence.take(/\bimage\s?[Pp]ull\s?[Ss]ecrets?\b(?:\s*(?:[:=]|named|called)?\s*["'`]?(?:name:\s*)?([a-z0-9]+(?:-[a-z0-9]+)+)["'`]?)?/);
  if (secrets)
    checks.push(
      fragmentOf(
        `${who} has imagePullSecrets ${secrets[1] ?? ''}`.trim(),
        podTargets(workloads),
        { imagePullSecrets: secrets[1] ? [{ name: secrets[1] }] : { $: 'present' } },
        'assert',
        asked(sentence, workloads),
      ),
    );
  // what an overlay patches stands in the overlay, not in the container
  const overlays = context.own.files.filter((path) => /kustomization\.ya?ml$/.test(path));
  const pull = sentence.take(/\bimage\s?[Pp]ull\s?[Pp]olicy\s*(?:[:=]|of|is|set\s+to)?\s*["'`]?(Always|IfNotPresent|Never)\b["'`]?/);
  if (pull && overlays.length > 0)
    checks.push({
      is: 'says',
      says: `${overlays[0]} speaks of imagePullPolicy ${pull[1]}`,
      paths: overlays,
      in: 'text',
      about: [],
      items: [['imagePullPolicy'], [pull[1]!]],
      most: [],
      weak: true,
    });
  else if (pull) checks.push(fragmentOf(`${who} has imagePullPolicy ${pull[1]}`, containerTargets(found), { imagePullPolicy: pull[1]! }, 'assert', of));
  if (checks.length > 0) {
    sentence.takeAll(/\bcontainers?\b|\bpods?\b/i);
    takeQuantifier(sentence);
  }
  return checks;
};
