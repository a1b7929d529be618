import type { Check } from '../../checks/check.ts';
import { isWorkload, type Resource, type Workload } from '../../manifest/resource.ts';
import type { Mention } from '../component.ts';
import { type Context, fragmentOf } from '../context.ts';
import { EVERYDAY_KINDS, KIND_PATTERN, kindOf, synonyms, WORKLOAD_KINDS } from '../lexicon.ts';
import type { Sentence } from '../sentence.ts';
import { type Shape, targetsOf, whose } from '../shape.ts';
import { absentKind } from './objects.ts';

/**
 * `Create PostgreSQL StatefulSet and Service`, `Deployment manifests for API, workers, PostgreSQL`, `Namespace manifest created (x)`:
 * an object of that kind is there, for each part of the system that is named with it.
 */
export const kinds: Shape = (sentence, context) => {
  const named = kindsIn(sentence);
  if (named.length === 0) return [];
  const checks: Check[] = [];
  const text = sentence.text;
  sentence.takeAll(/\(\s*not\s+(?:a\s+)?[A-Z]\w+[^()]*\)/);
  const mentions = context.own.mentions.filter(({ start, end }) => !sentence.isExplained(start, end) && !kindOf(text.slice(start, end)));
  const listed = mentions.filter(
    ({ start }) =>
      start > named.at(-1)!.end && /\b(?:for|of)\b/i.test(text.slice(named.at(-1)!.end, start)) && !/\(/.test(text.slice(named.at(-1)!.end, start)),
  );
  for (const { kind, start, end, loose } of named) {
    sentence.mark(start, end);
    const wanted = kind === 'Deployment' && loose ? WORKLOAD_KINDS : [kind];
    const parts = kind === 'Namespace' || CLUSTER_WIDE.has(kind) ? [] : listed.length > 0 ? listed : before(mentions, start, text);
    if (parts.length > 0) {
      for (const part of parts) {
        sentence.mark(part.start, part.end);
        const check = forPart(wanted, part, context);
        checks.push(check.is === 'absent' && !made(text, start) ? { ...check, weak: true } : check);
      }
      continue;
    }
    const stranger = CLUSTER_WIDE.has(kind) ? undefined : strangerBefore(text, start);
    if (stranger !== undefined) {
      checks.push({ is: 'unread', aside: false, says: `nothing was found that is called ${stranger}` });
      continue;
    }
    const { found, by } = context.resolve(wanted);
    const name = new RegExp(`^\\s*(?:[\\w-]+\\s+){0,3}\\(\\s*["'\`]?(${NAME})["'\`]?\\s*\\)`).exec(text.slice(end))?.[1];
    if (name !== undefined && !found.some((resource) => resource.name === name)) {
      checks.push({ is: 'unread', aside: false, says: `no ${kind} was found that is called ${name}` });
      continue;
    }
    // "a Secret", where many parts of a system have one of their own
    if (by === 'all of them' && isCrowd(found) && !PLURAL.test(text.slice(start, end + 24)) && !/\b(?:all|each|every)\b/i.test(text)) {
      checks.push({ is: 'unread', aside: false, guards: true, says: `which of ${found.length} ${kind} objects is meant is not said` });
    }
    if (MOUNTED.has(kind) && /\bmount(?:s|ed|ing)?\b/i.test(text.slice(0, start))) {
      checks.push({ is: 'unread', aside: false, says: `that a ${kind} is there does not show that it is mounted` });
      continue;
    }
    const template = found.length === 0 && made(text, start) ? templateOf(kind, sentence, context) : undefined;
    if (template) {
      checks.push(template);
      continue;
    }
    checks.push(found.length === 0 ? { ...absentKind(kind, context), ...(made(text, start) ? {} : { weak: true }) } : thereIs(found));
    if (kind === 'Service' && found.length > 0 && sentence.has(/\bfor (?:inter-?pod|internal|pod-to-pod|inter-?service|service) communication\b/i)) {
      sentence.take(/\bfor (?:inter-?pod|internal|pod-to-pod|inter-?service|service) communication\b/i);
      checks.push({ is: 'relation', relation: 'selects', says: `each of ${whose(found)} selects a workload`, targets: targetsOf(found) });
    }
  }
  return checks;
};

/** Several files hold such objects, so that one of them is hardly that of the sentence. */
const isCrowd = (found: readonly Resource[]): boolean => found.length > 2 && new Set(found.map(({ source }) => source.path)).size > 1;
/** From the kind's word on: `Services`, `Service manifests`. */
const PLURAL = /^\S*[^s\W]s\b|^\S*sses\b|^[^.,;]*\b(?:manifests|templates|resources|objects|definitions|files)\b/i;

/** The template of a chart that is to be made, where its values leave it out: "Create ingress template in templates/ingress.yaml". */
function templateOf(kind: string, sentence: Sentence, { inventory, own }: Context): Check | undefined {
  const [path, ...more] = own.files.filter((file) =>
    inventory.unrendered.some((chart) => file.startsWith(chart === '.' ? 'templates/' : `${chart}/templates/`)),
  );
  const text = path === undefined ? undefined : inventory.sources.get(path)?.text;
  if (path === undefined || more.length > 0 || text === undefined || !new RegExp(`^kind: ${kind}\\s*$`, 'm').test(text)) return undefined;
  sentence.take(/\btemplates?\b/i);
  return { is: 'says', in: 'text', says: `${path} has a ${kind}`, paths: [path], about: [], items: [[`kind: ${kind}`]], most: [] };
}

/** Whether the sentence is about making it: "Create a Service", not "... through the Service". */
const made = (text: string, start: number): boolean =>
  !/\s[-–—]\s/.test(text.slice(0, start)) &&
  ((/^(?:(?:create|add|define|implement|write|provide|configure)s?(?:d|ed)?\b|\S+ manifests?\b)/i.test(text) &&
    text.slice(0, start).split(/\s+/).length <= 8) ||
    (/\b(?:defined|created|configured|present|in place|exists?)\W*$/i.test(text) && text.split(/\s+/).length <= 12));

/** A name right before a kind that no workload bears: the `Redis` of "Create Redis Service" where nothing is Redis. */
function strangerBefore(text: string, start: number): string | undefined {
  const word = /([A-Za-z][\w.-]*)\s+$/.exec(text.slice(Math.max(0, start - 40), start))?.[1];
  if (word === undefined || kindOf(word) !== undefined || USUAL.test(word)) return undefined;
  const inside = text.slice(0, start).trimEnd().lastIndexOf(word) > 0;
  return (inside && /^[A-Z]/.test(word) && !/^[A-Z]+$/.test(word)) || synonyms(word.toLowerCase()).length > 1 ? word : undefined;
}
const USUAL =
  /^(?:kubernetes|k8s|kustomize|helm|clusterip|nodeport|loadbalancer|headless|docker|the|an?|all|each|every|both|no|create|add|define|write|implement|internal|external|web|client|server|model|storage|cache|proxy|monitoring|main|own|new|opaque|tls|plain|cron|nginx|gateway)$/i;

/** A name of its own: a hyphen and none of the words that say how something is. */
const NAME = '(?!(?:non|read|multi|single|self|pre|post|auto|least|in|per|high|low|zero|opt|write|base64|path|host|built)-)[a-z0-9]+(?:-[a-z0-9]+)+';
const MOUNTED = new Set(['ConfigMap', 'Secret', 'PersistentVolumeClaim']);

const CLUSTER_WIDE = new Set(['StorageClass', 'ClusterIssuer', 'IngressClass', 'PriorityClass']);

const thereIs = (found: readonly Resource[]): Check => ({
  ...fragmentOf(`there is ${whose(found)}`, targetsOf(found), { kind: { $: 'present' }, metadata: { name: { $: 'present' } } }, 'assert', 'any'),
  asks: 'existence',
});

function forPart(kinds: readonly string[], part: Mention, context: Context): Check {
  const fitting: readonly Resource[] = kinds.flatMap((kind) =>
    WORKLOAD_KINDS.includes(kind) || kind === 'Job' || kind === 'CronJob'
      ? context.inventory.ofKind(kind).filter((resource): resource is Workload => isWorkload(resource) && part.workloads.includes(resource))
      : context.components.related(kind, part.workloads),
  );
  if (fitting.length > 0) return thereIs(fitting);
  const own = context.resolve(kinds).found.filter(({ source }) => context.own.files.includes(source.path));
  if (own.length > 0) return thereIs(own);
  const absent = absentKind(kinds[0]!, context);
  return { ...absent, says: `${absent.says} for ${part.words}` };
}

/** Parts named right before a kind: "PostgreSQL StatefulSet", "API (FastAPI) Deployment". */
function before(mentions: readonly Mention[], start: number, text: string): Mention[] {
  const near = mentions.filter(
    ({ end }) =>
      end <= start && /^[\s,/&()A-Za-z-]{0,40}$/.test(text.slice(end, start)) && !/\b(?:with|and then|in|on|from|using)\b/i.test(text.slice(end, start)),
  );
  return near
    .slice(-1)
    .concat(near.slice(0, -1).filter(({ end }) => /^\s*(?:,|and|&|\/|\()/.test(text.slice(end, start)) && near.length > 1))
    .slice(0, 4);
}

interface KindWord {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  /** "deployment manifests": any workload will do */
  readonly loose: boolean;
}

const ELSEWHERE =
  /\b(?:git\s?hub|git\s?lab|(?:git\s?hub )?actions?|repo(?:sitory)?|organi[sz]ation|CI(?:\/CD)?|pipeline|workflow|vault|AWS|GCP|Azure)(?:'s)?\s+$/i;

/** Kinds that are still to be explained. An everyday word counts only where it is written or used as a kind. */
function kindsIn(sentence: Sentence): KindWord[] {
  const found: KindWord[] = [];
  for (const match of sentence.text.matchAll(KIND_PATTERN)) {
    const kind = kindOf(match[0]);
    const start = match.index;
    const end = start + match[0].length;
    if (!kind || sentence.isExplained(start, end)) continue;
    const after = sentence.text.slice(end, end + 24);
    const capital =
      /^[A-Z]/.test(match[0]) &&
      (start > 0 || /^\s+(?:manifests?|template|resource|object|definition|ya?ml|is|are|created|exists?|for|named|with|and|,)/i.test(after));
    const asManifest = /^\s*(?:and\s+\w+\s+)?(?:\(?ya?ml\)?\s+)?(?:manifests?|templates?|resources?|objects?|definitions?|specs?)\b/i.test(after);
    const made =
      /\b(?:create|creates|created|add|adds|added|define|defines|defined|implement|write|provide|include|includes|has|have|configure)\b[^.]{0,40}$/i.test(
        sentence.text.slice(0, start),
      );
    if (EVERYDAY_KINDS.has(kind) && !capital && !asManifest && !(made && kind !== 'Pod' && kind !== 'Secret')) continue;
    if (
      (kind === 'Job' || kind === 'Gateway' || kind === 'Issuer') &&
      (!capital || !/^\s*(?:manifests?|resources?|objects?|ya?ml|definitions?|templates?|,|and\b|$)/i.test(after))
    )
      continue;
    if (
      kind === 'Ingress' &&
      (/^\s*(?:rules?|traffic|from|to|on|and egress|polic|only|controller|class|annotations?)\b/i.test(after) ||
        /\b(?:allow\w*|den\w*|restrict\w*|egress and|second|another)\s+(?:\w+\s+)?$/i.test(sentence.text.slice(0, start)))
    )
      continue;
    // secrets of a forge or a vault are none of the cluster
    if (kind === 'Secret' && ELSEWHERE.test(sentence.text.slice(0, start))) continue;
    // in lower case it is any storage that lasts: mostly a claim, seldom an object of that kind
    if (kind === 'PersistentVolume' && !/^P(?:ersistentV|V)/.test(match[0])) continue;
    // "for the billing service" names a part of the system
    if (
      kind === 'Service' &&
      /^s/.test(match[0]) &&
      !asManifest &&
      /\bfor\s+(?:(?:the|an?|our|each|all|both)\s+)?(?:[\w-]+\s+){1,3}$/i.test(sentence.text.slice(Math.max(0, start - 60), start))
    )
      continue;
    if (kind === 'Pod') continue; // pods come from workloads: a claim about pods is about those
    found.push({ kind, start, end, loose: kind === 'Deployment' && (asManifest || !/^D/.test(match[0])) });
  }
  return found;
}
