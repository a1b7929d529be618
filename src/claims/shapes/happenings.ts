import type { LiveCheck } from '../../cluster/check.ts';
import { rolloutCheck } from '../../cluster/rollout-check.ts';
import type { Resource, Workload } from '../../manifest/resource.ts';
import { get, itemsOf, numberOf, stringsOf } from '../../manifest/yaml.ts';
import { isOwnNamespace, type LiveShape, named, refOf, type Said, serversOf } from '../said.ts';

/** `redis-cli ping` returns PONG, `pg_isready` succeeds: in the containers of that database. */
export const commands: LiveShape = (said) => {
  const inPod = String.raw`(?:\bkubectl\s+(?:-n\s+[\w.-]+\s+)?exec\s+(?:-(?:it|i|t|n)\s+(?:[\w.-]+\s+)?){0,3}[\w./-]+\s+(?:-n\s+[\w.-]+\s+)?--\s+)?`;
  const flags = String.raw`(?:\s+-[hpUd]\s+[\w.$\{\}-]+)*`;
  const postgres = said.take(new RegExp(String.raw`${inPod}\bpg_isready\b${flags}`, 'i'));
  const redis = postgres ? undefined : said.take(new RegExp(String.raw`${inPod}\bredis-cli\b${flags}\s+ping\b`, 'i'));
  if (!postgres && !redis) return [];
  said.drop(/\b(?:returns?|answers?|shows?|responds?\s+with|gives?|outputs?|prints?|succeeds?|works?|health\s*check|connection|connectivity)\b/i);
  said.drop(redis ? /\bPONG\b/ : /\baccepting\s+connections\b/i);
  const [command, image] = redis ? (['redis-cli ping', /redis|valkey/] as const) : (['pg_isready', /postgres/] as const);
  const isDatabase = ({ containers }: Workload) => containers.some((container) => image.test(container.image?.repository ?? ''));
  const asked = said.servers();
  return (asked.length > 0 ? asked : serversOf(said.inventory))
    .filter(isDatabase)
    .map((workload) => ({ asks: 'command', workload: refOf(workload), command, says: `\`${command}\` succeeds in ${refOf(workload)}` }));
};

/** "The logs of api contain "started"", `kubectl logs deploy/api` shows "started". */
export const logs: LiveShape = (said) => {
  const verb = /\b(?:contains?|includes?|shows?|say|says|prints?|writes?|logs)\b(?=\s*:?\s*\S)/gi;
  if (!/\blogs?\b|\bwrites?\b|\bprints?\b/i.test(said.text)) return [];
  for (const { index, 0: word } of said.text.matchAll(verb)) {
    const quoted = said.quotedAt(index + word.length);
    if (!quoted) continue;
    said.mark(index, quoted.end);
    const servers = said.servers(0, index);
    said.drop(
      /\bkubectl\s+(?:-n\s+[\w.-]+\s+)?logs(?:\s+-n\s+[\w.-]+)?(?:\s+(?:deploy|deployment|sts|statefulset|ds|daemonset)\/)?|\blogs?(?:\s+(?:output|lines?))?\b|\bto\s+(?:stdout|its\s+logs?)\b|\b(?:deploy|sts)\b(?=\/)/i,
    );
    return servers.map((one) => ({ asks: 'logs', workload: refOf(one), contains: quoted.text, says: `${refOf(one)} writes "${quoted.text}"` }));
  }
  return [];
};

/** `redis.shop.svc.cluster.local` resolves; "service DNS: redis.shop.svc.cluster.local". */
export const resolves: LiveShape = (said) => {
  const word = said.take(/\bresolv(?:es?|ed|able)\b|\bnslookup\b|\bdig\b|\bDNS(?:\s+(?:name|names|resolution|lookup|lookups|entry|record))?\b/i);
  if (!word) return [];
  const hosts = said
    .takeAll(/(?<![\w.@/-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+){1,3}\.svc(?:\.cluster\.local)?(?![\w:/-]|\.\w)/i)
    .map(([host]) => host.toLowerCase());
  said.drop(/\b(?:resolv(?:es?|ed|able)|DNS(?:\s+(?:name|names|resolution))?|correctly|successfully|works?|names?|inside)\b/i);
  said.drop(/\bwith\s+(?:nslookup|dig)\b/i);
  // a bare name is a Service's where it is what resolves
  const services = hosts.length > 0 || !/^resolv/i.test(word[0]) ? [] : named(said.text.slice(0, word.index), said.inventory.ofKind('Service'));
  if (services.length > 0) for (const { name } of services) said.take(new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w-]|\\.\\w)`, 'i'));
  return Array.from(new Set([...hosts, ...services.map(({ name }) => name)]), (name) => ({ asks: 'resolves', name, says: `${name} resolves in the cluster` }));
};

const CAN = String.raw`(can(?:not|'t|’t)?|could(?:\s+not|n't)?|must\s+not|may\s+not|does\s+not|do\s+not|(?:is|are|must\s+be|should\s+be)\s+(?:not\s+)?(?:un)?able\s+to|(?:should|must)\s+not\s+be\s+able\s+to)`;
/** "web cannot connect to redis on port 6379" */
const REACHES = new RegExp(
  String.raw`^(.{1,120}?)\s+${CAN}\s+(not\s+)?(?:reach|connect\s+to|access|talk\s+to|communicate\s+with|open\s+(?:a\s+)?connections?\s+to)\s+(.{1,120})$`,
  'i',
);
/** "traffic from web to redis on port 6379 is blocked" */
const PASSES =
  /^(.{0,40}?\b(?:traffic|connections?|packets|access|requests)\s+from)\s+(.{1,80}?)\s+to\s+(.{1,80}?)\s+(?:is|are|gets?|must\s+be|should\s+be|will\s+be)\s+(blocked|denied|dropped|allowed|permitted|let\s+through)$/i;
/** "redis is not reachable from web on port 6379" */
const REACHED =
  /^(.{1,80}?)\s+((?:is|are|must\s+be|should\s+be)\s+(?:not\s+|un)?(?:reachable|accessible)|can(?:not|'t|\s+not)?\s+be\s+(?:reached|accessed))\s+from\s+(.{1,120})$/i;
/** "web is blocked from connecting to redis" */
const KEPT = /^(.{1,80}?)\s+(?:is|are|gets?)\s+(?:blocked|kept|prevented|stopped)\s+from\s+(?:reaching|connecting\s+to|accessing|talking\s+to)\s+(.{1,120})$/i;
const PORT = /[\s,(]*(?:\b(?:on|at|over|via)\s+)?(?:the\s+)?(?:TCP\s+)?(?:\bport\s+|:)(\d{1,5})(?:\/TCP)?\)?/i;

/** Traffic between the pods of two workloads, and whether it passes. Without a port: the one that there is, and for a denial all of them. */
export const traffic: LiveShape = (said) => {
  const stated = flowIn(said.text.replace(/[.\s]+$/, ''));
  if (!stated) return [];
  const port = PORT.exec(stated.to.part) ?? (stated.portBehind ? PORT.exec(stated.from.part) : null);
  if (PORT.test(stated.from.part) && (!stated.portBehind || PORT.test(stated.to.part))) return [];
  const from = endIn(stated.from, said);
  const to = endIn(stated.to, said);
  const [receiver, ...others] = to;
  if (from.length === 0 || !receiver || others.length > 0 || from.includes(receiver)) return [];
  const ports = port ? [Number(port[1])] : portsOf(receiver, said);
  if (ports.length === 0 || (stated.allowed && ports.length > 1)) return [];
  said.mark(0, said.text.length);
  return from.flatMap((sender) =>
    ports.map(
      (number): LiveCheck => ({
        asks: 'traffic',
        from: refOf(sender),
        to: refOf(receiver),
        port: number,
        allowed: stated.allowed,
        says: `${refOf(sender)} ${stated.allowed ? 'reaches' : 'does not reach'} ${refOf(receiver)} on port ${number}`,
      }),
    ),
  );
};

interface FlowSaid {
  readonly from: Part;
  readonly to: Part;
  readonly allowed: boolean;
  /** the sender stands last, so a port behind it is the receiver's */
  readonly portBehind?: true;
}
interface Part {
  readonly at: number;
  readonly part: string;
}

function flowIn(text: string): FlowSaid | undefined {
  const part = (words: string, after = 0): Part => ({ at: text.indexOf(words, after), part: words });
  const reaches = REACHES.exec(text);
  if (reaches) {
    const [, from, can, not, to] = reaches;
    const denials = (/n['’]t\b|not\b/i.test(can!) ? 1 : 0) + (/\bunable\b/i.test(can!) ? 1 : 0) + (not === undefined ? 0 : 1);
    return denials > 1 ? undefined : { from: part(from!), to: part(to!, from!.length + can!.length), allowed: denials === 0 };
  }
  const passes = PASSES.exec(text);
  if (passes) {
    const [, lead, from, to, what] = passes;
    if (!/^(?:all\s+|any\s+|the\s+|verify\s+(?:that\s+)?|TCP\s+|network\s+)*(?:traffic|connections?|packets|access|requests)\s+from$/i.test(lead!))
      return undefined;
    return { from: part(from!, lead!.length), to: part(to!, lead!.length + from!.length + 1), allowed: /allowed|permitted|let/i.test(what!) };
  }
  const reached = REACHED.exec(text);
  if (reached) {
    const [, to, how, from] = reached;
    return { from: part(from!, to!.length + how!.length), to: part(to!), allowed: !/\bnot\b|\bun|cannot|can't/i.test(how!), portBehind: true };
  }
  const kept = KEPT.exec(text);
  return kept ? { from: part(kept[1]!), to: part(kept[2]!, kept[1]!.length), allowed: false } : undefined;
}

/** The workloads of one end, when its words, without a port, say nothing else. */
function endIn({ at, part }: Part, said: Said): readonly Workload[] {
  const port = PORT.exec(part);
  if (!port) return said.onlyServers(at, at + part.length);
  const behind = at + port.index + port[0].length;
  const before = said.onlyServers(at, at + port.index);
  const after = part.slice(port.index + port[0].length).trim();
  if (after === '') return before;
  return before.length > 0 ? [] : said.onlyServers(behind, at + part.length); // "port 6379 of redis"
}

/** TCP ports that pods listen on, as their containers declare them, or their Services ask for them. */
function portsOf(workload: Workload, { inventory }: Said): readonly number[] {
  const declared = workload.containers.flatMap(({ ports }) => ports.filter(({ protocol }) => protocol === 'TCP').map(({ number }) => number));
  if (declared.length > 0) return Array.from(new Set(declared));
  const asked = inventory
    .servicesFor(workload)
    .flatMap(({ node }) =>
      itemsOf(get(node, 'spec', 'ports')).map(
        (port) => numberOf(get(port, 'targetPort')) ?? (get(port, 'targetPort') ? undefined : numberOf(get(port, 'port'))),
      ),
    );
  return asked.includes(undefined) ? [] : Array.from(new Set(asked.filter((port) => port !== undefined)));
}

const STATUS = String.raw`(?:with\s+)?(?:an?\s+)?(?:HTTP\s+)?(?:status\s+)?(?:code\s+)?([1-5]\d\d)(?:\s+OK\b)?`;
const VERB = String.raw`(?:(?:must|should|will|can|shall)\s+)?(?:answers?|returns?|responds?|replies|serves?|gives?|is\s+answered)`;
const URL_PATH = String.raw`(\/[\w.\/?=&%~-]*)`;
/** "api answers 200 on /health" */
const STATUS_FIRST = new RegExp(
  String.raw`^(.{1,80}?)\s+${VERB}\s+${STATUS}\s+(?:on|at|for|to|from|under)\s+(?:GET\s+)?(?:requests?\s+(?:to|for|on)\s+)?${URL_PATH}`,
  'i',
);
/** "api answers /health with 200" */
const PATH_FIRST = new RegExp(String.raw`^(.{1,80}?)\s+${VERB}\s+(?:to\s+|on\s+)?(?:GET\s+)?(?:requests?\s+(?:to|for|on)\s+)?${URL_PATH}\s+${STATUS}`, 'i');
/** "GET /health of the api returns 200" */
const PATH_OF = new RegExp(
  String.raw`^((?:verify\s+(?:that\s+)?)?(?:the\s+)?(?:GET\s+)?)${URL_PATH}\s+(?:endpoint\s+)?(?:on|of|at|from|to)\s+(.{1,60}?)\s+${VERB}\s+${STATUS}`,
  'i',
);
const URL = /https?:\/\/([a-z0-9-]+)((?:\.[a-z0-9-]+)*)(?::(\d{1,5}))?(\/[^\s`'",)]*)?/i;
const CURL = /\bcurl(?:\s+(?:-[sSfikvLo]+|--fail|--silent|-o\s+\/dev\/null))*\s+(?=https?:)/i;

/** `curl http://api/health` returns 200, "api answers 200 on /health". */
export const answers: LiveShape = (said) => {
  const url = URL.exec(said.text);
  if (url) return answersUrl(url, said);
  for (const [pattern, who, path, status] of [
    [STATUS_FIRST, 1, 3, 2],
    [PATH_FIRST, 1, 2, 3],
    [PATH_OF, 3, 2, 4],
  ] as const) {
    const match = pattern.exec(said.text);
    if (!match) continue;
    const at = said.text.indexOf(match[who]!, who === 1 ? 0 : match[1]!.length + match[2]!.length);
    const service = serviceIn(at, at + match[who]!.length, said);
    if (!service) return [];
    said.mark(0, match[0].length);
    const port = said.take(/\bon\s+port\s+(\d{1,5})\b/i)?.[1];
    return answered(service, said, { path: match[path]!.replace(/[.?]+$/, ''), status: Number(match[status]), ...(port ? { port: Number(port) } : {}) });
  }
  return [];
};

function answersUrl(url: RegExpExecArray, said: Said): readonly LiveCheck[] {
  const [whole, host, domain, port, path] = url;
  const services = said.inventory.ofKind('Service');
  const service = services.find(({ name }) => name === host!.toLowerCase());
  const inside = domain === '' || /^\.[\w-]+(?:\.svc(?:\.cluster\.local)?)?$/.test(domain!);
  if (!service || !inside || (/^\.[\w-]+$/.test(domain!) && !isOwnNamespace(domain!.slice(1), said.inventory))) return [];
  if (/^https/i.test(whole) && port !== '443') return [];
  const fetched = said.take(CURL);
  said.mark(url.index, url.index + whole.length);
  const status = said.take(new RegExp(String.raw`(?:→|->|=>|\b(?:returns?|gets?|gives?|shows?|answers?|responds?)\b)\s+${STATUS}`, 'i'))?.[1];
  const succeeds = said.take(/\b(?:succeeds?|works?|answers?|responds?)\b(?!\s+with)/i);
  if (!fetched && status === undefined && !succeeds) return []; // a URL alone is a setting
  if (fetched && status !== undefined && /health/i.test(path ?? '')) said.drop(/\bhealth(?:\s?checks?|\s+endpoint)?(?=\s*:)/i);
  return answered(service, said, { path: path ?? '/', ...(status ? { status: Number(status) } : {}), ...(port ? { port: Number(port) } : {}) });
}

/** The Service that a part of the text names, by its own name or by its only workload's. */
function serviceIn(from: number, to: number, said: Said): Resource | undefined {
  const [workload, ...others] = said.onlyServers(from, to);
  if (!workload || others.length > 0) return undefined;
  const behind = said.inventory.servicesFor(workload);
  const [service, ...more] = named(said.text.slice(from, to), behind).length > 0 ? named(said.text.slice(from, to), behind) : behind;
  return more.length === 0 ? service : undefined;
}

function answered(service: Resource, said: Said, asked: { path: string; status?: number; port?: number }): readonly LiveCheck[] {
  const lead = /\b(?:and|with)\s+(?:the\s+|a\s+)?(?:(?:body|text|content)\s+)?(?:(?:that\s+contains|containing)\s+)?(?=["“])|\bcontaining\s+(?=["“])/i.exec(
    said.text,
  );
  const body = lead ? said.quotedAt(lead.index + lead[0].length) : undefined;
  if (lead && body) said.mark(lead.index, body.end);
  const port = asked.port === undefined ? undefined : portOf(service, asked.port);
  return [
    {
      asks: 'answers',
      service: refOf(service),
      ...(port === undefined ? {} : { port }),
      path: asked.path,
      ...(asked.status === undefined ? {} : { status: asked.status }),
      ...(body ? { body: body.text } : {}),
      says: `${refOf(service)} answers ${asked.path}`,
    },
  ];
}

/** A Service's own port, where a story may name its pods' port instead. */
function portOf(service: Resource, port: number): number {
  const ports = itemsOf(get(service.node, 'spec', 'ports'));
  if (ports.some((each) => numberOf(get(each, 'port')) === port)) return port;
  return (
    numberOf(
      get(
        ports.find((each) => numberOf(get(each, 'targetPort')) === port),
        'port',
      ),
    ) ?? port
  );
}

/** `kubectl port-forward svc/api 8000:80`, also with what is then asked on the local port. */
export const forwarded: LiveShape = (said) => {
  const forward = said.take(
    /\bkubectl\s+(?:-n\s+([\w.-]+)\s+)?port-forward\s+(?:-n\s+([\w.-]+)\s+)?(?:svc|service|services)\/([\w.-]+)\s+(?:(\d{1,5}):)?(\d{1,5})(?:\s+-n\s+([\w.-]+))?(?:\s*&)?/i,
  );
  if (!forward) return [];
  const [, before, between, name, local, remote, behind] = forward;
  const namespace = before ?? between ?? behind;
  const service = said.inventory.ofKind('Service').find((each) => each.name === name);
  if (!service || (namespace !== undefined && !isOwnNamespace(namespace, said.inventory))) return [];
  said.servers();
  said.drop(/\bport[- ]forward(?:ing|s)?\b|\b(?:works?|succeeds?|redis|postgres(?:ql)?|API|app)\b(?=[\s:]|$)/i);
  const check = { asks: 'answers', service: refOf(service), port: Number(remote), by: 'port-forward' } as const;
  const curl = said.take(/\bcurl(?:\s+-[sSfikv]+)*\s+https?:\/\/(?:localhost|127\.0\.0\.1):(\d{1,5})(\/[^\s`'",)]*)?/i);
  if (curl && curl[1] !== (local ?? remote)) return [];
  if (!curl) return [{ ...check, says: `${check.service} answers on port ${remote}` }];
  const status = said.take(new RegExp(String.raw`(?:→|->|=>|\b(?:returns?|gets?|gives?|shows?)\b)\s+${STATUS}`, 'i'))?.[1];
  return [{ ...check, path: curl[2] ?? '/', ...(status ? { status: Number(status) } : {}), says: `${check.service} answers ${curl[2] ?? '/'}` }];
};

/** "The api Service is reachable", "port 80 of the api Service accepts connections". */
export const accepts: LiveShape = (said) => {
  const words = said.take(/\b(?:is|are)\s+(?:reachable|accessible)\b|\baccepts?\s+connections\b/i);
  if (!words || !/\bservices?\b/i.test(said.text)) return [];
  const port = said.take(/\b(?:on\s+)?port\s+(\d{1,5})(?:\s+of\b)?/i)?.[1];
  said.drop(/\b(?:from\s+)?(?:with)?in(?:side)?\s+the\s+cluster\b|\bfrom\s+other\s+pods\b/i);
  said.servers();
  return named(said.text, said.inventory.ofKind('Service')).map((service) => ({
    asks: 'answers',
    service: refOf(service),
    ...(port ? { port: Number(port) } : {}),
    says: `${refOf(service)} accepts connections`,
  }));
};

/** `kubectl get endpoints` shows pod IPs, "the api Service has endpoints". */
export const endpoints: LiveShape = (said) => {
  const got = said.take(/\bkubectl\s+(?:-n\s+([\w.-]+)\s+)?get\s+(?:endpoints|ep|endpointslices?)\b(?:\s+-n\s+([\w.-]+))?/i);
  const has = said.take(/\bservices?\s+(?:has|have)\s+(?:(?:ready|healthy|live)\s+)?endpoints\b/i);
  const namespace = got?.[1] ?? got?.[2];
  if ((!got && !has) || (namespace !== undefined && !isOwnNamespace(namespace, said.inventory))) return [];
  said.drop(/\bendpoints?\b|\bshows?\s+(?:the\s+)?(?:pod\s+)?IPs?(?:\s+addresses)?\b|\b(?:ready|populated)\b/i);
  const services = said.inventory.ofKind('Service').filter(({ node }) => stringsOf(get(node, 'spec', 'selector')).size > 0);
  const some = named(said.text, services);
  said.servers();
  return (some.length > 0 ? some : services).map((service) => ({
    asks: 'endpoints',
    service: refOf(service),
    atLeast: 1,
    says: `${refOf(service)} has endpoints`,
  }));
};

const UPDATE = String.raw`(?:rolling\s+(?:updates?|restarts?|deployments?|upgrades?)|roll-?outs?)`;
const DROPS = String.raw`(?:drops?|loses?|fails?|interrupts?)\s+(?:no|not\s+a\s+single)\s+(?:HTTP\s+)?requests?|(?:does|do|must|should)\s+not\s+(?:drop|lose|interrupt)\s+(?:any\s+|a\s+single\s+)?(?:HTTP\s+)?requests?|without\s+(?:dropping|losing|failing|interrupting)\s+(?:any\s+|a\s+single\s+)?(?:HTTP\s+)?requests?`;
const NONE_DROPPED = String.raw`no\s+(?:HTTP\s+)?requests?\s+(?:is|are|gets?)?\s*(?:dropped|lost|interrupted|fails?|failed)`;
const NO_DOWNTIME = String.raw`(?:with\s+)?(?:zero|no)[- ]downtime|without\s+(?:any\s+)?downtime|(?:causes?|has|have)\s+no\s+downtime`;
const DROPPED_NONE = new RegExp(String.raw`\b(?:${DROPS}|${NONE_DROPPED}|${NO_DOWNTIME})\b`, 'i');
const UPDATED = new RegExp(
  String.raw`\b(?:(?:during|while|on|in)\s+)?(?:an?\s+)?${UPDATE}\b|\b(?:is|are|can\s+be|gets?)\s+(?:being\s+)?(?:rolled\s+out|updated|rolled)\b`,
  'i',
);

/** "A rolling update of api drops no request"; of Deployments that an HTTP probe says how to ask. */
export const rollouts: LiveShape = (said) => {
  if (!said.take(DROPPED_NONE) || !said.take(UPDATED)) return [];
  said.drop(/\bunder\s+load\b|\bwhile\b/i);
  const asked = said.servers();
  const workloads = asked.length > 0 ? asked : serversOf(said.inventory).filter(({ kind }) => kind === 'Deployment');
  const checks = workloads.map((workload) =>
    workload.kind === 'Deployment'
      ? said.inventory
          .servicesFor(workload)
          .flatMap((service) => rolloutCheck({ resource: service, ref: refOf(service) }, { resource: workload, ref: refOf(workload) }) ?? [])
      : [],
  );
  return asked.length > 0 && checks.some((each) => each.length === 0) ? [] : checks.flat();
};

const DEATH = String.raw`(?:re-?starts?|deletions?|death|dying|being\s+deleted|replacement|re-?creation|re-?scheduling|crash(?:es)?|eviction)`;
const SURVIVES = new RegExp(
  String.raw`\b(?:persists?|survives?|(?:is|are)\s+(?:kept|preserved|retained|still\s+there|not\s+lost)|(?:is|are)\s+persisted)(?:\s+(?:across|after|through|over|beyond|when))?(?:\s+(?:an?|the|its|their))?\s+(?:(?:pods?|containers?)(?:'s)?\s+(?:is\s+)?(?:${DEATH}|restarted|deleted|killed|replaced|dies|restarts)|(?:(?:\w[\w-]*)\s+){0,2}?${DEATH}(?:\s+of\s+(?:(?:the|its|their|an?)\s+)?(?:pods?|containers?)\b)?)`,
  'i',
);

/** "The data of redis survives a restart of its pod": a file of ours on the volume, before and after its pod is replaced. */
export const dataSurvives: LiveShape = (said) => {
  const match = SURVIVES.exec(said.text);
  const data = said.take(/\bdata\b/i);
  // what dies is the pod, and nothing larger
  if (!match || !data || /\b(?:clusters?|deployments?|stateful\s?sets?|workloads?|services?)\b/i.test(said.text.slice(match.index))) return [];
  const dying = match[0].replace(/^.*?\b(?:persists?|persisted|survives?|kept|preserved|retained|there|lost)\b/i, '');
  for (const word of dying.matchAll(
    new RegExp(String.raw`\b(?:${DEATH}|across|after|through|over|beyond|when|is|restarted|deleted|killed|replaced|dies)\b`, 'gi'),
  )) {
    const at = match.index + match[0].length - dying.length + word.index;
    said.mark(at, at + word[0].length);
  }
  said.drop(/\b(?:persists?|survives?|kept|preserved|retained|persisted|still\s+there|not\s+lost)\b/i);
  if (!/\bpods?\b|\bcontainers?\b/i.test(match[0]) && said.nouns.length === 0) return []; // "survives a restart": of what?
  const asked = said.servers();
  return (asked.length > 0 ? asked : serversOf(said.inventory)).filter(hasStorage).map((one) => ({
    asks: 'data-survives',
    workload: refOf(one),
    says: `the data of ${refOf(one)} survives its pod`,
  }));
};
const hasStorage = ({ node, pod }: Workload): boolean =>
  get(node, 'spec', 'volumeClaimTemplates') !== undefined || itemsOf(get(pod, 'volumes')).some((volume) => get(volume, 'persistentVolumeClaim') !== undefined);

const WITHIN = /\b(?:within|in\s+(?:less\s+than|under|at\s+most)|in\s+no\s+more\s+than)\s+(\d{1,4})\s?-?(s|secs?|seconds?|min|minutes?)\b/i;
const ENDS = String.raw`(?:shuts?\s?down|terminates?|stops?|exits?|ends?|(?:is|are)\s+terminated|(?:is|are)\s+stopped)`;
const GRACEFUL = new RegExp(
  String.raw`\b(?:${ENDS}\s+gracefully|gracefully\s+${ENDS}|graceful\s+(?:shut\s?down|termination|stop)|handles?\s+SIGTERM\s+gracefully)\b`,
  'i',
);

/** "api shuts down gracefully on SIGTERM within 10 seconds": a pod is deleted, and ends by itself. */
export const shutdowns: LiveShape = (said) => {
  const ends = said.take(GRACEFUL);
  if (!ends) return [];
  said.drop(GRACEFUL);
  const within = said.take(WITHIN);
  // "Graceful shutdown" alone is the title of something to be done
  if (/^graceful\s/i.test(ends[0]) && !within && said.nouns.length === 0 && !/\bSIGTERM\b/.test(said.text)) return [];
  said.drop(/\b(?:on|upon|after|when\s+(?:it\s+|they\s+)?(?:receiv(?:es?|ing)|gets?|(?:is|are)\s+sent))\s+(?:an?\s+|the\s+)?SIGTERM(?:\s+signal)?\b/i);
  said.drop(/\bwithin\s+(?:its|their|the)\s+(?:termination\s+)?grace\s+period\b|\bterminationGracePeriodSeconds\b/i);
  const asked = said.servers();
  const seconds = within ? Number(within[1]) * (/^m/i.test(within[2]!) ? 60 : 1) : undefined;
  return (asked.length > 0 ? asked : serversOf(said.inventory)).map((one) => ({
    asks: 'shutdown',
    workload: refOf(one),
    ...(seconds === undefined ? {} : { within: seconds }),
    says: `${refOf(one)} ends within ${seconds === undefined ? 'its grace period' : `${seconds} seconds`}`,
  }));
};
