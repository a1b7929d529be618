import type { Check } from '../../checks/check.ts';
import type { Resource } from '../../manifest/resource.ts';
import { get, itemsOf, textOf } from '../../manifest/yaml.ts';
import { fragmentOf, targetOf } from '../context.ts';
import { asked, podTargets, type Shape, takeQuantifier, targetsOf, whose } from '../shape.ts';
import { absentKind } from './objects.ts';

const VERBS = 'get|list|watch|create|update|patch|delete|deletecollection|bind|escalate|impersonate|use';
const LIST = `(?:${VERBS})(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*/\\s*)(?:${VERBS}))*`;
/** How stories write resources, and what a rule calls them; group and all, as the API has them. */
const RESOURCES: readonly (readonly [string, string])[] = [
  ['pod\\s*logs?|pods/log', 'pods/log'],
  ['pods/exec', 'pods/exec'],
  ['pods?', 'pods'],
  ['services?', 'services'],
  ['config\\s?maps?', 'configmaps'],
  ['secrets?', 'secrets'],
  ['deployments?', 'deployments'],
  ['stateful\\s?sets?', 'statefulsets'],
  ['daemon\\s?sets?', 'daemonsets'],
  ['replica\\s?sets?', 'replicasets'],
  ['cron\\s?jobs?', 'cronjobs'],
  ['jobs?', 'jobs'],
  ['ingresses', 'ingresses'],
  ['namespaces?', 'namespaces'],
  ['nodes?', 'nodes'],
  ['events?', 'events'],
  ['endpoints', 'endpoints'],
  ['endpoint\\s?slices?', 'endpointslices'],
  ['leases?', 'leases'],
  ['network\\s?policies', 'networkpolicies'],
  ['service\\s?accounts?', 'serviceaccounts'],
  ['persistent\\s?volume\\s?claims?|PVCs?', 'persistentvolumeclaims'],
];
const RESOURCE = RESOURCES.map(([words]) => words).join('|');
const GRANT = new RegExp(
  `\\b(${LIST})\\s+(?:(?:on|for|access\\s+to|permissions?\\s+(?:on|for)|verbs?\\s+on)\\s+)?(?:the\\s+)?((?:${RESOURCE})(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*/\\s*)(?:${RESOURCE})(?![\\w/-]))*)(?![\\w/-])`,
  'i',
);

const ROLES = [
  ['Role', /\b(?<!cluster\s?)roles?\b(?!\s*bindings?)/i],
  ['ClusterRole', /\bcluster\s?roles?\b(?!\s*bindings?)/i],
] as const;

/** `a Role that grants get, list and watch on pods and pod logs`: for each resource a rule, or several, with each verb. */
export const grants: Shape = (sentence, context) => {
  const kinds = ROLES.filter(([kind, word]) => sentence.has(word) || context.own.kinds.includes(kind) || context.parent.kinds.includes(kind)).map(
    ([kind]) => kind,
  );
  if (kinds.length === 0 || !sentence.has(/\b(?:grant\w*|permissions?|verbs?|allow\w*|can|access|rules?|with|to)\b/i)) return [];
  const grants = sentence.takeAll(GRANT);
  if (grants.length === 0) return [];
  const near = context.resolve(kinds).found;
  const roles = near.length > 0 ? near : context.resolve(['Role', 'ClusterRole']).found;
  if (roles.length === 0) return [absentKind(kinds[0]!, context)];
  sentence.takeAll(
    /\b(?:grants?|granting|grant(?:ed)?|permissions?|verbs?|allow(?:s|ing|ed)?|access|rules?|service\s?accounts?|cluster\s?roles?|roles?|RBAC)\b/i,
  );
  takeQuantifier(sentence);
  return grants.flatMap((match) => {
    const verbs = match[1]!.toLowerCase().match(new RegExp(`\\b(?:${VERBS})\\b`, 'g')) ?? [];
    const resources = Array.from(
      match[2]!.matchAll(new RegExp(`(?<![\\w/])(?:${RESOURCE})(?![\\w/])`, 'gi')),
      ([word]) => RESOURCES.find(([words]) => new RegExp(`^(?:${words})$`, 'i').test(word))![1],
    );
    return resources.flatMap((resource) => granted(roles, resource, verbs));
  });
};

/** The verbs may stand in several rules; of several roles, the one that grants most of them is meant. */
function granted(roles: readonly Resource[], resource: string, verbs: readonly string[]): Check[] {
  const rulesOf = (role: Resource) => itemsOf(get(role.node, 'rules'));
  const ruleFor = (role: Resource, verb: string) =>
    rulesOf(role).findIndex((rule) => holds(get(rule, 'resources'), resource) && holds(get(rule, 'verbs'), verb));
  const [role] = roles.toSorted((a, b) => verbs.filter((verb) => ruleFor(b, verb) >= 0).length - verbs.filter((verb) => ruleFor(a, verb) >= 0).length);
  return verbs.map((verb) => {
    const says = `${role!.kind}/${role!.name} grants ${verb} on ${resource}`;
    const index = ruleFor(role!, verb);
    const nearest = index >= 0 ? index : rulesOf(role!).findIndex((rule) => holds(get(rule, 'resources'), resource));
    if (nearest < 0) return fragmentOf(says, [targetOf(role!)], { rules: [{ resources: [resource], verbs: [verb] }] });
    return fragmentOf(says, [targetOf(role!, ['rules', nearest])], { verbs: { $: 'oneOf', of: [[verb], ['*']] } });
  });
}

const holds = (list: Parameters<typeof itemsOf>[0], word: string): boolean => itemsOf(list).some((item) => textOf(item) === word || textOf(item) === '*');

const NAME = '[a-z0-9][a-z0-9-]*[a-z0-9]';
const TOKEN =
  /\b(?:automountServiceAccountToken\s*[:=]?\s*(true|false)|(?:disabl(?:e[sd]?|ing)|no|without|turn(?:s|ed)?\s+off)\s+(?:the\s+)?(?:(?:default\s+)?service\s?account\s+token\s+)?(?:auto-?mount(?:ing|ed)?(?:\s+(?:of\s+)?(?:the\s+)?service\s?account\s+tokens?)?|service\s?account\s+token\s+mount(?:ing|s)?))\b/i;

const RUNS_AS = new RegExp(
  `\\b(?:runs?|running|uses?|using)\\s+(?:as|under|with)?\\s*(?:the\\s+|an?\\s+|its\\s+)?(?:dedicated\\s+|own\\s+)?["'\`]?(${NAME}-${NAME})["'\`]?\\s+service\\s?account\\b|\\b(?:runs?|running|uses?|using)\\s+(?:as|under|with)?\\s*(?:the\\s+)?service\\s?account\\s+["'\`]?(${NAME})["'\`]?(?=$|[\\s,.)])`,
  'i',
);
const BINDING = new RegExp(
  `\\b(?:role\\s?binding|cluster\\s?role\\s?binding)\\b[^.]{0,40}?\\bbind(?:s|ing)\\s+(?:the\\s+)?["'\`]?(${NAME})["'\`]?(?:\\s+(?:cluster\\s?)?role)?\\s+to\\s+(?:the\\s+)?["'\`]?(${NAME})["'\`]?(?:\\s+service\\s?account)?`,
  'i',
);

/** `automountServiceAccountToken: false`, on the pod or on the account that it runs as; `runs as ServiceAccount api`. */
export const accounts: Shape = (sentence, context) => {
  const checks: Check[] = [];
  const workloads = context.workloads().found;
  const of = asked(sentence, workloads);
  const token = sentence.take(TOKEN);
  if (token && workloads.length > 0) {
    const value = token[1] === 'true';
    const each = workloads.map((workload): Check => {
      const says = `${workload.kind}/${workload.name} has automountServiceAccountToken ${value}`;
      const own = fragmentOf(says, podTargets([workload]), { automountServiceAccountToken: value });
      const name = textOf(get(workload.pod, 'serviceAccountName'));
      const account = name === undefined ? undefined : context.inventory.find('ServiceAccount', name, workload);
      // what the pod says comes first
      if (!account || get(workload.pod, 'automountServiceAccountToken')) return own;
      return { is: 'any', says, of: [own, fragmentOf(says, [targetOf(account)], { automountServiceAccountToken: value })] };
    });
    const onAccount =
      context.own.files.length > 0 ? context.inventory.ofKind('ServiceAccount').filter(({ source }) => context.own.files.includes(source.path)) : [];
    if (onAccount.length > 0)
      checks.push(fragmentOf(`${whose(onAccount)} has automountServiceAccountToken ${value}`, targetsOf(onAccount), { automountServiceAccountToken: value }));
    else checks.push(...(of === 'unclear' ? [{ is: 'same' as const, says: 'automountServiceAccountToken', of: each }] : each));
    takeQuantifier(sentence);
  }
  const runsAs = sentence.take(RUNS_AS);
  if (runsAs && workloads.length > 0) {
    const name = runsAs[1] ?? runsAs[2]!;
    checks.push(fragmentOf(`${whose(workloads)} runs as ServiceAccount ${name}`, podTargets(workloads), { serviceAccountName: name }, 'assert', of));
  }
  const bound = sentence.take(BINDING);
  if (bound) {
    const bindings = [...context.inventory.ofKind('RoleBinding'), ...context.inventory.ofKind('ClusterRoleBinding')];
    const says = `${bound[1]} is bound to ${bound[2]}`;
    if (bindings.length === 0) checks.push(absentKind('RoleBinding', context));
    else checks.push(fragmentOf(says, targetsOf(bindings), { roleRef: { name: bound[1]! }, subjects: [{ name: bound[2]! }] }, 'assert', 'any'));
  }
  return checks;
};
