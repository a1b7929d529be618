import type { Check, Expected } from '../../checks/check.ts';
import { dataOf, type Resource } from '../../manifest/resource.ts';
import { get } from '../../manifest/yaml.ts';
import { fragmentOf, targetOf } from '../context.ts';
import { ENV_NAME } from '../lexicon.ts';
import { asked, type Shape, targetsOf, whose } from '../shape.ts';
import { absentKind } from './objects.ts';

const CREDENTIAL = /pass(?:word|wd|phrase)?$|secret|token|api[_-]?key|credential|private[_-]?key|access[_-]?key|(?:^|[_-])dsn$/i;

/** `Configuration data: LOG_LEVEL=INFO`, `keys: database_url, redis_url`: keys of a ConfigMap or Secret, whichever way their names are written. */
export const data: Shape = (sentence, context) => {
  const kinds = ['ConfigMap', 'Secret'].filter((kind) => context.own.kinds.includes(kind));
  const inherited = ['ConfigMap', 'Secret'].filter((kind) => context.parent.kinds.includes(kind));
  const held = ['ConfigMap', 'Secret'].filter((each) => context.inventory.ofKind(each).some(({ source }) => context.own.files.includes(source.path)));
  const kind = held[0] ?? kinds[0] ?? inherited[0];
  if (!kind || (held.length === 0 && sentence.has(/\benv(?:ironment)?\s*var|\benvFrom\b|\b(?:from|via)\s+(?:the\s+|a\s+)?(?:secrets?|config\s*maps?)\b/i)))
    return [];
  const listed = new RegExp(`(?:${ENV_NAME})\\b[^.]*,|,[^.]*\\b(?:${ENV_NAME})\\b`).test(sentence.text) ? '|[A-Z][A-Z0-9]{3,}' : '';
  const pairs = sentence.takeAll(new RegExp(`\\b(${ENV_NAME}|[A-Z][A-Z0-9]{3,}(?=\\s*=)${listed})\\b(?:\\s*[=:]\\s*("[^"]*"|'[^']*'|[^\\s,;()]+))?`));
  if (pairs.length === 0) return [];
  const holders = context.resolve([kind]).found;
  sentence.takeAll(/\b(?:configuration|config|data|keys?|values?|settings?|variables?|config\s*maps?|secrets?|environment)\b/i);
  if (holders.length === 0) return [absentKind(kind, context)];
  return pairs.map((match): Check => {
    const value = match[2]?.replace(/^["']|["']$/g, '');
    const says = `${whose(holders)} has ${match[1]}${value === undefined ? '' : `=${value}`}`;
    const fitting = holders.flatMap((holder) => {
      const key = Array.from(dataOf(holder).keys()).find((name) => same(name, match[1]!));
      return key === undefined ? [] : [{ holder, key }];
    });
    if (fitting.length === 0)
      return fragmentOf(says, targetsOf(holders), { [fieldOf(holders[0]!)]: { [match[1]!]: value ?? { $: 'present' } } }, 'assert', 'any');
    return {
      is: 'any',
      says,
      of: fitting.map(({ holder, key }) => fragmentOf(says, [targetOf(holder)], { [fieldOf(holder, key)]: { [key]: value ?? { $: 'present' } } })),
    };
  });
};

const same = (a: string, b: string): boolean => a.toLowerCase().replace(/[^a-z0-9]/g, '') === b.toLowerCase().replace(/[^a-z0-9]/g, '');
const fieldOf = (resource: Resource, key?: string): string =>
  (key === undefined ? get(resource.node, 'stringData') : get(resource.node, 'stringData', key)) ? 'stringData' : 'data';

/** `All sensitive values must go in Secrets`, `ConfigMap for non-sensitive settings`: no ConfigMap key and no literal variable is named like a credential. */
export const sensitive: Shape = (sentence, context) => {
  const secrets = sentence.take(
    /\b(?:all\s+)?(?:sensitive|secret|confidential)\s+(?:values?|data|config\w*|settings?|information|credentials)\b[^.]*?\b(?:in|into|from|via|through|as|using|uses?)\s+(?:kubernetes\s+|k8s\s+)?secrets?\b(?:\s*\(not (?:in )?config\s*maps?\))?/i,
  );
  const config = secrets
    ? undefined
    : sentence.take(
        /\b(?:for|with|holds?|contains?|of|used for)?\s*(?:only\s+)?non-?\s?sensitive\s+(?:config\w*|settings?|values?|data|environment variables|env vars?)\b(?:\s+only)?/i,
      );
  if (!secrets && !config) return [];
  const maps = context.inventory.ofKind('ConfigMap');
  const checks: Check[] = maps.flatMap((map) =>
    Array.from(dataOf(map).keys())
      .filter((key) => CREDENTIAL.test(key))
      .map((key) => fragmentOf(`ConfigMap/${map.name} holds no ${key}`, [targetOf(map)], { data: { [key]: { $: 'present' } } }, 'error')),
  );
  if (checks.length === 0 && maps.length > 0)
    checks.push(fragmentOf(`no key of ${whose(maps)} is named like a credential`, targetsOf(maps), { data: {} }, 'assert', 'each'));
  if (config) return checks;
  for (const workload of context.inventory.workloads) {
    for (const container of workload.containers) {
      for (const { name, value } of container.env) {
        if (CREDENTIAL.test(name) && value)
          checks.push(
            fragmentOf(`${workload.kind}/${workload.name} takes ${name} from a Secret`, [targetOf(workload, container.path)], {
              env: [{ name, valueFrom: { secretKeyRef: { $: 'present' } } }],
            }),
          );
      }
    }
  }
  return checks;
};

/** `never commit the real file`: git ignores it. */
export const ignored: Shape = (sentence, context) => {
  const match = sentence.take(
    /\b(?:never|not|do not|don't)\s+(?:be\s+)?commit(?:ted|ting)?\b(?:\s+(?:the\s+)?(?:actual|real)?\s*(?:secrets?|values?|files?|credentials?))?(?:\s+to git)?|\bgit-?\s?ignored?\b|\badd(?:ed)?\s+to\s+\.gitignore\b/i,
  );
  const excludes = /(\.(?:docker|git|helm)ignore)\b.*?\b(?:exclud\w+|ignor\w+|entries(?: for)?|contain\w*|lists?|for)\s+(.+)$/i.exec(sentence.text);
  const entries = excludes
    ? (excludes[2]!.match(/[\w.*-]*[./*][\w.*/-]*/g) ?? []).map((entry) => entry.replace(/\.$/, '')).filter((entry) => /[./*]/.test(entry))
    : [];
  const [ignoreFile] = excludes ? Array.from(context.inventory.paths).filter((path) => path === excludes[1] || path.endsWith(`/${excludes[1]}`)) : [];
  if (excludes && ignoreFile && entries.length > 0) {
    sentence.mark(excludes.index, sentence.text.length);
    return [
      {
        is: 'says',
        says: `${ignoreFile} names ${entries.join(', ')}`,
        paths: [ignoreFile],
        in: 'text',
        about: [],
        items: entries.map((entry) => [entry, entry.replace(/\/$/, '')]),
        most: [],
      },
    ];
  }
  const added = /^adds?(?:ed)?\s+(.+?)\s+to\s+(?:the\s+)?\.gitignore\b/i.exec(sentence.text);
  if (added) {
    const names = added[1]!
      .split(/,\s*(?:and\s+)?|\s+and\s+/)
      .map((name) => name.trim())
      .filter((name) => /[./*]/.test(name));
    sentence.mark(0, added[0].length);
    return [
      { is: 'says', says: `.gitignore names ${names.join(', ')}`, paths: ['.gitignore'], in: 'text', about: [], items: names.map((name) => [name]), most: [] },
    ];
  }
  const [template] = context.own.files.filter((path) => /\.(?:example|sample|template)$|\.(?:example|sample)\./.test(path));
  if (!match || !template) return [];
  const real = template.replace(/\.(?:example|sample|template)\b/, '');
  return [
    {
      is: 'says',
      says: `.gitignore names ${real}`,
      paths: ['.gitignore', `${real.slice(0, real.lastIndexOf('/') + 1)}.gitignore`],
      in: 'text',
      about: [],
      items: [[real, real.slice(real.lastIndexOf('/') + 1)]],
      most: [],
    },
  ];
};

const FIELD = /(?<![\w./-])([a-z]+(?:[A-Z][a-z0-9]*)+)\s*[:=]\s*["']?([\w./%-]+)["']?(?=$|[\s,;)\]}"'])/;
const NO_FIELD = /\b(?:no|without(?: an?)?|omit(?:s|ting)?)\s+([a-z]+(?:[A-Z][a-z0-9]*)+)\b(?:\s*\([^()]*\))?/;

/** Any other `fieldName: value` with a Kubernetes field's name: somewhere in what the claim is about. */
export const fields: Shape = (sentence, context) => {
  const pairs = sentence.takeAll(FIELD);
  const none = sentence.takeAll(NO_FIELD);
  if (pairs.length === 0 && none.length === 0) return [];
  const kinds = context.own.kinds.length > 0 ? context.own.kinds : context.parent.kinds;
  const found = kinds.length > 0 ? context.resolve(kinds).found : context.workloads().found;
  const targets = found.length > 0 ? found : context.workloads().found;
  if (targets.length === 0) return [];
  const absent = none.map((match) =>
    fragmentOf(
      `${whose(targets)} has no ${match[1]}`,
      targetsOf(targets),
      { $: 'deep', key: match[1]!, value: { $: 'present' } },
      'error',
      asked(sentence, targets),
    ),
  );
  const set = pairs.map((match) => {
    const text = match[2]!.replace(/\.$/, '');
    const value = text === 'true' ? true : text === 'false' ? false : /^\d+$/.test(text) ? Number(text) : text;
    return fragmentOf(
      `${whose(targets)} has ${match[1]}: ${text}`,
      targetsOf(targets),
      { $: 'deep', key: match[1]!, value },
      'assert',
      targets.length > 1 ? 'unclear' : 'each',
    );
  });
  return [...absent, ...set];
};

/** Whether nothing but a verb of making, articles and names stands before a name that a source file is to have: "Add", "Implement the 'list_x' tool and". */
function isDeclared(before: string): boolean {
  const [verb = '', ...words] = before.split(/[\s,('"`]+/).filter((word) => word !== '');
  return (
    /^(?:add|create|define|implement|declare|export|expose|introduce|write|register)(?:s|d|ed)?$/i.test(verb) &&
    words.every((word) =>
      /^(?:an?|the|new|and|functions?|methods?|class(?:es)?|fields?|variables?|settings?|tools?|endpoints?|env(?:ironment)?)$|_|^[a-z]+[A-Z]/.test(word),
    )
  );
}

/** A file that is no manifest of pods (settings, values, modules): what the claim names exactly stands in its text. */
export const contents: Shape = (sentence, context) => {
  const [path, ...more] = context.own.files.filter((file) => sentence.text.includes(file.slice(file.lastIndexOf('/') + 1)));
  const source = path === undefined ? undefined : context.inventory.sources.get(path);
  if (
    !path ||
    !source ||
    more.length > 0 ||
    context.inventory.resources.some((resource) => resource.source === source && resource.kind !== 'Kustomization') ||
    /\.(?:md|sh)$/.test(path)
  )
    return [];
  const kustomization = /kustomization\.ya?ml$/.test(path);
  const listed = kustomization && sentence.has(/\blist(?:s|ing)?\b|\breferenc(?:es?|ing)\b|\binclud(?:es?|ing)\b/i);
  const capitals = new RegExp(`(?:${ENV_NAME})\\b[^.]*,|,[^.]*\\b(?:${ENV_NAME})\\b`).test(sentence.text) ? '|[A-Z]{3,}(?=[,)]|$)' : '';
  const exact = sentence.takeAll(
    new RegExp(`\\b(${ENV_NAME}|[A-Z]{3,}(?=\\s*=)${capitals}|[a-z]+(?:_[a-z0-9]+)+|[a-z]+[A-Z]\\w+)\\b(?:\\s*[=:]\\s*["'\`]?([\\w./:-]+)["'\`]?)?`),
  );
  // what a program does with a name is not shown by the name
  const isProgram = /\.(?:py|[cm]?[jt]sx?|go|rs|java|rb|php|kt|cs)$/.test(path);
  const used = isProgram ? exact.find(({ index }) => !isDeclared(sentence.text.slice(0, index))) : undefined;
  const unread: Check[] = used ? [{ is: 'unread', aside: false, guards: true, says: `what ${path} does with ${used[1]} was not read` }] : [];
  const items = exact.map(([, name, value]) =>
    value === undefined
      ? [name!]
      : [`${name}=${value}`, `${name}: ${value}`, `${name}: "${value}"`, `${name} = "${value}"`, `${name}="${value}"`, `${name} = ${value}`],
  );
  if (kustomization) {
    for (const match of sentence.takeAll(/(?<=\b(?:from|references?|referencing|includes?|including|lists?|listing)\s[^.]{0,80})([\w./-]+\.(?:ya?ml|env))\b/i))
      items.push([match[1]!]);
    if (listed)
      for (const match of sentence.takeAll(
        /(?<=\b(?:references?|referencing|includes?|including|lists?|listing)\s[^.]{0,80})\b(base(?!\s+(?:resources?|manifests?|objects?))|deployments?|services?|ingress|hpa|config\s*maps?|secrets?|namespace|pvc|rbac|statefulsets?)\b/i,
      ))
        items.push([match[1]!.replace(/s$/, '')]);
    for (const match of sentence.takeAll(/\bgenerat(?:es?|ing)\s+(?:a\s+|the\s+)?(config\s*map|secret)s?\b/i))
      items.push([/secret/i.test(match[1]!) ? 'secretGenerator' : 'configMapGenerator']);
    if (sentence.take(/\bpatch(?:es|ing)?\b/i)) items.push(['patch']);
  }
  const inside = /\(([^()]*,[^()]*)\)/.exec(sentence.text.slice(sentence.text.indexOf(path.slice(path.lastIndexOf('/') + 1))));
  if (inside && exact.length === 0 && !kustomization) {
    sentence.drop(/\([^()]*,[^()]*\)/);
    items.push(...inside[1]!.split(/,\s*(?:and\s+)?/).map((item) => [item.trim()]));
  }
  if (items.length === 0) return [];
  sentence.takeAll(/\b(?:env(?:ironment)?|variables?|vars?|non-secret|secrets?|placeholders?|inputs?|outputs?|settings?|keys?|values?|listing|referencing)\b/i);
  return [{ is: 'says', in: 'text', says: `${path} names ${items.map(([name]) => name).join(', ')}`, paths: [path], about: [], items, most: [] }, ...unread];
};

/** `Remove metadata.uid from k8s/service.yaml`: no such field in the file's objects, or no such words in its text. */
export const removed: Shape = (sentence, context) => {
  const match = /^(?:remove|removed|delete|deleted|drop|dropped|strip|stripped)\s+(.+?)\s+from\s+(?:the\s+)?(\S+\.\w+|\.\w+)/i.exec(sentence.text);
  const [path] = match ? context.own.files.filter((file) => match[2]!.endsWith(file.slice(file.lastIndexOf('/') + 1))) : [];
  const source = path === undefined ? undefined : context.inventory.sources.get(path);
  if (!match || !source) return [];
  const names = match[1]!.split(/,\s*(?:and\s+)?|\s+and\s+/).map((name) => name.trim());
  if (names.some((name) => /\s/.test(name) || !/[.A-Z_@]/.test(name))) return [];
  sentence.mark(0, match[0].length);
  const holders = context.inventory.resources.filter((resource) => resource.source === source);
  return names.map((name): Check => {
    const says = `${name} is not in ${path}`;
    if (holders.length === 0 || /[@=]/.test(name)) return { is: 'text', says, path: source.path, lacks: name };
    const nested = name
      .split('.')
      .reverse()
      .reduce<Expected>((value, key) => ({ [key]: value }), { $: 'present' });
    return fragmentOf(says, targetsOf(holders), name.includes('.') ? nested : { $: 'deep', key: name, value: { $: 'present' } }, 'error');
  });
};
