import type { Check } from '../checks/check.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Resource, Workload } from '../manifest/resource.ts';
import { get, itemsOf, stringsOf } from '../manifest/yaml.ts';
import type { Claim } from '../story/story.ts';
import type { LiveCheck } from './check.ts';
import { rolloutCheck } from './default-checks.ts';

/** What a claim asks of a cluster: what its author stated exactly, else what its words mean. */
export function liveChecksOf({ claim, checks }: { readonly claim: Claim; readonly checks: readonly Check[] }, inventory: Inventory): readonly LiveCheck[] {
  if (claim.assertions.length === 0) return liveChecksFor(claim.text, inventory);
  return checks.flatMap((check) => (check.is === 'runtime' && check.live ? [{ asks: 'fragment' as const, ...check.live, says: check.says }] : []));
}

/**
 * What a claim that only a cluster can decide asks of it. Commands (`kubectl get endpoints -n shop`) become reads of the same facts; they are never
 * executed. Nothing when the words are not understood: then the claim stays unproven.
 */
export function liveChecksFor(text: string, inventory: Inventory): readonly LiveCheck[] {
  const whole = firstOf(text, inventory);
  if (whole.length === 0) return [];
  const asked = new Set(whole.map(({ asks }) => asks));
  if ((asked.has('ready') || asked.has('applies')) && IN_TIME.test(plainly(text))) return [];
  const more: LiveCheck[] = [];
  for (const statement of statementsOf(text)) {
    const checks = firstOf(statement, inventory);
    if (checks.length === 0 && saysMore(statement, inventory)) return []; // "pods are ready and alerts fire": half of it would pass for all
    more.push(...checks.filter(({ asks }) => !asked.has(asks)));
  }
  return [...whole, ...more];
}

function firstOf(text: string, inventory: Inventory): readonly LiveCheck[] {
  for (const shape of SHAPES) {
    const checks = shape(text, inventory);
    if (checks.length > 0) return checks;
  }
  return [];
}

/** How fast is not asked: a proof takes its images from where they are. */
const IN_TIME = /\b(?:within|in (?:under|less than)|under|after|every)\s+(?:\w+\s+)?\d+|\b\d+(?:\.\d+)?\s?%/i;

/** With dots for what is quoted, for code, and for what stands in brackets. */
const plainly = (text: string): string => text.replace(/`[^`]*`|"[^"]*"|“[^”]*”|\([^()]*\)|https?:\/\/\S+/g, (whole) => '·'.repeat(whole.length));

/** The parts that "and", a comma or a semicolon joins, outside of quotes, code and brackets. */
function statementsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: joint } of plainly(text).matchAll(/\s+(?:and|&|but|then|while)\s+|[,;]\s+(?:(?:and|but|then)\s+)?/gi)) {
    parts.push(text.slice(from, index));
    from = index + joint.length;
  }
  return from === 0 ? [] : [...parts, text.slice(from)];
}

/** Whether a part of a claim states something in words that neither name an object nor belong to every such sentence. */
function saysMore(statement: string, inventory: Inventory): boolean {
  const names = new Set(inventory.resources.flatMap(({ name }) => [name.toLowerCase(), `${name.toLowerCase()}s`]));
  const words =
    plainly(statement)
      .toLowerCase()
      .match(/[a-z][\w.-]*\w/g) ?? [];
  return words.some((word) => !names.has(word) && !COMMON.has(word) && !word.includes('.svc'));
}

const COMMON = new Set(
  `the all any each every both of in on to for with from by is are be been being become becomes should must will can its their they it that this as at or so than
  given when there after once via per no not only new old same one two three kubernetes k8s kubectl cluster local namespace minikube kind manifests manifest resources objects
  pod pods container containers replica replicas service services deployment deployments statefulset statefulsets worker workers application stack everything
  api redis postgresql postgres database db queue cache server servers backend frontend web
  ready readiness running run runs healthy health start starts started starting up pass passes passing check checks probe probes liveness startup stay stays status state
  success successful successfully error errors issue issues failure failures cleanly verify verified wait show shows output result`.split(/\s+/),
);

type Shape = (text: string, inventory: Inventory) => readonly LiveCheck[];

const refOf = ({ kind, name }: Pick<Resource, 'kind' | 'name'>): string => `${kind}/${name}`;
const LONG_RUNNING = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const servers = (inventory: Inventory): readonly Workload[] => inventory.workloads.filter(({ kind }) => LONG_RUNNING.has(kind));

/** Those that a text names as words of their own; a longer name that holds a shorter one wins. */
function named<T extends Pick<Resource, 'name'>>(text: string, resources: readonly T[]): readonly T[] {
  const words = new Set(
    text
      .toLowerCase()
      .split(/[^a-z0-9.-]+/)
      .map((word) => word.replace(/^[.-]+|[.-]+$/g, '')),
  );
  return resources.filter(({ name }) => words.has(name.toLowerCase()) || words.has(`${name.toLowerCase()}s`));
}
const namedOrAll = <T extends Pick<Resource, 'name'>>(text: string, resources: readonly T[]): readonly T[] => {
  const some = named(text, resources);
  return some.length > 0 ? some : resources;
};

/** Those of a sort that a text names, or all of that sort when it names nothing: what it says of redis is not asked of the rest. */
function namedAmong<T extends Pick<Resource, 'name'>>(text: string, resources: readonly T[], isOfSort: (one: T) => boolean): readonly T[] {
  return namedOrAll(text, resources).filter(isOfSort);
}

/** `kubectl apply -f k8s/configmap.yaml`: the objects of those files. */
const appliesFiles: Shape = (text, inventory) => {
  const match = /\bkubectl\s+(?:-n\s+\S+\s+)?(?:apply|create)\b([^`|;&]*)/.exec(text);
  if (!match) return [];
  const files = Array.from(match[1]!.matchAll(/(?:-f|--filename)[= ]+([^\s`]+)/g), ([, file]) => file!.replace(/^\.\//, ''));
  if (files.length === 0) return [];
  const objects = inventory.resources.filter(({ source }) => files.some((file) => matches(source.path, file)));
  return objects.map((object) => ({ asks: 'applies', object: refOf(object), says: `the API server takes ${refOf(object)}` }));
};

/** A path that ends as the pattern does; `*` stands for any part of a name, a folder for all that is in it. Templates count for the file that they are for. */
function matches(path: string, pattern: string): boolean {
  const plain = path.replace(/\.(?:example|sample|template|dist)$/, '');
  if (!pattern.includes('*')) return plain === pattern || plain.endsWith(`/${pattern}`) || plain.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`);
  const [start = '', ...rest] = pattern.split('*');
  const name = plain.slice(plain.indexOf(start));
  return plain.includes(start) && name.endsWith(rest.at(-1) ?? '') && !name.slice(start.length).includes('/');
}

const appliesAll: Shape = (text) =>
  /\b(?:appl(?:y|ies|ied)|deploys?|deployed|install(?:s|ed)?)\b.{0,60}\b(?:success|without (?:errors?|issues?|failures?)|cleanly|to (?:a |the )?(?:local )?(?:kubernetes )?cluster)/i.test(
    text,
  ) ||
  /\bkubectl\s+get\s+(?:all|namespaces?|ns)\b/.test(text) ||
  /\ball resources (?:are )?created\b/i.test(text)
    ? [{ asks: 'applies', says: 'the API server takes all manifests' }]
    : [];

const endpoints: Shape = (text, inventory) => {
  if (!/\bendpoints?\b/i.test(text) || /\b(?:http|rest|api|metrics|health)\s+endpoints?\b/i.test(text)) return [];
  const services = inventory.ofKind('Service').filter(({ node }) => stringsOf(get(node, 'spec', 'selector')).size > 0);
  return namedOrAll(text, services).map((service) => ({ asks: 'endpoints', service: refOf(service), atLeast: 1, says: `${refOf(service)} has endpoints` }));
};

const resolves: Shape = (text) => {
  if (!/\bDNS\b|\bnslookup\b|\bresolv/i.test(text)) return [];
  const names = Array.from(text.matchAll(/\b([a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.svc(?:\.cluster\.local)?)\b/g), ([, name]) => name!);
  return Array.from(new Set(names), (name) => ({ asks: 'resolves', name, says: `${name} resolves in the cluster` }));
};

const command: Shape = (text, inventory) => {
  const asked = /\bpg_isready\b/.test(text)
    ? (['pg_isready', /postgres/] as const)
    : /\bredis-cli\b.{0,40}\bping\b/i.test(text)
      ? (['redis-cli ping', /redis|valkey/] as const)
      : undefined;
  if (!asked) return [];
  const [words, image] = asked;
  return servers(inventory)
    .filter(({ containers }) => containers.some((container) => image.test(container.image?.repository ?? '')))
    .map((workload) => ({ asks: 'command', workload: refOf(workload), command: words, says: `\`${words}\` succeeds in ${refOf(workload)}` }));
};

/** `kubectl port-forward svc/api 8000:80`, `curl http://api/health`. */
const answers: Shape = (text, inventory) => {
  const services = inventory.ofKind('Service');
  const forward = /\bport-forward\b[^`]*?\b(?:svc|service)\/([\w.-]+)\s+(?:\d+:)?(\d+)/.exec(text);
  if (forward)
    return [{ asks: 'answers', service: `Service/${forward[1]}`, port: Number(forward[2]), says: `Service/${forward[1]} answers on port ${forward[2]}` }];
  const url = /https?:\/\/([a-z0-9-]+)(?:\.[a-z0-9.-]*)?(?::(\d+))?(\/[^\s`'")]*)?/.exec(text);
  const service = url && services.find(({ name }) => name === url[1]);
  if (!url || !service) return [];
  const status = /\b(?:returns?|gets?|with|status)\s+(?:http\s+|a\s+|status\s+)?([1-5]\d\d)\b/i.exec(text)?.[1];
  const body = quoted(text);
  return [
    {
      asks: 'answers',
      service: refOf(service),
      ...(url[2] ? { port: Number(url[2]) } : {}),
      path: url[3] ?? '/',
      ...(status ? { status: Number(status) } : {}),
      ...(body ? { body } : {}),
      says: `${refOf(service)} answers ${url[3] ?? '/'}`,
    },
  ];
};

/** "The api Service is reachable", "port 80 of the api Service accepts connections". */
const accepts: Shape = (text, inventory) => {
  if (!/\bservices?\b.{0,60}\b(?:(?:is|are) (?:reachable|accessible)|accepts? connections|responds?)\b/i.test(text)) return [];
  const port = /\bport (\d{1,5})\b/i.exec(text)?.[1];
  return named(text, inventory.ofKind('Service')).map((service) => ({
    asks: 'answers',
    service: refOf(service),
    ...(port ? { port: Number(port) } : {}),
    says: `${refOf(service)} accepts connections`,
  }));
};

/** `kubectl logs deploy/api` shows "server started". */
const logs: Shape = (text, inventory) => {
  if (!/\blogs?\b.{0,120}\b(?:contains?|shows?|says?|prints?|includes?|reports?|has|have)\b/i.test(text)) return [];
  const contains = quoted(text);
  return contains === undefined
    ? []
    : named(text, servers(inventory)).map((one) => ({
        asks: 'logs',
        workload: refOf(one),
        contains,
        says: `${refOf(one)} writes "${contains}"`,
      }));
};

const quoted = (text: string): string | undefined => /["“]([^"”]{1,200})["”]/.exec(text)?.[1];

/** "api can reach postgresql on port 5432", "web cannot connect to redis on port 6379". */
const traffic: Shape = (text, inventory) => {
  const match =
    /^(.{1,120}?)\b(can(?:not|'t)?|could not|may not|must not|does not|do not|is not able to|is able to)\s+(not\s+)?(?:reach|connect to|access|talk to)\b(.{1,120}?)\bport\s+(\d{1,5})\b/i.exec(
      text,
    );
  if (!match) return [];
  const [, before, can, not, after, port] = match;
  const [from, ...others] = named(before!, servers(inventory));
  const [to, ...further] = named(after!, servers(inventory));
  if (!from || !to || others.length > 0 || further.length > 0) return [];
  const allowed = not === undefined && !/n't|not/i.test(can!);
  const says = `${refOf(from)} ${allowed ? 'reaches' : 'does not reach'} ${refOf(to)} on port ${port}`;
  return [{ asks: 'traffic', from: refOf(from), to: refOf(to), port: Number(port), allowed, says }];
};

/** "A rolling update of api drops no request"; of Deployments that an HTTP probe says how to ask. */
const rollout: Shape = (text, inventory) => {
  if (!/\b(?:roll(?:ing|s|ed)?[- ]?(?:outs?|updates?)|updated?|deploys?|releases?)\b/i.test(text)) return [];
  if (!/\bzero[- ]downtime\b|\b(?:no|without(?: any)?|zero)\s+(?:\w+\s+)?(?:downtime|requests?|errors?)\b|\bdrops? no\b/i.test(text)) return [];
  return namedAmong(text, servers(inventory), ({ kind }) => kind === 'Deployment').flatMap((workload) =>
    inventory
      .servicesFor(workload)
      .flatMap((service) => rolloutCheck({ resource: service, ref: refOf(service) }, { resource: workload, ref: refOf(workload) }) ?? []),
  );
};

const autoscaler: Shape = (text, inventory) => {
  if (!/\b(?:HPAs?|autoscal\w*)\b/i.test(text) || !/\b(?:metrics?|scales?|targets?|works?|reports?|reacts?|get hpa)\b/i.test(text)) return [];
  const reacts = /\breacts?\b|\bscales?\b.{0,60}\b(?:up|out|load)\b/i.test(text);
  return namedOrAll(text, inventory.ofKind('HorizontalPodAutoscaler')).map((one) => ({
    asks: 'autoscaler',
    autoscaler: refOf(one),
    ...(reacts ? { reacts } : {}),
    says: reacts ? `${refOf(one)} asks for more pods under load` : `${refOf(one)} sees its metrics`,
  }));
};

const survives: Shape = (text, inventory) =>
  /\bdata\b.{0,40}\b(?:persists?|survives?|kept|preserved)\b|\bpersists?\b.{0,30}\b(?:restart|pod|across)/i.test(text)
    ? namedAmong(text, servers(inventory), hasStorage).map((one) => ({
        asks: 'data-survives',
        workload: refOf(one),
        says: `the data of ${refOf(one)} survives its pod`,
      }))
    : [];
const hasStorage = ({ node, pod }: Workload): boolean =>
  get(node, 'spec', 'volumeClaimTemplates') !== undefined || itemsOf(get(pod, 'volumes')).some((volume) => get(volume, 'persistentVolumeClaim') !== undefined);

const shutdown: Shape = (text, inventory) =>
  /\bgraceful(?:ly)?\b.{0,40}\b(?:shut ?down|terminat|stop|end)|\b(?:shuts? ?down|terminates?|stops?|ends?)\b.{0,20}\bgraceful|\bSIGTERM\b/i.test(text)
    ? namedOrAll(text, servers(inventory)).map((one) => ({ asks: 'shutdown', workload: refOf(one), says: `${refOf(one)} ends within its grace period` }))
    : [];

const becomesReady: Shape = (text, inventory) => {
  const asked =
    /\bkubectl\s+(?:get\s+(?:pods?|deploy\w*|statefulsets?|sts)|rollout\s+status|wait|logs)\b/.test(text) ||
    /\b(?:pods?|containers?|replicas|services?|deployments?|workers?|application|stack|everything)\b.{0,60}\b(?:ready|readiness|running|healthy|health|start(?:s|ed)?|up)\b/i.test(
      text,
    ) ||
    /\bpass(?:es|ing)?\s+(?:all\s+)?(?:readiness|health|liveness)/i.test(text);
  if (!asked) return [];
  const some = named(text, servers(inventory));
  if (some.length === 0) return [{ asks: 'ready', says: 'everything becomes ready and stays so' }];
  return some.map((one) => ({ asks: 'ready', object: refOf(one), says: `${refOf(one)} becomes ready and stays so` }));
};

const SHAPES: readonly Shape[] = [
  appliesFiles,
  command,
  resolves,
  logs,
  traffic,
  answers,
  accepts,
  rollout,
  endpoints,
  autoscaler,
  survives,
  shutdown,
  becomesReady,
  appliesAll,
];
