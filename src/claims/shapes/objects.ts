import type { Check, Expected } from '../../checks/check.ts';
import { isWorkload, type Resource } from '../../manifest/resource.ts';
import { get, itemsOf } from '../../manifest/yaml.ts';
import type { Mention } from '../component.ts';
import { type Context, fragmentOf, targetOf } from '../context.ts';
import { WORKLOAD_KINDS } from '../lexicon.ts';
import type { Sentence } from '../sentence.ts';
import { asked, podTargets, type Shape, takeQuantifier, targetsOf, whose } from '../shape.ts';

const hasSpec = (found: readonly Resource[], fragment: Record<string, Expected>, sentence: Sentence): Check =>
  fragmentOf(`${whose(found)} has ${JSON.stringify(fragment).replaceAll('"', '')}`, targetsOf(found, ['spec']), fragment, 'assert', asked(sentence, found));

const number = (match: RegExpExecArray): number => Number(match.slice(1).find((value) => value !== undefined));

/** `Replicas: 2`, `3 replicas`, `at least 2 replicas`. */
export const replicas: Shape = (sentence, context) => {
  const match = sentence.take(
    /(?<!min\s?|max\s?|minimum |maximum )\breplicas?(?:\s*count)?\s*(?:[=:]|of|to|is|set to)?\s*(\d+)\b(?!\s*(?:-|–|to)\s*\d)|\b(\d+)\s+(?:pod\s+)?replicas?\b/i,
  );
  const single = match ? undefined : sentence.take(/\b(?:single|one)[\s-]+replica\b(?:\s*\(default\))?/i);
  if (single) {
    const found = context.workloads().found;
    const one: Expected = { $: 'oneOf', of: [1, { $: 'absent' }] };
    return [fragmentOf(`${whose(found)} has one replica`, targetsOf(found), { spec: { replicas: one } }, 'assert', asked(sentence, found))];
  }
  if (!match) return [];
  const workloads = context.workloads().found;
  const atLeast = sentence.take(/\bat least\b|\bminimum(?: of)?\b|\b(?:>=|≥)/i) || new RegExp(`${number(match)}\\+`).test(sentence.text);
  const value: Expected = atLeast ? { $: 'atLeast', number: number(match) } : number(match);
  takeQuantifier(sentence);
  return [
    fragmentOf(`${whose(workloads)} has replicas ${number(match)}`, targetsOf(workloads), { spec: { replicas: value } }, 'assert', asked(sentence, workloads)),
  ];
};

/** `MinReplicas: 1, MaxReplicas: 10`; `70% CPU`; `scale-down stabilization: 3 minutes`. */
export const autoscaler: Shape = (sentence, context) => {
  const kind = 'HorizontalPodAutoscaler';
  const about =
    context.own.kinds.includes(kind) ||
    context.parent.kinds.includes(kind) ||
    sentence.has(/\bauto-?scal|\bscal(?:es?|ing)\b|\b(?:min|max)\s?replicas\b|\bstabilization\b/i);
  if (!about) return [];
  const fragment: { [key: string]: Expected } = {};
  const min = sentence.take(/\bmin(?:imum)?[\s_-]?(?:replicas|pods)?\s*(?:[=:]|of|is)?\s*(\d+)(?:\s+(?:replicas|pods))?\b/i);
  const max = sentence.take(/\bmax(?:imum)?[\s_-]?(?:replicas|pods)?\s*(?:[=:]|of|is)?\s*(\d+)(?:\s+(?:replicas|pods))?\b/i);
  const range =
    min || max
      ? undefined
      : sentence.take(
          /\b(?:from\s+)?(\d+)\s*(?:-|–|to)\s*(\d+)\s*(?:replicas|pods|workers|instances)\b|\bbetween\s+(\d+)\s+and\s+(\d+)\s*(?:replicas|pods)?\b|\breplicas?\s*[:=]?\s*(\d+)\s*(?:-|–|to)\s*(\d+)\b/i,
        );
  if (min) fragment['minReplicas'] = number(min);
  if (max) fragment['maxReplicas'] = number(max);
  if (range) {
    const [low, high] = range.slice(1).filter((value) => value !== undefined);
    Object.assign(fragment, { minReplicas: Number(low), maxReplicas: Number(high) });
  }
  const metrics: Expected[] = [];
  for (const name of ['cpu', 'memory']) {
    const match = sentence.take(
      new RegExp(
        `\\b${name}\\b(?:\\s+(?:utili[sz]ation|usage|target|average|threshold))*\\s*(?:[=:>]|of|at|is|above|exceeds|target)*\\s*(\\d+)\\s?%|(\\d+)\\s?%\\s*(?:average\\s+|target\\s+)?${name}\\b(?:\\s+(?:utili[sz]ation|usage|threshold))?`,
        'i',
      ),
    );
    if (match) metrics.push({ resource: { name, target: { averageUtilization: number(match) } } });
  }
  if (metrics.length > 0) {
    fragment['metrics'] = metrics;
    sentence.takeAll(/\btarget(?:s|ing)?\b|\bmetrics?\b|\butili[sz]ation\b|\bthreshold\b|\baverage\b/i);
  }
  for (const [side, pattern] of [
    ['scaleDown', 'scale[\\s-]?down'],
    ['scaleUp', 'scale[\\s-]?up'],
  ] as const) {
    const match = sentence.take(
      new RegExp(
        `\\b${pattern}\\b[^\\d]{0,40}?(?:stabili[sz]ation(?:\\s*window)?|window|delay|cooldown)[^\\d]{0,12}(\\d+)\\s*(s|sec|seconds?|m|min|minutes?)\\b`,
        'i',
      ),
    );
    if (match)
      fragment['behavior'] = {
        ...(fragment['behavior'] as object),
        [side]: { stabilizationWindowSeconds: Number(match[1]) * (match[2]!.startsWith('m') ? 60 : 1) },
      };
  }
  const based = sentence.take(/\b(cpu|memory)(?:\s*(?:and|&|\/|,)\s*(cpu|memory))?[\s-]+based\s+(?:auto-?)?scal(?:ing|er)\b/i);
  for (const name of based?.slice(1).filter((each) => each !== undefined) ?? []) metrics.push({ resource: { name: name.toLowerCase() } });
  if (based) fragment['metrics'] = metrics;
  if (sentence.take(/\bmin(?:imum)?\s*(?:\/|and|&)\s*max(?:imum)?\s+(?:replicas|pods|replica counts?)\b/i))
    Object.assign(fragment, { minReplicas: { $: 'present' }, maxReplicas: { $: 'present' } });
  if (metrics.length === 0 && sentence.take(/\bscaling\s+(?:thresholds?|metrics?|targets?)\b/i)) fragment['metrics'] = { $: 'present' };
  if (Object.keys(fragment).length === 0) return [];
  const scalers = context.resolve([kind]).found;
  sentence.takeAll(/\b(?:HPAs?|horizontal pod autoscalers?|auto-?scal(?:er|ing)|scal(?:es?|ing)|behaviou?r)\b/i);
  takeQuantifier(sentence);
  if (scalers.length === 0) return [absentKind(kind, context)];
  return [hasSpec(scalers, fragment, sentence)];
};

/** `PersistentVolumeClaim: 10Gi storage, ReadWriteOnce access`; `Volume mounts: /data (persistent claim)`. */
export const storage: Shape = (sentence, context) => {
  const checks: Check[] = [];
  const about = sentence.has(/\bstorage\b|\bPVCs?\b|\bpersistent\b|\bvolumes?\b|\baccess\s?mode/i);
  if (!about) return [];
  const workloads = context.workloads().found;
  const paths = sentence.takeAll(
    /\bmount(?:s|ed)?(?:\s*path)?\s*(?:[:=]|at|to|on)?\s*(\/[\w./-]+)|(?<=\bvolume mounts?[^/]{0,20})(?<![\w.])(\/[\w./-]+)|\bvolume\b[^/]{0,20}(?:at|on)\s+(\/[\w./-]+)/i,
  );
  const none = /\bvolume(?:\s*mount)?s?\s*[:=]\s*none\b/i.exec(sentence.text);
  const containers = context.containers();
  if (none) {
    sentence.mark(none.index, none.index + none[0].length);
    sentence.drop(/\([^()]*\)/);
    return [
      fragmentOf(
        `${whose(workloads)} mounts nothing`,
        containers.map(({ container, workload }) => targetOf(workload, container.path)),
        { volumeMounts: { $: 'present' } },
        'error',
        asked(sentence, workloads),
      ),
    ];
  }
  for (const match of paths) {
    const path = match.slice(1).find((value) => value !== undefined)!;
    checks.push(
      fragmentOf(
        `${whose(workloads)} mounts a volume at ${path}`,
        containers.map(({ container, workload }) => targetOf(workload, container.path)),
        { volumeMounts: [{ mountPath: path }] },
        'assert',
        asked(sentence, containers),
      ),
    );
  }
  if (checks.length > 0) sentence.takeAll(/\bvolumes?\s*mounts?\b|\b(?:mount(?:ed|s)?|volumes?|path|claim|persistent)\b/i);
  const spec: { [key: string]: Expected } = {};
  const size = sentence.take(/\b(\d+(?:\.\d+)?\s?[KMGT]i?)B?\b/);
  const mode = sentence.take(/\b(ReadWriteOnce|ReadWriteMany|ReadOnlyMany|ReadWriteOncePod|RWO|RWX|ROX)\b/);
  const storageClass = sentence.take(/\bstorage\s?[Cc]lass(?:\s?[Nn]ame)?(?:\s*[:=]\s*|\s+(?!\())["']?([a-z0-9][a-z0-9-]*)\b/);
  if (size) spec['resources'] = { requests: { storage: size[1]!.replace(/\s/g, '') } };
  if (mode) spec['accessModes'] = [{ RWO: 'ReadWriteOnce', RWX: 'ReadWriteMany', ROX: 'ReadOnlyMany' }[mode[1]!] ?? mode[1]!];
  if (storageClass) spec['storageClassName'] = storageClass[1]!;
  const claimNamed = /\bPVCs?\b|\bpersistent\s*volume\s*claims?\b|\bvolume\s?claim\s?templates?\b|\bpersistent (?:storage|volumes?)\b/i.test(sentence.open);
  if (Object.keys(spec).length > 0 || (claimNamed && checks.length === 0)) {
    const claims = context.resolve(['PersistentVolumeClaim']).found;
    const holders = context.resolve(['StatefulSet']).found.filter((resource) => itemsOf(get(resource.node, 'spec', 'volumeClaimTemplates')).length > 0);
    sentence.takeAll(
      /\b(?:persistent\s*volume\s*claims?|PVCs?|volume\s?claim\s?templates?|persistent|storage|volumes?|claims?|access(?:\s?modes?)?|size|capacity|mounts?|mounted)\b/i,
    );
    takeQuantifier(sentence);
    const wanted: Expected = Object.keys(spec).length > 0 ? { spec } : {};
    const options: Check[] = [];
    if (claims.length > 0) options.push(fragmentOf(`${whose(claims)} has ${shown(spec)}`, targetsOf(claims), wanted, 'assert', asked(sentence, claims)));
    if (holders.length > 0)
      options.push(
        fragmentOf(
          `${whose(holders)} claims a volume with ${shown(spec)}`,
          targetsOf(holders, ['spec']),
          { volumeClaimTemplates: [wanted] },
          'assert',
          asked(sentence, holders),
        ),
      );
    checks.push(
      options.length === 0
        ? absentKind('PersistentVolumeClaim', context)
        : options.length === 1
          ? options[0]!
          : { is: 'any', says: `a claim has ${shown(spec)}`, of: options },
    );
  }
  return checks;
};
const shown = (spec: object): string => (Object.keys(spec).length === 0 ? 'storage' : JSON.stringify(spec).replaceAll('"', ''));

const SERVICE_TYPES = 'ClusterIP|NodePort|LoadBalancer|ExternalName';

/** `Service (ClusterIP, port 5432)`, `port 8000->80`, `Service selector: app=api`, `headless`. */
export const service: Shape = (sentence, context) => {
  const about =
    context.own.kinds.includes('Service') ||
    (context.parent.kinds.includes('Service') && sentence.has(/\b(?:selector|type|target\s?port|headless)\b/i)) ||
    sentence.has(new RegExp(`\\b(?:${SERVICE_TYPES})\\b`));
  if (!about || sentence.has(/\bservice\s*accounts?\b|\bservice\s*monitors?\b|\bDNS\b/i)) return [];
  const fragment: { [key: string]: Expected } = {};
  const types = sentence.takeAll(new RegExp(`\\b(${SERVICE_TYPES})\\b(?:\\s+type)?`)).map((match) => match[1]!);
  const several = sentence.take(/\bports?\s*[:=]?\s*(\d{2,5})\s*(?:\([\w-]+\))?(?:\s*(?:\+|,|and|&)\s*(\d{2,5})\s*(?:\([\w-]+\))?)+/i);
  if (several) fragment['ports'] = Array.from(several[0].matchAll(/\d{2,5}/g), ([each]) => ({ port: Number(each) }));
  const headless = sentence.take(/\bheadless\b|\bclusterIP\s*[:=]\s*None\b/i);
  if (types.length === 1) fragment['type'] = types[0] === 'ClusterIP' ? { $: 'oneOf', of: ['ClusterIP', { $: 'absent' }] } : types[0]!;
  else if (types.length > 1) fragment['type'] = { $: 'oneOf', of: types };
  if (headless) fragment['clusterIP'] = 'None';
  const mapped = sentence.take(/\bports?\s*[:=]?\s*(\d{2,5})\s*(?:->|→|:|=>|to)\s*(?:target\s?port\s*)?(\d{2,5})\b|\b(\d{2,5})\s*(?:->|→|=>)\s*(\d{2,5})\b/i);
  const port = mapped ? undefined : sentence.take(/\bports?\s*[:=]?\s*(\d{2,5})\b(?!\s*-)/i);
  const targetPort = sentence.take(/\btarget\s?ports?\s*[:=]?\s*(\d{2,5}|[a-z][a-z0-9-]*)\b/i);
  if (several) {
    // the list says it all
  } else if (mapped) {
    const [one, other] = mapped
      .slice(1)
      .filter((value) => value !== undefined)
      .map(Number) as [number, number];
    // an arrow is read either way: from the container to the Service, or from the Service to the container
    fragment['ports'] = {
      $: 'oneOf',
      of: [[{ port: one, targetPort: { $: 'port', number: other } }], [{ port: other, targetPort: { $: 'port', number: one } }]],
    };
  } else if (port || targetPort) {
    fragment['ports'] = [
      {
        ...(port ? { port: Number(port[1]) } : {}),
        ...(targetPort ? { targetPort: /^\d+$/.test(targetPort[1]!) ? { $: 'port', number: Number(targetPort[1]) } : targetPort[1]! } : {}),
      },
    ];
  }
  const selector = labelsIn(sentence, /\bselectors?\b/i);
  if (selector) fragment['selector'] = selector;
  const matching = selector
    ? undefined
    : sentence.take(/\bselectors?\s+(?:that\s+)?(?:match(?:es|ing)?|target(?:s|ing)?|point(?:s|ing)?\s+(?:to|at)|for)\b[^,.;]*/i);
  if (Object.keys(fragment).length === 0 && !matching) return [];
  const services = context.resolve(['Service']).found;
  if (matching && services.length > 0) {
    const selects: Check = { is: 'relation', relation: 'selects', says: `${whose(services)} selects the workload`, targets: targetsOf(services) };
    if (Object.keys(fragment).length === 0) return [selects];
    return [selects, hasSpec(services, fragment, sentence)];
  }
  sentence.takeAll(/\b(?:services?|ports?|type|or|expos(?:es?|ed|ing)|on|selectors?|target\s?port)\b/i);
  takeQuantifier(sentence);
  if (services.length === 0) return [absentKind('Service', context)];
  return [hasSpec(services, fragment, sentence)];
};

/** `key=value` or `key: value` pairs after the word that the pattern names. */
function labelsIn(sentence: Sentence, after: RegExp): Record<string, string> | undefined {
  const word = after.exec(sentence.text);
  if (!word) return undefined;
  const pairs = sentence
    .takeAll(/(?<![\w./-])([a-z][\w.-]*(?:\/[\w.-]+)?)\s*[=:]\s*["']?([\w.-]+)["']?(?=$|[\s,;)}\]"'])/i)
    .filter((match) => match.index > word.index || word[0] === '');
  return pairs.length > 0 ? Object.fromEntries(pairs.map((match) => [match[1]!, match[2]!])) : undefined;
}

const PORT_LIST = '\\d{2,5}(?:\\s*\\([^()\\d]{1,40}\\)|\\s+[A-Z][\\w-]*)?';
/** `Expose ports: 8080 (HTTP), 9090 (metrics)`, `Exposes OTLP gRPC port 4317`: a word or two may say what a port is for. */
const EXPOSED = new RegExp(
  `\\bexpos(?:e|es|ed|ing)\\s+(?:(?!ports?\\b)[A-Za-z][\\w./-]*\\s+){0,4}ports?\\s*[:=(]?\\s*(${PORT_LIST}(?:\\s*(?:,|and|&|\\+)\\s*(?:and\\s+)?${PORT_LIST})*)\\)?(?![\\w:]|\\.\\d)`,
  'i',
);

/** Every port of a list: of the Service where the claim is about one, else of the containers. */
export const exposed: Shape = (sentence, context) => {
  const match = EXPOSED.exec(sentence.text);
  if (!match || sentence.isExplained(match.index, match.index + match[0].length) || /\b(?:to|as|target\s?port)\b/i.test(match[0])) return [];
  const numbers = (match[1]!.match(/\d{2,5}/g) ?? []).map(Number);
  // "expose the Prometheus metrics port": what stands before the word says what the port is for
  const words = context.own.mentions.filter(({ start, end }) => end <= match.index || start >= match.index + match[0].length);
  const services = context.resolve(['Service'], words);
  const files = context.own.files.length > 0 ? context.own.files : context.parent.files;
  const held = context.inventory.resources.filter(({ source }) => files.includes(source.path));
  const ofService =
    context.own.kinds.includes('Service') ||
    (held.some(({ kind }) => kind === 'Service') && !held.some(isWorkload)) ||
    (held.length === 0 && context.parent.kinds.includes('Service') && !context.parent.kinds.some((kind) => WORKLOAD_KINDS.includes(kind)));
  sentence.mark(match.index, match.index + match[0].length);
  sentence.takeAll(/\b(?:containers?|services?)\b/i);
  takeQuantifier(sentence);
  if (ofService) {
    if (services.found.length === 0) return [absentKind('Service', context)];
    return numbers.map((each) =>
      fragmentOf(
        `${whose(services.found)} has port ${each}`,
        targetsOf(services.found, ['spec']),
        { ports: [{ port: each }] },
        'assert',
        asked(sentence, services.found),
      ),
    );
  }
  return numbers.flatMap((each) => containerPort(each, sentence, context, words));
};

/** `Container port: 8000`. */
export const port: Shape = (sentence, context) => {
  const match =
    sentence.take(/\bcontainer\s?ports?\s*(?:[=:]|of|is|to)?\s*(\d{2,5})\b/i) ??
    (context.own.kinds.includes('Service')
      ? undefined
      : sentence.take(/\b(?:expos(?:es?|ed|ing)|listen(?:s|ing)?(?: on)?|set)\s+(?:the\s+)?ports?\s*[:=]?\s*(\d{2,5})\b|^ports?\s*[:=]\s*(\d{2,5})\b/i));
  const plain =
    match ??
    (context.own.kinds.some((kind) => WORKLOAD_KINDS.includes(kind)) && !context.own.kinds.includes('Service')
      ? sentence.take(/(?<!target\s?)\bport\s*[:=]?\s*(\d{2,5})\b/i)
      : undefined);
  return plain ? containerPort(number(plain), sentence, context) : [];
};

function containerPort(wanted: number, sentence: Sentence, context: Context, words?: readonly Mention[]): Check[] {
  const found = context.containers(words);
  sentence.takeAll(/\bcontainers?\b|\bports?\b/i);
  return [
    fragmentOf(
      `${whose(found.map(({ workload }) => workload))} has containerPort ${wanted}`,
      found.map(({ container, workload }) => targetOf(workload, container.path)),
      { ports: [{ containerPort: wanted }] },
      'assert',
      asked(sentence, found),
    ),
  ];
}

/** `labels: environment=development, project=ai-agents`. */
export const labels: Shape = (sentence, context) => {
  if (!sentence.has(/\blabels?\b|(?<!\btype )\bannotations?\b/i)) return [];
  const field = sentence.has(/\bannotations?\b/i) && !sentence.has(/\blabels?\b/i) ? 'annotations' : 'labels';
  const short = pairsAfter(sentence, field === 'labels' ? /\blabel(?:s|led|ed)?\b/i : /\bannotations?\b/i);
  if (!short) return [];
  sentence.takeAll(/\b(?:metadata|labels?|annotations?|standard)\b/i);
  // "PSS labels (enforce: baseline)": the last part of a key that is there stands for it
  const everyKey = context.inventory.resources.flatMap((resource) => Array.from(resource[field === 'labels' ? 'labels' : 'annotations'].keys()));
  const pairs = Object.fromEntries(
    Object.entries(short).map(([key, value]) => [everyKey.includes(key) ? key : (everyKey.find((each) => each.endsWith(`/${key}`)) ?? key), value]),
  );
  const said = `${field} ${JSON.stringify(pairs).replaceAll('"', '')}`;
  const workloads = context.workloads().found;
  const onPods = fragmentOf(
    `the pods of ${whose(workloads)} have ${said}`,
    workloads.map((workload) => targetOf(workload, [...workload.podPath.slice(0, -1), 'metadata'])),
    { [field]: pairs },
    'assert',
    asked(sentence, workloads),
  );
  if (sentence.take(/\b(?:(?:all|each|every)\s+)?pods?\b(?:\s+template)?/i)) return [onPods];
  const kinds = context.own.kinds.filter((kind) => kind !== 'Pod');
  const inherited = context.parent.kinds.length > 0 ? context.parent.kinds : ['Deployment', 'StatefulSet', 'DaemonSet', 'Namespace'];
  const { found } = context.resolve(kinds.length > 0 ? kinds : inherited);
  takeQuantifier(sentence);
  if (found.length === 0) return [];
  if (found.every(({ kind }) => kind === 'Kustomization')) {
    const given: Expected = { $: 'oneOf', of: [{ commonLabels: pairs }, { labels: [{ pairs }] }] };
    sentence.takeAll(/\bcommon\b/i);
    return [fragmentOf(`${found[0]!.source.path} gives ${said}`, targetsOf(found), given, 'assert', asked(sentence, found))];
  }
  const onObjects = fragmentOf(`${whose(found)} has ${said}`, targetsOf(found, ['metadata']), { [field]: pairs }, 'assert', asked(sentence, found));
  return [found.every(isWorkload) && workloads.length > 0 ? { is: 'any', says: onObjects.says, of: [onObjects, onPods] } : onObjects];
};

/** The pairs that stand right after a word, one behind the other: `labels: a=b, c=d`, `(app: api, tier: web)`. */
function pairsAfter(sentence: Sentence, word: RegExp): Record<string, string> | undefined {
  const start = word.exec(sentence.text);
  if (!start || sentence.isExplained(start.index, start.index + start[0].length)) return undefined;
  const pairs: Record<string, string> = {};
  const pair = /^[\s:,(]*(?:and\s+)?["'`]?([a-z][\w.-]*(?:\/[\w.-]+)?)["'`]?\s*[=:]\s*["'`]?([\w.-]*\w)["'`]?\)?/;
  let at = start.index + start[0].length;
  for (let match = pair.exec(sentence.text.slice(at)); match; match = pair.exec(sentence.text.slice(at))) {
    pairs[match[1]!] = match[2]!;
    sentence.mark(at, at + match[0].length);
    at += match[0].length;
  }
  return Object.keys(pairs).length > 0 ? pairs : undefined;
}

/** `namespace "ai-agents"`, `in the ai-agents namespace`. */
export const namespace: Shape = (sentence, context) => {
  const own = sentence.take(
    /\bnamespaces?\s+(?:manifest\s+)?(?:is\s+)?(?:created\s+)?(?:with\s+)?(?:(?:named?|called|name)\s*[:=]?\s*)?\(?["'`“]([a-z0-9][a-z0-9-]*)["'`”]\)?|\bnamespace\s+(?:manifest\s+)?(?:is\s+)?(?:created\s+)?(?:with\s+)?(?:named?|called|name)\s*[:=]?\s*([a-z0-9][a-z0-9-]*)|\bnamespace(?:\s+manifest)?(?:\s+(?:is\s+)?created)?\s*(?:\(|[:=]\s*)([a-z0-9]+(?:-[a-z0-9]+)*)\)?/i,
  );
  const inside = own
    ? undefined
    : (sentence.take(/\b(?:in|to|into|within|under)\s+(?:the\s+)?["'`]?([a-z0-9][a-z0-9-]*)["'`]?\s+namespace\b/i) ??
      sentence.take(/\b(?:in|to|into|within)\s+(?:the\s+)?namespace\s+["'`]?([a-z0-9][a-z0-9-]*)["'`]?/i));
  if (own) {
    const name = own.slice(1).find((value) => value !== undefined)!;
    sentence.takeAll(/\bname\b/i);
    const exists = context.inventory.ofKind('Namespace');
    if (exists.length === 0) {
      // "Add namespace: x" may as well mean the field, which every object has
      const within = context.inventory.resources.filter((resource) => resource.namespace === name);
      if (within.length > 0)
        return [{ is: 'unread', aside: false, says: `${whose(within.slice(0, 3))} say namespace ${name}, and no Namespace is in the manifests` }];
      return [absentKind('Namespace', context)];
    }
    const fitting = exists.filter((resource) => resource.name === name);
    return [fragmentOf(`there is a Namespace ${name}`, targetsOf(fitting.length > 0 ? fitting : exists), { metadata: { name } }, 'assert', 'any')];
  }
  if (!inside || /^(?:the|a|own|its|each|same|all|separate|dedicated|default)$/i.test(inside[1]!)) return [];
  const kinds = context.own.kinds.filter((kind) => kind !== 'Namespace');
  const found = context.resolve(kinds.length > 0 ? kinds : ['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'ConfigMap', 'HorizontalPodAutoscaler']).found;
  if (found.length === 0) return [];
  takeQuantifier(sentence);
  return [fragmentOf(`${whose(found)} is in namespace ${inside[1]}`, targetsOf(found, ['metadata']), { namespace: inside[1]! }, 'assert', 'each')];
};

/** `Host: api.example.com`, `Routes: / -> service/api (port 8000)`, `NGINX Ingress`, `TLS enabled`. */
export const ingress: Shape = (sentence, context) => {
  const about = context.own.kinds.includes('Ingress') || context.parent.kinds.includes('Ingress');
  if (!about || sentence.has(/\bNetworkPolic|\bnetwork polic|\bpolicyTypes?\b/i)) return [];
  const ingresses = context.resolve(['Ingress']).found;
  const checks: Check[] = [];
  const add = (says: string, fragment: Expected, mode: 'assert' | 'error' = 'assert') =>
    void checks.push(fragmentOf(`${whose(ingresses)} ${says}`, targetsOf(ingresses), fragment, mode, asked(sentence, ingresses)));
  const controller =
    sentence.take(
      /\b(?:ingress\s*)?(?:controller|class(?:\s?name)?)\s*[:=]?\s*["'`]?(nginx|traefik|haproxy|contour|kong|alb|gce|istio|cilium)\b["'`]?(?:\s+ingress)?(?:\s+controller)?/i,
    ) ?? sentence.take(/\b(nginx|traefik|haproxy|contour|kong|istio)\s+(?:ingress(?:\s+controller)?)\b/i);
  if (controller)
    add(`has class ${controller[1]!.toLowerCase()}`, {
      $: 'oneOf',
      of: [
        { spec: { ingressClassName: { $: 'contains', text: controller[1]!.toLowerCase() } } },
        { metadata: { annotations: { 'kubernetes.io/ingress.class': { $: 'contains', text: controller[1]!.toLowerCase() } } } },
      ],
    });
  const host = sentence.has(/\bhosts?(?:names?)?\b|\bdomain\b/i)
    ? sentence
        .takeAll(/(?<![\w/@.-])((?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(?![\w/:-]|\.[a-z])/i)
        .filter((match) => !/\.(?:ya?ml|md|sh|json|io|py|ts)$/i.test(match[1]!) || /\.io$/.test(match[1]!))
    : [];
  for (const match of host) add(`has host ${match[1]}`, { spec: { rules: [{ host: match[1]! }] } });
  if (host.length > 0) sentence.takeAll(/\bhosts?(?:names?)?\b|\bdomains?\b|\blocalhost\b|\(\s*(?:local\w*|dev\w*|prod\w*)[^()]*\)/i);
  for (const route of sentence.takeAll(
    /(?<![\w.])(\/[\w*./-]*)\s*(?:->|→|=>|routes? to|to|goes to|forwards? to)\s*(?:the\s+)?(?:service\s*[/:]?\s*|svc\/)?["'`]?([a-z][a-z0-9-]*)["'`]?(?:\s+service)?(?:\s*(?:\(?\s*(?:on\s+)?port\s*|:)(\d{2,5})\)?)?/i,
  )) {
    const path = route[1]!.replace(/\*+$/, '').replace(/(.)\/$/, '$1');
    add(`routes ${route[1]} to ${route[2]}${route[3] ? `:${route[3]}` : ''}`, {
      spec: {
        rules: [
          {
            http: {
              paths: [
                {
                  path: { $: 'oneOf', of: [path, `${path}/`, { $: 'contains', text: path.length > 1 ? `${path}(` : '/(' }] },
                  backend: { service: { name: serviceNamed(route[2]!, context), ...(route[3] ? { port: { number: Number(route[3]) } } : {}) } },
                },
              ],
            },
          },
        ],
      },
    });
  }
  const several = sentence.take(
    /\broutes?\s+((?:\/[\w*./-]*(?:\s*,\s*(?:and\s+)?|\s+and\s+))+\/[\w*./-]*)\s+to\s+(?:the\s+)?([a-z][a-z0-9-]*)(?:\s+service)?/i,
  );
  for (const path of (several?.[1] ?? '').match(/\/[\w*./-]*/g) ?? []) {
    add(`routes ${path} to ${several![2]}`, {
      spec: {
        rules: [
          {
            http: {
              paths: [
                {
                  path: { $: 'oneOf', of: [path, `${path}/`, { $: 'contains', text: `${path}(` }] },
                  backend: { service: { name: serviceNamed(several![2]!, context) } },
                },
              ],
            },
          },
        ],
      },
    });
  }
  const backend = sentence.take(
    /\b(?:rout(?:es?|ing)|forward(?:s|ing)?|point(?:s|ing)?)\s+(?:(?:(?:all\s+)?(?:HTTPS?\s+|external\s+|incoming\s+)?(?:traffic|requests)\s+)(?:(?:on|from|at|for)\s+(?:[\w'’-]+\s+){1,5}?)?)?to\s+(?:the\s+)?([a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?:\s+service)?(?::(\d{2,5})|\s+(?:on\s+)?port\s+(\d{2,5}))?/i,
  );
  if (backend) {
    const target = backend[2] ?? backend[3];
    add(`routes to ${backend[1]}`, {
      spec: {
        rules: [
          {
            http: { paths: [{ backend: { service: { name: serviceNamed(backend[1]!, context), ...(target ? { port: { number: Number(target) } } : {}) } } }] },
          },
        ],
      },
    });
  }
  if (checks.length > 0) sentence.takeAll(/\broutes?\b|\brouting\b|\bpaths?\b|\bingress\b|\brules?\b/i);
  const tlsOff = sentence.take(/\bTLS\s*[:=]?\s*(?:is\s+)?(?:disabled|off|none)\b[^,;]*/i);
  const tlsOn = sentence.take(
    /(?:\bTLS\s*[:=]?\s*)?\b(?:enabled)\b(?:\s+(?:for|in)\s+prod\w*)|\bTLS\b(?:[\s/]*(?:HTTPS|SSL))?(?:\s*[:=]?\s*(?:is\s+)?(?:enabled|configured|termination|certificates?|section|configuration|support))*/i,
  );
  if (tlsOff) add('has no TLS', { spec: { tls: { $: 'present' } } }, 'error');
  if (tlsOn && !sentence.has(/\bdocument/i)) add('has TLS', { spec: { tls: { $: 'present' } } });
  const issuer = sentence.take(/\bcert-manager(?:\s+(?:annotations?|integration|cluster[- ]?issuer|issuer))?\b/i);
  if (issuer && !/\bfuture\b|\bdocument/i.test(sentence.text))
    add('names a cert-manager issuer', {
      $: 'oneOf',
      of: [
        { metadata: { annotations: { 'cert-manager.io/cluster-issuer': { $: 'present' } } } },
        { metadata: { annotations: { 'cert-manager.io/issuer': { $: 'present' } } } },
      ],
    });
  if (checks.length > 0) takeQuantifier(sentence);
  if (checks.length > 0 && ingresses.length === 0) return [absentKind('Ingress', context)];
  return checks;
};

/** A route names its Service, or the part of the system behind it. */
function serviceNamed(word: string, context: Context): Expected {
  const services = context.inventory.ofKind('Service');
  if (services.some(({ name }) => name === word)) return word;
  const behind = context.components.mentions(word).flatMap(({ workloads }) => context.components.related('Service', workloads));
  return behind.length > 0 ? { $: 'oneOf', of: Array.from(new Set(behind.map(({ name }) => name))) } : word;
}

/** `Pod affinity: preferredDuringScheduling...`, `spread across nodes`, `terminationGracePeriodSeconds=120`, strategy. */
export const scheduling: Shape = (sentence, context) => {
  const checks: Check[] = [];
  const workloads = context.workloads().found;
  const of = asked(sentence, workloads);
  const who = whose(workloads);
  const restart = sentence.take(/\brestart\s?policy\b\s*(?:[:=(]|of|to|is|set\s+to)?\s*["'`]?(Always|OnFailure|Never)\b["'`]?\)?/i);
  if (restart) {
    const value: Expected = restart[1] === 'Always' ? { $: 'oneOf', of: ['Always', { $: 'absent' }] } : restart[1]!;
    checks.push(fragmentOf(`${who} has restartPolicy ${restart[1]}`, podTargets(workloads), { restartPolicy: value }, 'assert', of));
  }
  const grace = sentence.take(
    /\b(?:termination\s?grace\s?period(?:\s?seconds)?|grace\s?period)\s*(?:[=:]|of|is)?\s*(\d+)\s*s?(?:ec(?:ond)?s?)?\b|\b(\d+)\s?s(?:ec(?:ond)?s?)?\s+(?:termination\s+)?grace\s?period\b/i,
  );
  if (grace) {
    sentence.takeAll(/\bgraceful(?:ly)?\s+(?:shutdown|termination)\b/i);
    checks.push(
      fragmentOf(
        `${who} has terminationGracePeriodSeconds ${number(grace)}`,
        podTargets(workloads),
        { terminationGracePeriodSeconds: number(grace) },
        'assert',
        of,
      ),
    );
  }
  const rule = sentence.take(/\b(preferred|required)DuringSchedulingIgnoredDuringExecution\b/);
  const anti = sentence.take(/\b(?:pod\s?)?anti-?\s?affinity\b/i);
  const affinity = anti ? undefined : sentence.take(/\bpod\s?affinity\b/i);
  if (anti || affinity) {
    const inner: Expected = rule ? { [rule[0]]: { $: 'present' } } : { $: 'present' };
    const spread = sentence.take(/\bspread\b(?:\s+\w+)*/i);
    const options: Expected[] = [{ affinity: { podAntiAffinity: inner } }];
    if (affinity) options[spread ? 1 : 0] = { affinity: { podAffinity: inner } };
    checks.push(
      fragmentOf(
        `${who} has ${anti || spread ? 'podAntiAffinity' : 'podAffinity'}`,
        podTargets(workloads),
        options.length === 1 ? options[0]! : { $: 'oneOf', of: options },
        'assert',
        of,
      ),
    );
  }
  if (sentence.take(/\btopology\s?spread(?:\s?constraints?)?\b/i))
    checks.push(fragmentOf(`${who} has topologySpreadConstraints`, podTargets(workloads), { topologySpreadConstraints: { $: 'present' } }, 'assert', of));
  const strategy = sentence.take(
    /\b([Rr]olling\s?[Uu]pdates?|[Rr]olling-updates?|Recreate)\b(?:\s+(?:update\s+)?[Ss]trategy)?|\b[Ss]trategy\s*[:=]\s*([Rr]ollingUpdate|[Rr]ecreate)\b|\brecreate\s+strategy\b/,
  );
  if (strategy) {
    const type = /recreate/i.test(strategy[0]) ? 'Recreate' : 'RollingUpdate';
    sentence.takeAll(/\b(?:update|deployment|rollout)?\s*strategy\b/i);
    const value: Expected =
      type === 'Recreate'
        ? { strategy: { type } }
        : { $: 'oneOf', of: [{ strategy: { type } }, { updateStrategy: { type } }, { strategy: { $: 'absent' }, updateStrategy: { $: 'absent' } }] };
    checks.push(fragmentOf(`${who} has strategy ${type}`, targetsOf(workloads, ['spec']), value, 'assert', of));
    const detail: { [key: string]: Expected } = {};
    for (const field of ['maxSurge', 'maxUnavailable']) {
      const match = sentence.take(new RegExp(`\\b${field}\\s*[=:]?\\s*(\\d+%?)`, 'i'));
      if (match) detail[field] = match[1]!.endsWith('%') ? match[1]! : Number(match[1]);
    }
    if (Object.keys(detail).length > 0)
      checks.push(
        fragmentOf(`${who} has rollingUpdate ${JSON.stringify(detail)}`, targetsOf(workloads, ['spec', 'strategy', 'rollingUpdate']), detail, 'assert', of),
      );
  }
  if (checks.length > 0) takeQuantifier(sentence);
  return checks;
};

/** A budget's numbers, a CronJob's schedule. */
export const policies: Shape = (sentence, context) => {
  const checks: Check[] = [];
  const budget = sentence.take(/\b(minAvailable|maxUnavailable)\s*[=:]?\s*(\d+%?)|\bmin(?:imum)?[\s-]available\s*(?:[=:]|of)?\s*(\d+%?)/i);
  if (budget && (context.own.kinds.includes('PodDisruptionBudget') || context.parent.kinds.includes('PodDisruptionBudget'))) {
    const budgets = context.resolve(['PodDisruptionBudget']).found;
    const value = budget[2] ?? budget[3]!;
    sentence.takeAll(/\bPDBs?\b|\bpod\s*disruption\s*budgets?\b/i);
    checks.push(
      budgets.length === 0
        ? absentKind('PodDisruptionBudget', context)
        : fragmentOf(
            `${whose(budgets)} has ${budget[1] ?? 'minAvailable'} ${value}`,
            targetsOf(budgets, ['spec']),
            { [budget[1] ?? 'minAvailable']: value.endsWith('%') ? value : Number(value) },
            'assert',
            asked(sentence, budgets),
          ),
    );
  }
  const schedule = sentence.take(/\bschedule\s*[:=]?\s*\(?["'`]([\d*/,\s?LW#A-Z-]{9,40})["'`]|["'`]((?:[\d*/,-]+\s+){4}[\d*/,A-Z-]+)["'`]/);
  if (schedule) {
    const jobs = context.resolve(['CronJob']).found;
    if (jobs.length > 0)
      checks.push(
        fragmentOf(
          `${whose(jobs)} runs at ${schedule[1] ?? schedule[2]}`,
          targetsOf(jobs, ['spec']),
          { schedule: (schedule[1] ?? schedule[2])!.trim() },
          'assert',
          asked(sentence, jobs),
        ),
      );
    sentence.takeAll(/\bschedules?\b|\bcron\b/i);
  }
  return checks;
};

/** What stands for "there is no such object": shown at the claim, and undecided where charts were not rendered. */
export function absentKind(kind: string, context: Context): Check {
  const unread = context.inventory.unrendered;
  if (unread.length > 0) return { is: 'unread', aside: false, says: `no ${kind} in the plain manifests, and ${unread[0]} was not rendered` };
  const broken = context.inventory.problems.find(({ path }) => /\.ya?ml$/.test(path));
  if (broken) return { is: 'unread', aside: false, says: `no ${kind} in the manifests that could be read, and ${broken.path} could not` };
  return { is: 'absent', says: `there is no ${kind} in the manifests` };
}
