import type { Check, Expected } from '../../checks/check.ts';
import { dataOf, isWorkload, type Resource } from '../../manifest/resource.ts';
import { type Context, fragmentOf, targetOf } from '../context.ts';
import { ENV_NAME, KIND_PATTERN, kindOf } from '../lexicon.ts';
import { asked, containerTargets, type Shape, takeQuantifier, targetsOf, whose } from '../shape.ts';
import { absentKind } from './objects.ts';

const NAME = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';
const CALLED = new RegExp(
  `(${KIND_PATTERN.source}|\\bmanifest\\b)(?:\\s+(?:resource|object|manifest))?(?:\\s+(?:is|be|must|shall|should|will))*\\s+(?:named|called)\\s+["'\`]?(${NAME})["'\`]?(?![\\w/])`,
  'i',
);
const MAKES = /^(?:create|creates|created|add|adds|added|define|provide|write|implement|deploy|the)\b/i;

/** `a Service named payments-api-svc`, `the Secret must be named app-secrets`: an object of that kind bears the name. */
export const called: Shape = (sentence, context) =>
  sentence.takeAll(CALLED).flatMap((match): readonly Check[] => {
    const name = match[2]!;
    const kind = kindOf(match[1]!);
    const bearers = context.inventory.resources.filter((resource) => resource.name === name);
    if (bearers.length === 0 && !isMarked(name, context)) return [];
    const files = context.own.files.length > 0 ? context.own.files : context.parent.files;
    const all = kind === undefined ? context.inventory.resources.filter(({ source }) => files.includes(source.path)) : context.inventory.ofKind(kind);
    const near = all.filter(({ source }) => files.includes(source.path));
    const fitting = all.filter((resource) => resource.name === name);
    const nearest = [near.filter((resource) => resource.name === name), near, fitting, all].find((some) => some.length > 0) ?? [];
    const says = `there is ${kind ?? 'an object'} ${name}`;
    if (nearest.length === 0)
      return [
        kind === undefined ? { is: 'unread', aside: false, says: `nothing was found that is called ${name}` } : { ...absentKind(kind, context), weak: true },
      ];
    const sure = fitting.length > 0 || (MAKES.test(sentence.text) && near.length > 0 && !isRenamed(context));
    const there = fragmentOf(says, targetsOf(nearest), { kind: nearest[0]!.kind, metadata: { name } }, 'assert', 'any');
    return [{ ...there, asks: 'existence', ...(sure ? {} : { weak: true }) }];
  });

/** Whether a word is written as a name: with a hyphen, in quotes or as code. */
const isMarked = (word: string, { claim }: Context): boolean =>
  /[-\d]/.test(word) || claim.markdown.includes(`\`${word}\``) || claim.markdown.includes(`"${word}"`);

/** Kustomize can give every object another name than its file says. */
const isRenamed = ({ inventory }: Context): boolean =>
  Array.from(inventory.sources.values()).some(({ path, text }) => /kustomization\.ya?ml$/.test(path) && /^name(?:Prefix|Suffix):/m.test(text));

const LIST = `${ENV_NAME}(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*&\\s*)${ENV_NAME})*`;
const FROM = new RegExp(
  `(?:\\b(${LIST})|\\b[Ee]nv(?:ironment)?\\s*[Vv]ar(?:iable)?s?)(?:\\s+(?:is|are|be|must|shall|should|all|both|values?|keys?))*(?:\\s+(?:sourced|taken|read|loaded|injected|populated|pulled|provided|set|come|comes|coming))?\\s+(?:from|via)\\s+(?:the\\s+|a\\s+)?(?:([Ss]ecret|[Cc]onfig\\s?[Mm]ap)\\s+(?:(?:named|called)\\s+)?)?["'\`]?(${NAME})["'\`]?(?![\\w/])(?:\\s+([Ss]ecret|[Cc]onfig\\s?[Mm]ap)\\b)?`,
);

/** `DATABASE_URL and REDIS_URL from app-secrets`, `env vars from geo-secret`: variables come from the ConfigMap or Secret of that name. */
export const referenced: Shape = (sentence, context) => {
  const holders = [...context.inventory.ofKind('Secret'), ...context.inventory.ofKind('ConfigMap')];
  const checks: Check[] = [];
  for (const match of sentence.takeAll(FROM)) {
    const name = match[3]!;
    const word = match[2] ?? match[4];
    const known = holders.filter((holder) => holder.name === name);
    if (known.length === 0 && !/-/.test(name) && !(word && isMarked(name, context))) {
      continue;
    }
    const kinds = word
      ? [/secret/i.test(word) ? 'Secret' : 'ConfigMap']
      : known.length > 0
        ? Array.from(new Set(known.map(({ kind }) => kind)))
        : ['Secret', 'ConfigMap'];
    const found = context.containers();
    const targets = containerTargets(found);
    const of = asked(sentence, found);
    const who = whose(found.map(({ workload }) => workload));
    const direct = (variable: string | undefined): Expected => ({
      env: [{ ...(variable === undefined ? {} : { name: variable }), valueFrom: { $: 'oneOf', of: kinds.map((kind) => ({ [KEY_REF[kind]!]: { name } })) } }],
    });
    const whole: Expected = { envFrom: [{ $: 'oneOf', of: kinds.map((kind) => ({ [REF[kind]!]: { name } })) }] };
    const takesAll = fragmentOf(`${who} takes all of ${name}`, targets, whole, 'assert', of);
    for (const variable of match[1] === undefined ? [undefined] : (match[1].match(new RegExp(ENV_NAME, 'g')) ?? [])) {
      const says = `${who} takes ${variable ?? 'variables'} from ${name}`;
      const own = fragmentOf(says, targets, direct(variable), 'assert', of);
      const holds = variable === undefined || known.length === 0 || known.some((holder) => dataOf(holder).has(variable));
      checks.push(holds ? { is: 'any', says, of: [own, takesAll] } : own);
    }
    sentence.takeAll(/\benv(?:ironment)?\b|\bvar(?:iable)?s?\b/i);
  }
  if (checks.length > 0) takeQuantifier(sentence);
  return checks;
};
const REF: Readonly<Record<string, string>> = { Secret: 'secretRef', ConfigMap: 'configMapRef' };
const KEY_REF: Readonly<Record<string, string>> = { Secret: 'secretKeyRef', ConfigMap: 'configMapKeyRef' };

const SET_TO = new RegExp(`\\b(${ENV_NAME})\\s+(?:(?:is|are|be|must|shall|should)\\s+)*set\\s+to\\s+["'\`]?([\\w./:@%+-]*[\\w/])["'\`]?(?![\\w])`);
const POINTING_TO = new RegExp(
  `\\b(${ENV_NAME})[\\s(]+(?:(?:must|shall|should|which|that)\\s+)*point(?:s|ing)?\\s+(?:to|at)\\s+["'\`]?([\\w-]+[.:/][\\w./:@-]*[\\w/])["'\`]?\\)?(?![\\w])`,
);

/** `APP_PORT set to "8080"`, `DATABASE_URL (pointing to db:5432/shop)`: a key of what the claim holds, or a variable of the workload that it is about. */
export const assigned: Shape = (sentence, context) => {
  const set = sentence.takeAll(SET_TO);
  const pointing = sentence.takeAll(POINTING_TO);
  const files = context.own.files.length > 0 ? context.own.files : context.parent.files;
  const here = context.inventory.resources.filter(({ source }) => files.includes(source.path));
  const holders = here.filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret');
  const runs = here.some(isWorkload);
  const checks: Check[] = [];
  for (const [match, whole] of [...set.map((each) => [each, true] as const), ...pointing.map((each) => [each, false] as const)]) {
    const [, name, value] = match as unknown as [string, string, string];
    const expected: Expected = whole && holders.every(({ kind }) => kind !== 'Secret') ? value : { $: 'decoded', text: value, whole };
    if (holders.length > 0 && !runs) {
      checks.push(
        fragmentOf(`${whose(holders)} has ${name} ${value}`, targetsOf(holders), { [fieldFor(holders, name)]: { [name]: expected } }, 'assert', 'any'),
      );
      continue;
    }
    const found = context.containers();
    checks.push(
      fragmentOf(
        `${whose(found.map(({ workload }) => workload))} has ${name} ${value}`,
        containerTargets(found),
        { env: [{ name, value: whole ? value : { $: 'contains', text: value } }] },
        'assert',
        asked(sentence, found),
      ),
    );
  }
  if (holders.some(({ kind }) => kind === 'Secret') && sentence.take(/\bbase64(?:[\s-]encod(?:ed|ing))?\b/i)) {
    for (const holder of holders.filter(({ kind }) => kind === 'Secret')) {
      const keys = Array.from(dataOf(holder).keys()).filter((key) => fieldFor([holder], key) === 'data');
      if (keys.length === 0) checks.push(fragmentOf(`Secret/${holder.name} holds base64 values`, [targetOf(holder)], { data: { $: 'present' } }));
      else
        checks.push(
          fragmentOf(`the values of Secret/${holder.name} are base64`, [targetOf(holder)], {
            data: Object.fromEntries(keys.map((key) => [key, { $: 'base64' as const }])),
          }),
        );
    }
  }
  return checks;
};

const fieldFor = (holders: readonly Resource[], key: string): string => (holders.some(({ node }) => entryOf(node, 'stringData', key)) ? 'stringData' : 'data');
const entryOf = (node: Resource['node'], field: string, key: string): boolean => {
  const held = node.entries.get(field)?.value;
  return held?.is === 'map' && held.entries.has(key);
};

const KEY = '[A-Za-z][\\w.-]*\\w';
const KEYS = new RegExp(
  `\\b(?:with|containing|contains|holds|holding|has|including|includes)\\s+(?:the\\s+|a\\s+|an\\s+|required\\s+)*(?:(?:data\\s+)?keys?\\s*:?\\s+((?:["'\`]?${KEY}["'\`]?(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+))*["'\`]?${KEY}["'\`]?)|["'\`]?(${KEY})["'\`]?\\s+key\\b)`,
);

/** `Secret app-secrets with keys username and password`, `containing a session_secret key`. */
export const keyed: Shape = (sentence, context) => {
  const kinds = ['ConfigMap', 'Secret'].filter((kind) => context.own.kinds.includes(kind) || context.parent.kinds.includes(kind));
  if (kinds.length === 0) return [];
  const match = sentence.take(KEYS);
  if (!match) return [];
  const keys = (match[1] ?? match[2]!).split(/\s*,\s*(?:and\s+)?|\s+and\s+/).map((key) => key.replace(/["'`]/g, ''));
  const holders = context.resolve(kinds).found;
  if (holders.length === 0) return [absentKind(kinds[0]!, context)];
  const named = holders.filter(({ name }) => new RegExp(`(?<![\\w-])${name.replace(/[^\w-]/g, '.')}(?![\\w-])`).test(sentence.text));
  const asks = named.length > 0 ? named : holders;
  return keys.map((key) =>
    fragmentOf(
      `${whose(asks)} has the key ${key}`,
      targetsOf(asks),
      { [fieldFor(asks, key)]: { [key]: { $: 'present' } } },
      'assert',
      asks.length > 1 ? 'unclear' : 'each',
    ),
  );
};

const REFERENCE = '(?:[a-z0-9][\\w.-]*(?::\\d+)?\\/)*[a-z0-9][\\w.-]*';
const COPIES = new RegExp(`(?<=\\b(?:replicas?|pods?|instances?)\\s+of\\s+(?:the\\s+)?)(${REFERENCE}):(\\w[\\w.-]*\\w|\\w)(?:\\s+image\\b)?`, 'i');

/** `3 replicas of postgis/postgis:16-3.4`, `using the official mockserver/mockserver image`. */
export const imageOf: Shape = (sentence, context) => {
  const match = sentence.take(COPIES);
  const found = context.containers();
  if (match) {
    const of = asked(sentence, found);
    return [
      fragmentOf(
        `the image of ${whose(found.map(({ workload }) => workload))} is ${match[1]}:${match[2]}`,
        containerTargets(found),
        { image: { $: 'image', repository: match[1]!, tag: match[2]! } },
        'assert',
        found.length > 1 ? 'any' : of,
      ),
    ];
  }
  const bare = sentence.take(
    /\b(?:using|uses?|with|runs?|running|from)\s+(?:the\s+|an?\s+)?(?:official\s+|public\s+|upstream\s+)?((?:[a-z0-9][\w.-]*\/)+[a-z0-9][\w.-]*|[a-z0-9]+(?:-[a-z0-9]+)+)\s+(?:container\s+|docker\s+)?image\b/,
  );
  if (!bare) return [];
  const check = fragmentOf(
    `an image of ${whose(found.map(({ workload }) => workload))} is ${bare[1]}`,
    containerTargets(found),
    { image: { $: 'image', repository: bare[1]! } },
    'assert',
    'any',
  );
  return [bare[1]!.includes('/') ? check : { ...check, weak: true }];
};

const LABEL = `["'\`]?([a-z][\\w.-]*(?:\\/[\\w.-]+)?)["'\`]?\\s*[=:]\\s*["'\`]?([\\w.-]*\\w)["'\`]?`;
const SELECTING = new RegExp(
  `\\bselect(?:ing|s)\\s+(?:(?:the|all|its|those|only)\\s+)*(?:pods?\\s+)?(?:(?:with|by|labell?ed|having|that have)\\s+)*(?:the\\s+)?(?:labels?\\s+)?${LABEL}`,
  'i',
);
const MAPPING =
  /\b(?:map(?:s|ping)?|expos(?:es?|ing)|rout(?:es?|ing)|forward(?:s|ing)?|on|with)\s+(?:the\s+)?(?:external\s+|TCP\s+|service\s+)*port\s+(\d{2,5})\s*,?\s*(?:to|targeting|->|→|and\s+target(?:s|ing)?)\s+(?:the\s+)?(?:(?:container|target|pod|app\w*)\s*)?port\s+(\d{2,5})\b/i;

/** `selecting pods with label app: api`, `mapping external port 80 to container port 8080`: a Service's selector and ports, said in that order. */
export const wiring: Shape = (sentence, context) => {
  const inFile = context.inventory.ofKind('Service').some(({ source }) => context.own.files.includes(source.path));
  if (!inFile && !context.own.kinds.includes('Service') && !context.parent.kinds.includes('Service')) return [];
  const spec: { [key: string]: Expected } = {};
  const selecting = sentence.take(SELECTING);
  if (selecting) spec['selector'] = { [selecting[1]!]: selecting[2]! };
  const mapping = sentence.take(MAPPING);
  if (mapping) {
    const [port, target] = [Number(mapping[1]), Number(mapping[2])];
    const through: Expected = { $: 'port', number: target };
    spec['ports'] = [{ port, targetPort: port === target ? { $: 'oneOf', of: [through, { $: 'absent' }] } : through }];
  }
  if (Object.keys(spec).length === 0) return [];
  const services = context.resolve(['Service']).found;
  if (services.length === 0) return [absentKind('Service', context)];
  return [
    fragmentOf(`${whose(services)} has ${JSON.stringify(spec).replaceAll('"', '')}`, targetsOf(services, ['spec']), spec, 'assert', asked(sentence, services)),
  ];
};

const ANNOTATION =
  /["'`]?((?:[a-z0-9-]+\.)+[a-z]{2,}\/[\w.-]*\w)["'`]?(?:\s*[=:]\s*["'`]?([\w./:-]*[\w/])["'`]?|\s+point(?:s|ing)?\s+to\s+(?:the\s+)?([A-Z]\w+))?/;

/** `annotated with prometheus.io/scrape: "true"`, `annotation cert-manager.io/cluster-issuer`: on the object, or on the pods of a workload. */
export const annotated: Shape = (sentence, context) => {
  if (!sentence.has(/\bannotat(?:ed|ions?)\b/i) || sentence.has(/\blabels?\b/i)) return [];
  const matches = sentence.takeAll(ANNOTATION);
  if (matches.length === 0) return [];
  sentence.takeAll(/\bannotat(?:ed|ions?)\b/i);
  const kinds = context.own.kinds.filter((kind) => kind !== 'Pod' && kind !== 'Route');
  const onPods = sentence.has(/\bpods?\b/i);
  const found = kinds.length > 0 && !onPods ? context.resolve(kinds).found : context.workloads().found;
  if (found.length === 0) return kinds.length > 0 ? [absentKind(kinds[0]!, context)] : [];
  sentence.takeAll(/\bpods?\b(?:\s+templates?)?/i);
  takeQuantifier(sentence);
  return matches.map((match): Check => {
    const value: Expected = match[2] !== undefined ? match[2] : match[3] !== undefined ? { $: 'contains', text: match[3] } : { $: 'present' };
    const fragment: Expected = { annotations: { [match[1]!]: value } };
    const says = `${whose(found)} is annotated with ${match[1]}${match[2] === undefined ? '' : `: ${match[2]}`}`;
    const of = asked(sentence, found);
    const pods = found.filter(isWorkload).map((workload) => targetOf(workload, [...workload.podPath.slice(0, -1), 'metadata']));
    const onObjects = fragmentOf(says, targetsOf(found, ['metadata']), fragment, 'assert', of);
    if (pods.length < found.length) return onObjects;
    const below = fragmentOf(says, pods, fragment, 'assert', of);
    return onPods ? below : { is: 'any', says, of: [onObjects, below] };
  });
};
