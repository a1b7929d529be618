import type { Check, FlowEnd } from '../../checks/check.ts';
import { isolates } from '../../manifest/policy.ts';
import { namespaceOf, type Resource, selects, type Workload } from '../../manifest/resource.ts';
import { get, itemsOf } from '../../manifest/yaml.ts';
import { type Context, fragmentOf } from '../context.ts';
import { podTargets, type Shape, takeQuantifier, targetsOf } from '../shape.ts';
import { absentKind } from './objects.ts';

const LABELLED = `(?:pods?|workloads?|clients?)?\\s*(?:labell?ed|with\\s+(?:the\\s+)?labels?)\\s+(?:with\\s+)?["'\`]?([\\w.-]+(?:/[\\w.-]+)?)["'\`]?\\s*[=:]\\s*["'\`]?([\\w.-]*\\w)["'\`]?`;
const NOUN = '((?:the\\s+)?[A-Za-z][\\w-]*(?:\\s+(?!on\\b|from\\b|to\\b|and\\b|or\\b|over\\b|via\\b|only\\b|in\\b|at\\b|for\\b)[\\w-]+){0,3})';
const END = `(?:${LABELLED}|${NOUN})`;
const ON_PORT = '(?:\\s*(?:,|\\()?\\s*(?:on|over|via|at)?\\s*(?:the\\s+)?(?:TCP\\s*)?(?:ports?\\s*|:)(\\d{2,5})\\)?)?';
const NEAR_BY = '(?:\\s+in\\s+(?:the\\s+)?same\\s+namespace)?';

/** "allow API to reach the database on port 5432": sender first. */
const REACHES = new RegExp(
  `\\b(?:(only)\\s+)?(?:allow(?:s|ing|ed)?\\s+|permit(?:s|ting)?\\s+)?${END}\\s+(?:pods?\\s+)?(?:can\\s+|may\\s+|must\\s+be\\s+able\\s+to\\s+|is\\s+allowed\\s+to\\s+|are\\s+allowed\\s+to\\s+|to\\s+)(?:reach|access|connect\\s+to|talk\\s+to|communicate\\s+with|call)\\s+${END}${ON_PORT}`,
  'i',
);
/** "allows ingress to Jenkins on port 8080 only from pods labelled app: web": receiver first, or none. */
const ADMITS = new RegExp(
  `\\b(?:allow(?:s|ing|ed)?|permit(?:s|ting)?|accept(?:s|ing)?|restrict(?:s|ing|ed)?|limit(?:s|ing|ed)?)\\s+(only\\s+)?(?:ingress|traffic|access|connections?|inbound(?:\\s+traffic)?)(?:\\s+to\\s+(?:the\\s+)?${NOUN})?${ON_PORT}\\s+(only\\s+)?(from|to\\s+only|to)\\s+(only\\s+)?${END}${ON_PORT}${NEAR_BY}`,
  'i',
);
const ANYONE =
  /\b(?:allow(?:s|ing|ed)?\s+(?:ingress\s+from\s+)?(?:all|any)\s+(?:sources?|clients?|pods?|traffic|ingress|connections?)\s+(?:on|to)\s+(?:TCP\s+)?port\s+(\d{2,5})|ingress\s+on\s+port\s+(\d{2,5})\s+(?:(?:shall|must|should|is|remains?|stays?)\s+)+(?:unrestricted|open(?:\s+to\s+(?:all|everyone))?))\b/i;
const DNS =
  /\b(?:allow(?:s|ing|ed)?\s+)?(?:egress\s+(?:to|for)\s+)?(?:cluster\s+|kube-)?DNS(?:\s+(?:egress|resolution|lookups?|traffic|queries))*(?:\s+(?:is|are)\s+allowed)?(?:[\s(]*(?:to\s+)?(?:kube-dns|CoreDNS)\b)?(?:[\s(,]*(?:on\s+|via\s+)?(?:(?:UDP|TCP)(?:\s*(?:\/|and|\+)\s*(?:UDP|TCP))?\s*)?(?:port\s*)?:?53\b(?:\/(?:UDP|TCP))?(?:\s+(?:UDP|TCP)(?:\s*(?:\/|and)\s*(?:UDP|TCP))?)?\)?)?/i;
const DENY =
  /\bdefault[\s-]deny\b(?:[\s-]all)?(?:[\s-]+(?:for\s+)?(ingress|egress)\b(?:\s*(?:and|\/|&|\+|,)\s*(ingress|egress)\b)?)?(?:\s+(?:network\s*)?(?:polic(?:y|ies)|rules?|traffic))?/i;
const TYPES = /\bpolicy\s?[Tt]ypes?\s*[:=]?\s*(?:are\s+|of\s+)?\[?\s*(Ingress|Egress)(?:\s*(?:,|and|&|\+)\s*(Ingress|Egress))?\s*\]?/i;

/** Who may and who may not, said without the word policy: "only the api may connect to postgresql", "default deny: pods of other namespaces ...". */
const PERMITTED =
  /\bonly\s+(?:the\s+)?[\w-]+(?:\s+(?:pods?|workloads?|deployments?|services?))?\s+(?:may|is\s+allowed\s+to|are\s+allowed\s+to)\s+(?:connect|reach|access|talk|communicate)\b|^default[\s-]deny\b/i;
/** "pods of other namespaces cannot reach redis" */
const OTHERS = new RegExp(
  `\\b(?:pods|workloads|clients|traffic)\\s+(?:of|from|in)\\s+(?:all\\s+|any\\s+)?other\\s+namespaces?\\s+(?:can(?:not|\\s+not|'t)|may\\s+not|must\\s+not)\\s+(?:reach|access|connect\\s+to|talk\\s+to|communicate\\s+with)\\s+${NOUN}${ON_PORT}`,
  'i',
);

/** What a NetworkPolicy is said to let through or to stop; asked of what all policies together do to a flow. */
export const flows: Shape = (sentence, context) => {
  const about = context.own.kinds.includes('NetworkPolicy') || context.parent.kinds.includes('NetworkPolicy') || sentence.has(PERMITTED);
  if (!about || !sentence.has(/\b(?:allow|permit|restrict|limit|accept|deny|DNS|policy\s?types?|unrestricted|only|can|open)/i)) return [];
  const policies = context.resolve(['NetworkPolicy']).found;
  const checks: Check[] = [];
  const types = sentence.take(TYPES);
  if (types && policies.length > 0)
    checks.push(
      fragmentOf(
        `policyTypes of ${policies.map(({ name }) => name).join(', ')}`,
        targetsOf(policies, ['spec']),
        {
          policyTypes: types
            .slice(1)
            .filter((type) => type !== undefined)
            .map(capital),
        },
        'assert',
        policies.length > 1 ? 'unclear' : 'each',
      ),
    );
  const deny = sentence.take(DENY);
  if (deny) checks.push(...denied(deny, context));
  if (policies.length === 0) return checks.length > 0 ? [absentKind('NetworkPolicy', context)] : [];
  const covered = coveredBy(policies, context);
  const others = sentence.take(OTHERS);
  if (others) {
    const check = flow(others[0], { anyone: true }, workloadsIn(others[1]!, context), others[2], false);
    checks.push(check.is === 'flow' ? { ...check, denied: true } : check);
  }
  const admits = sentence.take(ADMITS);
  if (admits) {
    const [, before, receiver, port, middle, between, after, key, value, noun, latePort] = admits;
    const said = port ?? latePort;
    const only =
      before !== undefined || middle !== undefined || after !== undefined || /\bto\s+only\b/i.test(admits[0]) || /^(?:restrict|limit)/i.test(admits[0]);
    // "restrict ingress to the API" names who is reached, and nobody who may
    const sender = receiver === undefined && between === 'to' ? undefined : endFrom(key, value, noun, context);
    checks.push(flow(admits[0], sender, receiver === undefined ? covered : workloadsIn(receiver, context), said, only));
  }
  for (const match of admits ? [] : sentence.takeAll(REACHES)) {
    const [, only, key, value, noun, toKey, , toNoun, port] = match;
    checks.push(
      flow(
        match[0],
        endFrom(key, value, noun, context),
        toKey === undefined && toNoun !== undefined ? workloadsIn(toNoun, context) : [],
        port,
        only !== undefined,
      ),
    );
  }
  const anyone = sentence.take(ANYONE);
  if (anyone) checks.push(flow(anyone[0], { anyone: true }, covered, anyone[1] ?? anyone[2], false));
  if (sentence.has(/\begress\b|\bDNS\b[^.]*\b53\b/i)) {
    const dns = sentence.take(DNS);
    const senders = policies.some((policy) => isolates(policy, 'Egress')) ? covered : [];
    if (dns)
      checks.push(
        senders.length === 0
          ? { is: 'unread', aside: false, says: 'no policy that limits egress was found' }
          : { is: 'flow', says: `${names(senders)} may ask cluster DNS`, from: { targets: podsOf(senders) }, to: 'dns' },
      );
  }
  if (checks.length > 0) {
    sentence.takeAll(/\b(?:an?|the)\s+(?:second|another|additional|new|separate)\s+(?:ingress|egress)\s+rule(?:\s+in\s+the\s+same\b)?/i);
    sentence.takeAll(/(?<![\w./-])(?:network\s*polic(?:y|ies)|polic(?:y|ies)|ingress|egress|traffic|rules?|pods?)\b(?![\w/-]|\.\w)/i);
    takeQuantifier(sentence);
  }
  return checks;
};

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1).toLowerCase();
const podsOf = (workloads: readonly Workload[]) => podTargets(workloads).map(({ at: _, ...target }) => ({ ...target, at: [] }));
const names = (workloads: readonly Workload[]): string => workloads.map(({ name }) => name).join(', ');

/** The workloads whose pods these policies select. */
const coveredBy = (policies: readonly Resource[], { inventory }: Context): Workload[] =>
  inventory.workloads.filter((workload) =>
    policies.some((policy) => namespaceOf(policy) === namespaceOf(workload) && selects(get(policy.node, 'spec', 'podSelector'), workload.podLabels)),
  );

/** The workloads that a noun means, when it means something that is told apart. */
function workloadsIn(noun: string, context: Context): readonly Workload[] {
  const mentions = context.components.mentions(noun);
  return mentions.length === 1 ? mentions[0]!.workloads : [];
}

function endFrom(key: string | undefined, value: string | undefined, noun: string | undefined, context: Context): FlowEnd | undefined {
  if (key !== undefined && value !== undefined) return { labels: { [key]: value } };
  const found = noun === undefined ? [] : workloadsIn(noun, context);
  return found.length > 0 ? { targets: podsOf(found) } : undefined;
}

function flow(says: string, from: FlowEnd | undefined, to: readonly Workload[], port: string | undefined, only: boolean): Check {
  if (!from || to.length === 0 || new Set(to.map(({ name }) => name)).size > 1)
    return { is: 'unread', aside: false, says: `which pods are meant was not clear: ${says}` };
  // a rule for senders by label, or for all, speaks of what is let in, not of what they may send
  const inbound = !('targets' in from) || /\b(?:ingress|inbound)\b/i.test(says);
  return {
    is: 'flow',
    says,
    from,
    to: podsOf(to),
    ...(inbound ? { inbound } : {}),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(only ? { only: true as const } : {}),
  };
}

/** A policy that selects every pod of its namespace, and allows nothing in the directions that are told. */
function denied(match: RegExpExecArray, context: Context): Check[] {
  const told = match
    .slice(1)
    .filter((word) => word !== undefined)
    .map(capital) as ('Ingress' | 'Egress')[];
  const all = context.inventory.ofKind('NetworkPolicy');
  if (all.length === 0) return [absentKind('NetworkPolicy', context)];
  return (told.length > 0 ? told : (['Ingress'] as const)).map((direction) => {
    const denying = all.filter((policy) => {
      const selector = get(policy.node, 'spec', 'podSelector');
      const everyPod = selector !== undefined && selects(selector, new Map());
      return everyPod && isolates(policy, direction) && itemsOf(get(policy.node, 'spec', direction.toLowerCase())).length === 0;
    });
    const says = `a policy selects every pod and allows no ${direction.toLowerCase()}`;
    if (denying.length > 0) return fragmentOf(says, targetsOf(denying, ['spec']), { podSelector: {} }, 'assert', 'any');
    return fragmentOf(
      says,
      targetsOf(all, ['spec']),
      {
        podSelector: { matchLabels: { $: 'absent' }, matchExpressions: { $: 'absent' } },
        policyTypes: [direction],
        [direction.toLowerCase()]: { $: 'absent' },
      },
      'assert',
      'any',
    );
  });
}
