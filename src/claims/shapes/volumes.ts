import type { Check, Expected } from '../../checks/check.ts';
import type { Workload } from '../../manifest/resource.ts';
import { get, itemsOf, textOf } from '../../manifest/yaml.ts';
import { type Context, fragmentOf } from '../context.ts';
import type { Sentence } from '../sentence.ts';
import { asked, containerTargets, podTargets, type Shape, whose } from '../shape.ts';

const NAME = '[a-z0-9][a-z0-9.-]*[a-z0-9]';
const KIND = '[Cc]onfig\\s?[Mm]aps?|[Ss]ecrets?|PVCs?|[Pp]ersistent\\s?[Vv]olume\\s?[Cc]laims?|emptyDirs?';

/** Where a volume's content comes from: the field of the volume, and the field in it that names the object. */
interface Origin {
  readonly field: string;
  readonly names: string | undefined;
}

function originOf(word: string): Origin {
  if (/^config/i.test(word)) return { field: 'configMap', names: 'name' };
  if (/^secret/i.test(word)) return { field: 'secret', names: 'secretName' };
  if (/^empty/i.test(word)) return { field: 'emptyDir', names: undefined };
  return { field: 'persistentVolumeClaim', names: 'claimName' };
}

/** The names of a workload's volumes of that origin. A name in the story may be the volume's own or its object's. */
function volumesOf(workload: Workload, { field, names }: Origin, name: string | undefined): string[] {
  const volumes = itemsOf(get(workload.pod, 'volumes')).filter((volume) => get(volume, field));
  const known = volumes.filter(
    (volume) => name === undefined || textOf(get(volume, 'name')) === name || (names !== undefined && textOf(get(volume, field, names)) === name),
  );
  const own = known.flatMap((volume) => textOf(get(volume, 'name')) ?? []);
  // a StatefulSet's claims are volumes as well
  const templates =
    field === 'persistentVolumeClaim'
      ? itemsOf(get(workload.node, 'spec', 'volumeClaimTemplates')).flatMap((claim) => textOf(get(claim, 'metadata', 'name')) ?? [])
      : [];
  return [...own, ...templates.filter((template) => name === undefined || template === name)];
}

const described = ({ field }: Origin, name: string | undefined): string => (name === undefined ? `a ${field} volume` : `a ${field} volume of ${name}`);

/** The pod has such a volume; `more` is what else the volume says. */
function hasVolume(sentence: Sentence, context: Context, origin: Origin, name: string | undefined, as?: string, more?: Expected): Check {
  const workloads = context.workloads().found;
  const inner: Expected = more ?? (name === undefined || origin.names === undefined ? { $: 'present' } : { [origin.names]: name });
  const volume: Expected = { ...(as === undefined ? {} : { name: as }), [origin.field]: inner };
  const says = `${whose(workloads)} has ${described(origin, name)}`;
  const own = fragmentOf(says, podTargets(workloads), { volumes: [volume] }, 'assert', asked(sentence, workloads));
  const claimed = workloads.length > 0 && as === undefined && workloads.every((workload) => volumesOf(workload, origin, name).length > 0);
  if (!claimed || more !== undefined) return own;
  // the name may be the volume's own, or a claim template's
  const [workload] = workloads;
  return {
    is: 'any',
    says,
    of: [
      own,
      ...volumesOf(workload!, origin, name).map((each) =>
        fragmentOf(says, podTargets(workloads), { volumes: [{ name: each, [origin.field]: { $: 'present' } }] }),
      ),
    ],
  };
}

/** A container mounts such a volume at a path: the mount names a volume of the pod that has this origin. */
function mounted(sentence: Sentence, context: Context, origin: Origin, name: string | undefined, mount: { [key: string]: Expected }): Check {
  const found = context.containers();
  const workloads = Array.from(new Set(found.map(({ workload }) => workload)));
  const names = Array.from(new Set(workloads.flatMap((workload) => volumesOf(workload, origin, name))));
  if (names.length === 0) return hasVolume(sentence, context, origin, name);
  const says = `${whose(workloads)} mounts ${described(origin, name)} at ${String(mount['mountPath'])}`;
  const of = found.length > 1 ? 'unclear' : 'each';
  const options = names.map((each) => fragmentOf(says, containerTargets(found), { volumeMounts: [{ name: each, ...mount }] }, 'assert', of));
  return options.length === 1 ? options[0]! : { is: 'any', says, of: options };
}

const MOUNT = new RegExp(
  `(?:\\b(${NAME})\\s+)?\\b(${KIND})\\b(?:\\s+["'\`]?(${NAME})["'\`]?(?=\\s*[,(]|\\s+(?:is|are|as|volumes?|mounted|at|to|on|into|under)\\b))?` +
    `(?:[\\s,(]+(?:is|are|as|an?|volumes?|mounted|read-?only|must|shall|be))*[\\s,(]+(?:at|to|on|into|under)\\s+(?:the\\s+path\\s+)?["'\`]?(/[\\w./-]*\\w)["'\`]?(\\s*,?\\s*\\(?(?:as\\s+)?read-?only\\b)?`,
);
const LISTED = new RegExp(`\\b(${NAME})\\s*\\(\\s*(${KIND}|configMap|pvc|persistentVolumeClaim)(?:\\s*[:=]?\\s*["'\`]?(${NAME})["'\`]?)?\\s*\\)`);
const REFERRING = new RegExp(
  `\\bvolumes?\\s+(?:entr(?:y|ies)\\s+)?(?:for|from|of|referencing|backed by|using|that references?)\\s+(?:(?:the|an?|new|existing)\\s+)*(?:["'\`]?(${NAME})["'\`]?\\s+)?(${KIND})\\b(?:\\s+["'\`]?(${NAME}-${NAME})["'\`]?)?`,
);

/** `mount the init-config ConfigMap read-only at /config`, `volumes: tls (secret: api-tls)`, `emptyDir (medium: Memory, sizeLimit: 64Mi) at /tmp`. */
export const volumes: Shape = (sentence, context) => {
  if (!sentence.has(/\b(?:volumes?|volumeMounts?|mount(?:s|ed|ing)?|emptyDirs?|subPath)\b/i) || context.workloads().found.length === 0) return [];
  const checks: Check[] = [];
  const held = new Set(context.inventory.resources.map(({ name }) => name));
  const isName = (word: string | undefined): boolean =>
    word !== undefined && (/-/.test(word) || held.has(word) || context.claim.markdown.includes(`\`${word}\``)) && !/^(?:read-only|non-\w+)$/.test(word);
  for (const match of sentence.takeAll(MOUNT)) {
    const origin = originOf(match[2]!);
    const before = isName(match[1]) ? match[1] : undefined;
    const name = before ?? (isName(match[3]) ? match[3] : undefined);
    const readOnly = /read-?only/i.test(match[0]);
    checks.push(mounted(sentence, context, origin, name, { mountPath: match[4]!, ...(readOnly ? { readOnly: true } : {}) }));
  }
  if (sentence.has(/\bvolumes?\b/i))
    for (const match of sentence.takeAll(LISTED)) checks.push(hasVolume(sentence, context, originOf(match[2]!), match[3], match[1]!));
  const referring = sentence.take(REFERRING);
  if (referring)
    checks.push(hasVolume(sentence, context, originOf(referring[2]!), isName(referring[1]) ? referring[1] : isName(referring[3]) ? referring[3] : undefined));
  if (sentence.has(/\bemptyDir\b/)) {
    const empty: { [key: string]: Expected } = {};
    const medium = sentence.take(/\bmedium\s*[:=]?\s*["'`]?Memory\b["'`]?|\b(?:memory|RAM)-backed\b|\btmpfs\b/i);
    const limit = sentence.take(/\bsize\s?limit\s*(?:[:=]|of)?\s*["'`]?(\d+(?:\.\d+)?[KMGT]i?)\b/i);
    if (medium) empty['medium'] = 'Memory';
    if (limit) empty['sizeLimit'] = limit[1]!;
    if (Object.keys(empty).length > 0) checks.push(hasVolume(sentence, context, originOf('emptyDir'), undefined, undefined, empty));
    else if (sentence.take(/\bemptyDir(?:\s+volumes?)?\b/)) checks.push(hasVolume(sentence, context, originOf('emptyDir'), undefined));
  }
  const part = sentence.take(/\bsubPath\s*(?:[:=]|of)?\s*["'`]?([\w.-]*\w[\w./-]*\w)["'`]?/);
  if (part) {
    const found = context.containers();
    checks.push(
      fragmentOf(
        `${whose(found.map(({ workload }) => workload))} mounts the sub-path ${part[1]}`,
        containerTargets(found),
        { volumeMounts: [{ subPath: part[1]! }] },
        'assert',
        asked(sentence, found),
      ),
    );
  }
  if (checks.length > 0) {
    const where = /\b(?:on|in|to|of|for)\s+the\s+(?:main\s+|primary\s+)?([a-z0-9-]+)\s+container\b/.exec(sentence.text);
    if (where && context.containers().every(({ container }) => container.name === where[1])) sentence.mark(where.index, where.index + where[0].length);
    sentence.takeAll(/\b(?:volumes?|volume\s?mounts?|mount(?:s|ed|ing)?|emptyDirs?|entry|entries|both|PVCs?|volumeMounts)\b/i);
  }
  return checks;
};

/** `volume mounts for TLS (/etc/tls) and session secret (/etc/proxy/secrets)`: each path in the brackets is mounted. */
export const mountPaths: Shape = (sentence, context) => {
  const list = sentence.take(/\bvolume\s?[Mm]ounts?\s+(?:for|at)\s+(?:(?!\bargs?\b|\bports?\b)[\w\s,-]{1,60}\(\/[\w./-]*\w\))+/);
  if (!list) return [];
  const found = context.containers();
  return Array.from(list[0].matchAll(/\((\/[\w./-]*\w)\)/g), ([, path]) =>
    fragmentOf(
      `${whose(found.map(({ workload }) => workload))} mounts a volume at ${path}`,
      containerTargets(found),
      { volumeMounts: [{ mountPath: path! }] },
      'assert',
      asked(sentence, found),
    ),
  );
};

const SIDECAR = new RegExp(
  `\\b(?:the\\s+|an?\\s+)?["'\`]?(${NAME}-${NAME}|(?<=["'\`])${NAME})["'\`]?\\s+(?:sidecars?(?:\\s+containers?)?|init[\\s-]?[Cc]ontainers?)\\b`,
);
const INIT = new RegExp(`\\b(?:an?\\s+|the\\s+)?init[\\s-]?[Cc]ontainers?\\b(?:\\s+(?:named|called)\\s+["'\`]?(${NAME})["'\`]?)?`);

/** `Add the oauth-proxy sidecar container`, `an initContainer named migrate (minimal busybox image)`: a pod has the container. */
export const sidecars: Shape = (sentence, context) => {
  const workloads = context.workloads().found;
  if (workloads.length === 0) return [];
  const checks: Check[] = [];
  const of = asked(sentence, workloads);
  const sidecar = sentence.take(SIDECAR);
  const init = sidecar ? undefined : sentence.take(INIT);
  if (!sidecar && !init) return [];
  const field = init || /init/i.test(sidecar![0]) ? 'initContainers' : 'containers';
  const name = sidecar?.[1] ?? init?.[1];
  const inner: { [key: string]: Expected } = name === undefined ? {} : { name };
  const image =
    field === 'initContainers'
      ? sentence.take(
          /\(?(?:(?:minimal|small|using|with|an?|the)\s+)*["'`]?((?:[a-z0-9][\w.-]*\/)*[a-z0-9][\w.-]*[a-z0-9])(?::(\w[\w.-]*\w))?["'`]?\s+image\)?/,
        )
      : undefined;
  if (image) inner['image'] = { $: 'image', repository: image[1]!, ...(image[2] ? { tag: image[2] } : {}) };
  const says = `${whose(workloads)} has ${field === 'initContainers' ? 'an init container' : 'a container'}${name === undefined ? '' : ` ${name}`}`;
  checks.push(fragmentOf(says, podTargets(workloads), { [field]: Object.keys(inner).length > 0 ? [inner] : { $: 'present' } }, 'assert', of));
  return checks;
};

/** `args for --upstream=http://localhost:8080, --tls-cert (no --skip-auth-regex)`: each flag is, or is not, an argument of the container. */
export const flags: Shape = (sentence, context) => {
  if (!sentence.has(/\b(?:args?|arguments?|flags?)\b/i) || sentence.has(/\bdocker\b|\bkubectl\b|\bhelm\b/i)) return [];
  const found = context.containers();
  if (found.length === 0) return [];
  const who = whose(found.map(({ workload }) => workload));
  const of = asked(sentence, found);
  const targets = containerTargets(found);
  const has = (flag: string): Expected => ({ $: 'oneOf', of: [{ args: { $: 'contains', text: flag } }, { command: { $: 'contains', text: flag } }] });
  const none = sentence.takeAll(/\(?\b(?:no|without)\s+["'`]?(--[a-z][\w-]*)["'`]?\)?/);
  const some = sentence.takeAll(/(?<![\w-])["'`]?(--[a-z][\w-]*(?:=[^\s,;`'")]*[^\s,;.`'")])?)["'`]?/);
  if (some.length + none.length > 0) sentence.takeAll(/\b(?:args?|arguments?|flags?)\b/i);
  return [
    ...some.map(([, flag]) => fragmentOf(`${who} runs with ${flag}`, targets, has(flag!), 'assert', of)),
    ...none.map(([, flag]) => fragmentOf(`${who} runs without ${flag}`, targets, has(flag!), 'error', of)),
  ];
};
