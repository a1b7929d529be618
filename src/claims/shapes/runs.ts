import type { Check } from '../../checks/check.ts';
import { matchingPaths } from '../../checks/file.ts';
import type { JudgedBy } from '../../checks/runtime.ts';
import type { LiveCheck, TrafficCheck } from '../../cluster/check.ts';
import { get, itemsOf, numberOf, textOf } from '../../manifest/yaml.ts';
import { type Context, targetOf } from '../context.ts';
import { COMMAND_WORDS } from '../lexicon.ts';
import { happeningsIn, liveChecksFor } from '../live.ts';
import { refOf } from '../said.ts';
import type { Sentence } from '../sentence.ts';

/** Command lines that are one without being marked as code: a program with a sub-command or a flag of its own. */
const COMMAND = new RegExp(
  `(?:^|[\\s:("'])((?:${[
    'kubectl (?:-\\S+ \\S+ )?(?:apply|get|describe|logs|exec|port-forward|wait|rollout|scale|delete|create|top|run|cluster-info|auth|drain|cordon|patch|config|version|api-resources|set|label|annotate|diff|expose|cp|kustomize|explain|replace|debug)',
    'oc (?:apply|get|login|rollout|new-app|adm)',
    'helm (?:install|upgrade|lint|template|test|package|uninstall|rollback|dependency|repo|get|list|status|pull|push|show)',
    'docker(?: |-)compose (?:up|build|config|run|down|exec|ps|logs|-f)',
    'docker (?:build|run|push|pull|exec|buildx|tag|inspect|ps|images|login|logs|scan)',
    '(?:podman|buildah) (?:build|run|push|bud)',
    'kustomize (?:build|edit)',
    'minikube (?:start|stop|delete|image|tunnel|addons|service|status|ip|dashboard)',
    'kind (?:create|load|delete|get|export)',
    'k3d (?:cluster|image)',
    'curl (?:-|http|localhost|\\$)',
    'wget (?:-|http)',
    'npm (?:ci|run|test|install|start|audit|publish)',
    '(?:npx|pnpm|yarn) [a-z@]',
    'pytest(?: -| \\S+/|$)',
    'make [a-z][\\w-]*(?=$|[\\s`"\')])(?! (?:sure|it|the|a))',
    'terraform (?:init|plan|apply|validate|fmt)',
    'flux (?:get|reconcile|check|build|bootstrap)',
    'argocd (?:app|sync)',
    'go (?:test|build|vet|run)',
    'cargo (?:test|build|run|clippy)',
    '(?:mvn|\\./mvnw|\\./gradlew|gradle) \\S',
    '(?:psql|redis-cli|mongosh|mysql) (?:-|ping)',
    'redis-cli ping',
    'pg_isready',
    'celery (?:-A|inspect)',
    'python3? (?:-m |-c |\\S+\\.py)',
    'node \\S+\\.m?[jt]s',
    '(?:bash|sh) \\S+\\.sh',
    '\\./\\S+\\.sh',
    '(?:uv|poetry) run',
    'cd \\S+ &&',
    '(?:nslookup|dig|ping) [a-z][\\w.-]*\\.',
    'shellcheck \\S',
    'yamllint \\S',
    'kube(?:conform|val|-linter|-score) \\S',
    'alembic (?:init|upgrade|revision)',
  ].join('|')})[^\`]*)`,
);
const PROGRAM = new RegExp(`^(?:\\$ |sudo )?(?:${COMMAND_WORDS})(?:\\s+\\S|$)`);

/** The command line in a text: one of its code spans, or words that can be nothing else. */
function commandIn(text: string, code: readonly string[]): string | undefined {
  const marked = code.find((span) => PROGRAM.test(span) && /\s/.test(span.trim()) && text.includes(span.slice(0, 30)));
  return marked ?? COMMAND.exec(text)?.[1]?.trim();
}

const ACTS =
  /^(?:\d+(?:\.\d+)*[.:)]?\s*)?(?:verify|verifies|verified|test|tests|tested|check|checks|checked|validate|validates|validated|confirm|confirms|confirmed|ensure|run|runs|ran|execute|executed|apply|applies|applied|deploy|deploys|deployed|wait|monitor|observe|simulate|smoke[- ]?test|load[- ]?test|perform|install|installed|build|builds|built|push|pushed|publish|published|start|started|set up (?:a |the )?(?:local|kubernetes|minikube|kind)|trigger|measure|benchmark|demo|demonstrate|kill|restart|rollback|roll back|scale|port-forward|access|open|review|inspect|manual(?:ly)?)\b(?![/.])/i;
const STATE =
  /\b(?:appl(?:y|ies|ied)\b[^.]{0,60}\b(?:success\w*|without (?:errors?|issues?|failures?)|cleanly)|deploys?\s+(?:success\w*|without|cleanly)|(?:pods?|containers?|services?|application|app|deployments?|workers?|database|replicas|stack|cluster|nodes?|everything|endpoints?|instances?)\s+(?:are\s+(?:in\s+)?|is\s+(?:in\s+)?|should\s+(?:be\s+)?|must\s+(?:be\s+)?|can\s+(?:be\s+)?|will\s+(?:be\s+)?|all\s+|successfully\s+|gets?\s+|get\s+)*(?:start|starts|started|run|runs|running|become|becomes|reach|reaches|healthy|ready|up|accessible|reachable|respond|responds|available at|pass|passes|scale|scales|recover|recovers|restart|restarts|connect|connects|communicate|communicates|resolve|resolves|survive|survives|deployed|created in|visible|operational|functional|works?|working|serve|serves)\b|\breach(?:es)?\s+(?:the\s+)?(?:running|ready)\b|\bcrash ?loop|\breturn(?:s|ing)?\s+(?:http\s+)?[2345]\d\d\b|\brespon(?:d|ds|se)\s+(?:with|within|time)|\bsucceeds?\b|\bpass(?:es|ing)?\s+(?:all\s+)?(?:\w+\s+)?(?:tests?|checks?|validation|lint\w*|readiness|health)|\btests?\s+pass|\bcompletes?\s+(?:success\w*|without|within|in)\b|\b(?:zero|no|without)[- ]?(?:downtime|errors?|data loss|restarts?|crash\w*)\b|\bcan\s+(?:be\s+)?(?:access|reach|connect|communicat|resolv|query|quer|curl|ping|log in)\w*|\bdata\s+(?:persists?|survives?)\b|\b(?:created|deployed|up)\s+and\s+running\b|\bin\s+(?:the\s+)?[Rr]unning\s+(?:state|status|phase)\b|\bimage\s+size\b[^.]*\d\s?[MG]i?B|\boperations?\s+works?\b|\balerts?\s+(?:are\s+)?fir(?:e|es|ing)\b|\bpersists?\s+(?:across|after|through)\b|\bno\s+(?:lint\w*|type|compile|typescript)\s+(?:errors?|issues?|warnings?)\b|\btype-safe\b|\b(?:less|more|fewer|lower|greater)\s+than\s+\d+(?:\.\d+)?\s?(?:%|ms|s\b|seconds|MB|GB)|\b(?:hit ratio|overhead|latency|throughput)\b[^.]*\d|\bwithin\s+\d+\s*(?:ms|milliseconds|s|sec|seconds?|min|minutes?)\b|\bat least\s+\d+\s*(?:%|rps|requests)|\bp9[59]\b|\bsuccessfully\b(?! (?:created|added|configured|defined|documented|set)))/i;

/** Something that was done to a running system, or seen there. */
const PAST =
  /^(?:applied|deployed|scaled|deleted|tagged|re-?tagged|ran|executed|tested|triggered|restarted|rebooted|migrated|rolled|killed|pushed|pulled|built|installed|verified|confirmed|observed|measured|monitored|checked|validated|simulated|drained|upgraded|port-forwarded|logged in)\b|\b(?:was|were|been|has been|have been|are|is)\s+(?:verified|confirmed|observed|measured|detected|tested)\b|\b(?:verified|confirmed|detected|observed|validated)\b(?!\s+by\s+(?:unit|ci|code))|\b(?:generated|processed|completed|applied)\s+(?:\w+\s+)?(?:automatically|correctly|successfully|in \d|via)\b|\brespond(?:s|ed)?\s+\d{3}\b/i;
/** Given/When/Then about what a person or a client does, or about what the running system then does. */
const BEHAVIOUR =
  /\bwhen\s+(?:i|we|you|an?|the)\s+(?:(?:user|operator|client|admin\w*|developer|engineer|request|customer|browser|visitor|pod|node|container|worker|job|service|system|message|event)\s+)?(?:access|visit|open|click|tag|send|query|call|request|log|browse|curl|check|inspect|view|navigate|upload|submit|trigger|kill|crash|fail|restart|delete|terminate|connect|receive|is (?:killed|deleted|restarted|drained|sent|received|terminated|overloaded)|goes|becomes|processes)\w*\b/i;

export interface Run {
  readonly needs: 'a cluster' | 'a run';
  readonly command: string | undefined;
  /** "Verify port 8080": asked of the files first, and of a run when they do not decide it */
  readonly maybe: boolean;
}

/** Whether only a cluster, a build or a tool run can decide a claim, and which. */
export function runOf(text: string, code: readonly string[] = []): Run | undefined {
  const command = commandIn(text, code);
  const acts = ACTS.test(text) && !/^runs?\b[^.]*\bas\s+(?:a\s+)?(?:non-?\s?root|user|uid)\b/i.test(text);
  const past = PAST.test(text) && !/^(?:removed?|deleted?)\b[^.]*\/(?:\s|$)/i.test(text);
  const state = STATE.test(text) || past || BEHAVIOUR.test(text);
  const maybe = !command && !state && /^(?:verify|verifies|check|confirm|validate|review|inspect|ensure)\b/i.test(text);
  const starts = command !== undefined && text.startsWith(command.slice(0, 12));
  const told =
    command !== undefined &&
    new RegExp(`:\\s*${command.slice(0, 10).replace(/[^\w\s-]/g, '.')}`).test(text) &&
    !/\b(?:probe|command|entrypoint|args|cmd|step|stage)\b[^:]*:/i.test(text);
  if (!acts && !state && !starts && !told && !(command && /^(?:kubectl|helm|curl|docker|minikube|kind|kustomize|flux|make|npm|pytest)\b[^:]*$/i.test(text)))
    return undefined;
  if (acts && !state && !command) {
    // "Deploy ...", "Build ..." are announcements of an action; "Test ..." with a file is a test to be written
    if (/^(?:ensure|review|test|tests|start|scale|monitor|validate|access|open)\b/i.test(text) && /\.(?:py|ts|js|go|sh|md|ya?ml)\b/.test(text))
      return undefined;
    if (/^(?:ensure|scale|monitor|start)\b/i.test(text)) return undefined;
  }
  if (/^(?:create|add|write|implement|define|configure|include|set|update|document|provide)\b/i.test(text) && !(command && /^(?:set up)/i.test(text)))
    return undefined;
  if (command && !acts && !state && /\b(?:probe|command|entrypoint|args|cmd)\b/i.test(text)) return undefined;
  const tool =
    /^(?:kubectl|oc|helm\s+(?:install|upgrade|test|rollback|uninstall)|minikube|kind|k3d|curl|wget|nc|ping|nslookup|dig|psql|redis-cli|flux|argocd)\b/i;
  const run = command
    ? !tool.test(command)
    : /\b(?:build|builds|compiles?|mvnw?|gradlew?|lint|linting|tests? pass|unit tests?|type-?check|compile|compiles|docker image|kustomize build|helm (?:lint|template)|dry-run|render)/i.test(
        text,
      ) && !/\b(?:pods?|cluster|deployed)\b/i.test(text);
  return { needs: run ? 'a run' : 'a cluster', command, maybe };
}

/** What a claim marks as code. */
const codeIn = ({ claim }: Context): string[] => Array.from(claim.markdown.matchAll(/`([^`\n]+)`/g), ([, span]) => span!);

/** Whether only a run can decide what a claim says, by its words, or because a running system could be asked just that. */
export function runIn(text: string, context: Context): Run | undefined {
  const code = codeIn(context);
  const found = runOf(text, code);
  if (found?.needs === 'a cluster' && !found.maybe) return found;
  return happeningsIn(text, { ...context, code }).length > 0 ? { needs: 'a cluster', command: undefined, maybe: false } : found;
}

/** What stops objects from being accepted, pods from starting, traffic from arriving, an autoscaler from scaling. */
const REFUSED = [
  'schema-invalid',
  'selector-template-mismatch',
  'api-version-deprecated',
  'volume-mount-undefined',
  'resource-request-exceeds-limit',
  'port-spec-invalid',
  'cronjob-restart-policy-invalid',
  'secret-data-not-base64',
];
const NEVER_STARTS = ['environment-not-set', 'config-reference-missing', 'config-key-missing-volume', 'service-account-missing', 'pvc-missing'];
const NOT_REACHED = ['service-dangling', 'service-port-reference-mismatch', 'ingress-backend-missing'];
const NEVER_SCALES = ['hpa-target-missing', 'hpa-target-without-requests'];

/** `kubectl get pods -w (all should be Ready)`: only a run can tell, unless the files refute it. */
export function runChecks(sentence: Sentence, context: Context, { needs, command }: Run): Check[] {
  const text = sentence.text;
  sentence.mark(0, text.length);
  const ground = { ...context, code: codeIn(context) };
  let known: readonly LiveCheck[] | undefined;
  const liveChecks = () => (known ??= needs === 'a cluster' ? liveChecksFor(text, ground) : []);
  const refutedBy: JudgedBy[] = [...(command ? commandRefutations(command, context) : []), ...(FLOWS.test(text) ? flowRefutations(liveChecks(), context) : [])];
  // what keeps a system from working is nothing against a claim that something does not work
  if (needs === 'a cluster' && !DENIAL.test(text)) {
    const paths = concerned(context);
    const rules = (ids: readonly string[], of: readonly string[] = paths) => refutedBy.push({ by: 'rules', rules: ids, paths: of });
    // a template is filled in before it is applied
    const applied =
      context.own.files.length > 0 ? context.own.files : context.inventory.resources.filter(({ template }) => !template).map(({ source }) => source.path);
    if (/\bapplied?\b|\bappl(?:y|ies)\b|\bdeploy(?:s|ed)?\b/i.test(text) && !/\bscript\b/i.test(text)) rules(REFUSED, applied);
    if (
      /\b(?:ready|readiness|running|starts?|started|healthy|health|logs?|up and|1\/1|operational|port-forward|curl|return|respond)\b/i.test(text) &&
      !/\bnamespaces?\b|\bservice (?:discovery|dns)\b|\b(?:minikube|kind|k3d)\s+(?:start|create|cluster)\b/i.test(text)
    )
      rules(NEVER_STARTS);
    if (/\b(?:endpoints?|accessible|reach\w*|port-forward|curl|respond\w*|return\w*|route\w*|ingress|communicat\w*|connect\w*)\b/i.test(text))
      rules(NOT_REACHED);
    if (/\bauto-?scal|\bHPA\b|\bscal(?:e|es|ing)\b/i.test(text)) rules(NEVER_SCALES);
    for (const dns of text.matchAll(/\b([a-z0-9][a-z0-9-]*)\.([a-z0-9][a-z0-9-]*)\.svc\b/g)) {
      const services = context.inventory.ofKind('Service');
      const there = services.filter(({ name }) => name === dns[1]);
      if (services.length === 0 || context.inventory.unrendered.length > 0) continue;
      refutedBy.push({
        by: 'check',
        check:
          there.length === 0
            ? { is: 'absent', says: `there is no Service ${dns[1]}` }
            : {
                is: 'fragment',
                says: `Service ${dns[1]} is in namespace ${dns[2]}`,
                mode: 'assert',
                of: 'any',
                targets: there.map((resource) => targetOf(resource, ['metadata'])),
                fragment: { $: 'oneOf', of: [{ namespace: dns[2]! }, { namespace: { $: 'absent' } }] },
              },
      });
    }
  }
  return [
    {
      is: 'runtime',
      needs,
      says: command ? `\`${command.replace(/[\s)]+$/, '')}\`` : text,
      refutedBy,
      // most reviews have no cluster to ask
      get live() {
        return liveChecks();
      },
    },
  ];
}

/** What speaks of traffic has one of these words. */
const FLOWS =
  /\breach|\bconnect|\baccess|\btalk to\b|\bcommunicate\b|\bblocked\b|\bkept\b|\bprevented\b|\bstopped\b|\bdenied\b|\bdrop|\ballowed\b|\bpermitted\b/i;

const DENIAL = /\b(?:can(?:not|'t|’t)|(?:not|un)able|not|never|blocked|denied|dropped|unreachable|inaccessible)\b/i;

/** Kinds that decide about traffic beside NetworkPolicies: where one is, these alone refute nothing. */
const OTHER_POLICIES = [
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'GlobalNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'AuthorizationPolicy',
];

/** What the NetworkPolicies say of the same traffic, on a network that enforces them. */
function flowRefutations(live: readonly LiveCheck[], { inventory }: Context): JudgedBy[] {
  if (OTHER_POLICIES.some((kind) => inventory.ofKind(kind).length > 0)) return [];
  const podsOf = (ref: string) => inventory.workloads.filter((workload) => refOf(workload) === ref).map((workload) => targetOf(workload));
  return live
    .filter((check): check is TrafficCheck => check.asks === 'traffic')
    .flatMap(({ from, to, port, allowed, says }) => {
      const [sender, ...senders] = podsOf(from);
      const [receiver, ...receivers] = podsOf(to);
      if (!sender || !receiver || senders.length > 0 || receivers.length > 0) return [];
      const check: Check = { is: 'flow', says, from: { targets: [sender] }, to: [receiver], port, ...(allowed ? {} : { denied: true }) };
      return [{ by: 'check', check }];
    });
}

/** Files of the workloads that the claim, or its task, is about; all when it names none. */
function concerned(context: Context): string[] {
  const workloads = [...context.own.mentions].flatMap((mention) => mention.workloads);
  return Array.from(new Set(workloads.map(({ source }) => source.path)));
}

/** What a command line names and the files do not have. */
function commandRefutations(command: string, context: Context): JudgedBy[] {
  const found: JudgedBy[] = [];
  const { inventory } = context;
  const refute = (says: string, at: Check): void => void found.push({ by: 'check', check: { ...at, says } as Check });
  const forward = /\bport-forward\b.*?\b(?:svc|service|services)\/([a-z0-9-]+)\s+(?:\d+:)?(\d+)\b/.exec(command);
  if (forward) {
    const services = inventory.ofKind('Service').filter(({ name }) => name === forward[1]);
    const wanted = Number(forward[2]);
    if (
      services.length > 0 &&
      services.every(
        (resource) =>
          !itemsOf(get(resource.node, 'spec', 'ports')).some((port) => numberOf(get(port, 'port')) === wanted || textOf(get(port, 'name')) === forward[2]),
      )
    ) {
      refute('', {
        is: 'fragment',
        says: '',
        mode: 'assert',
        of: 'any',
        targets: services.map((resource) => targetOf(resource, ['spec'])),
        fragment: { ports: [{ port: wanted }] },
      });
    }
  }
  for (const [, file] of command.matchAll(/(?:^|\s)-f[\s=]+([^\s;|&)]+)/g)) {
    const path = file!.replace(/["'`]/g, '');
    if (/^(?:https?:|-$)|[$<{]/.test(path) || !/\bkubectl\b/.test(command)) continue;
    const matching = matchingPaths(path, inventory.paths);
    const filledIn = inventory.resources.some(({ template, source }) => template && source.path.startsWith(path));
    if (matching.length === 0 && !filledIn && context.inventory.unrendered.length === 0) refute(`there is no ${path} to apply`, { is: 'absent', says: '' });
    if (path.includes('*') && file === path && matching.length > 1) {
      refute(`the shell makes ${matching.length} words of ${path}, and kubectl apply takes one after -f`, { is: 'absent', says: '' });
    }
  }
  return found;
}
