import type { LiveCheck } from '../../cluster/check.ts';
import type { Resource, Workload } from '../../manifest/resource.ts';
import { isOwnNamespace, type LiveShape, named, refOf, type Said, scalersOf, serversOf } from '../said.ts';

const SUCCESS =
  /\b(?:with(?:\s+no|out(?:\s+any)?)\s+(?:errors?|issues?|failures?)|success(?:ful|fully)?|succeeds?|cleanly|correctly|exits?\s+(?:with\s+)?(?:code\s+)?0)\b/i;
const KINDS =
  /\b(?:config\s?maps?|secrets?|ingress(?:es)?|HPAs?|horizontal\s?pod\s?autoscalers?|network\s?polic(?:y|ies)|PVCs?|persistent\s?volume\s?claims?|PDBs?|service\s?accounts?|namespaces?|jobs?|cron\s?jobs?|migrations?)\b/i;
const OWN = /(?:-n|--namespace)(?:[= ]|\s+)([\w.-]+)/i;

/** Flags of `kubectl get`, `wait` and `rollout status` that choose what is shown; undefined when they choose something else. */
function chosenBy(flags: string, said: Said): readonly Workload[] | undefined {
  const namespace = OWN.exec(flags)?.[1];
  if (namespace !== undefined && !isOwnNamespace(namespace, said.inventory)) return undefined;
  const label = /(?:-l|--selector)[= ]\s*([\w./-]+)==?([\w.-]+)/.exec(flags);
  if (!label) return [];
  const found = serversOf(said.inventory).filter(({ podLabels }) => podLabels.get(label[1]!) === label[2]);
  return found.length > 0 ? found : undefined;
}

const FLAGS = String.raw`(?:\s+(?:(?:-n|--namespace|-l|--selector|--for|--timeout)(?:[= ]\s*[\w./=:-]+)|-w\b|--watch\b|pods?\b|-o[= ]?wide\b|-f\b(?!\s+\S+\.ya?ml)))`;
/** `kubectl -n shop get pods -l app=api`: what is got, and the flags before and after. */
const kubectl = (verb: string): RegExp => new RegExp(String.raw`\bkubectl(${FLAGS}{0,3})\s+${verb}(${FLAGS}{0,5})`, 'i');
const takeCommand = (said: Said, command: RegExp) => (/\bkubectl\b/i.test(said.text) ? said.take(command) : undefined);

/** `kubectl apply -f k8s/configmap.yaml`: the objects of those files. */
export const appliesFiles: LiveShape = (said) => {
  const command = said.take(
    /\bkubectl\s+(?:-n\s+[\w.-]+\s+)?(?:apply|create)((?:\s+(?:(?:-f|--filename|-n|--namespace)[= ]\s*[^\s;|&(),]+|--server-side\b))+)/i,
  );
  if (!command) return [];
  const namespace = OWN.exec(command[1]!)?.[1];
  if (namespace !== undefined && !isOwnNamespace(namespace, said.inventory)) return [];
  const files = Array.from(command[1]!.matchAll(/(?:-f|--filename)[= ]\s*(\S+)/g), ([, file]) => file!.replace(/^\.\//, ''));
  const found = files.map((file) => said.inventory.resources.filter(({ source }) => matches(source.path, file)));
  if (found.length === 0 || found.some((objects) => objects.length === 0)) return [];
  said.servers();
  said.drop(/\b(?:appl(?:y|ies|ied)|create[sd]?|creation|deploy(?:s|ed)?|manifests?|resources|objects)\b/i);
  said.drop(KINDS);
  said.drop(SUCCESS);
  said.drop(/\(use\s[^()]*\)/i); // how to go about it
  return Array.from(new Set(found.flat().map(refOf)), (object) => ({ asks: 'applies', object, says: `the API server takes ${object}` }));
};

/** A path that ends as the pattern does; `*` stands for any part of a name, a folder for all that is in it. Templates count for the file that they are for. */
function matches(path: string, pattern: string): boolean {
  const plain = path.replace(/\.(?:example|sample|template|dist)$/, '');
  if (!pattern.includes('*')) return plain === pattern || plain.endsWith(`/${pattern}`) || plain.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`);
  const [start = '', ...rest] = pattern.split('*');
  const name = plain.slice(plain.indexOf(start));
  return plain.includes(start) && name.endsWith(rest.at(-1) ?? '') && !name.slice(start.length).includes('/');
}

const ALL_APPLIED = { asks: 'applies', says: 'the API server takes all manifests' } as const;
const ALL_READY = { asks: 'ready', says: 'everything becomes ready and stays so' } as const;
const TO_CLUSTER =
  /\b(?:to|on|in|into)\s+(?:an?\s+|the\s+)?(?:local\s+|test\s+)?(?:kubernetes\s+|k8s\s+|minikube\s+|kind\s+)?cluster\b(?:\s+\((?:minikube|kind|k3d|or|,|\s)+\))?/i;

const GET_ALL = kubectl('get\\s+all');

/** "All manifests apply successfully"; what is said to deploy is asked to become ready as well. */
export const appliesAll: LiveShape = (said) => {
  const got = takeCommand(said, GET_ALL);
  if (got && chosenBy(`${got[1]} ${got[2]}`, said) === undefined) return [];
  const applied = said.take(
    /\b(?:(?:kubernetes|k8s|yaml)\s+)?(?:manifests?|resources|objects)\s+(?:(?:are|can\s+be|get|should\s+be|must|should)\s+)?(?:appl(?:y|ies|ied)|created)\b/i,
  );
  const deployed =
    applied || got
      ? undefined
      : said.take(
          /\b(?:(?:the\s+)?(?:whole\s+)?(?:application|app|stack|everything|manifests?|resources|services)\s+)(?:(?:is|are|can\s+be|gets?)\s+)?(?:deploy(?:s|ed)?|installs?|installed)\b/i,
        );
  if (!applied && !deployed && !got) return [];
  said.drop(TO_CLUSTER);
  if (!said.take(SUCCESS) && deployed) return []; // "the application deployed to the cluster" may be the beginning of anything
  return deployed ? [ALL_APPLIED, ALL_READY] : [ALL_APPLIED];
};

const READY =
  /\b(?:(?:(?:become|becomes|get|gets|stay|stays|remain|remains|reach|reaches)\s+)?(?:(?:up\s+and\s+)?(?:ready|running|healthy)|up)|starts?(?:\s+up)?(?:\s+successfully)?|started|pass(?:es|ing)?\s+(?:all\s+)?(?:their\s+|its\s+|the\s+)?(?:readiness|health|liveness|startup)(?:\s*(?:,|\/|and)\s*(?:readiness|liveness|startup))*(?:\s+(?:checks?|probes?))?)\b(?:\s+(?:state|status|phase)\b)?/i;
const LIVE_COMMANDS = kubectl('(?:get\\s+(?:pods?|po|deploy(?:ment)?s?|sts|statefulsets?)\\b|rollout\\s+status|wait)');
const LOGS = kubectl('logs');
const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'];

/** "All pods become ready", `kubectl rollout status deployment/api`: those that are named, or everything. */
export const becomesReady: LiveShape = (said) => {
  const command = takeCommand(said, LIVE_COMMANDS);
  const looked = command ?? takeCommand(said, LOGS);
  const chosen = looked ? chosenBy(`${looked[1]} ${looked[2]}`, said) : [];
  if (chosen === undefined) return [];
  if (looked && !command && !said.take(/\b(?:startup|start)\s+success\b|\bstarted\s+successfully\b/i)) return [];
  const states = said.takeAll(READY);
  if (!looked && states.length === 0) return [];
  const counted = said.take(/\b(\d{1,3}|both|one|two|three|four|five|six)(?=\s+(?:[\w-]+\s+)?(?:pods?|replicas?|instances?)\b)/i);
  said.drop(/\(?\b1\/1\b/);
  said.drop(/\b(?:status|startup|states?|shows?|replicas?|instances?|application|app|stack|everything|components?|deployed|successfully)\b|\bin\b(?=\s*$)/i);
  takeNamespace(said);
  if (looked) said.drop(SUCCESS);
  if (looked && !command) said.drop(/\blogs?\b/i);
  const after = states.at(-1)?.index;
  const servers = Array.from(new Set([...chosen, ...said.servers()]));
  // "pods are ready for redis" is not about redis; "ready: api, redis" is
  const stray = !looked && after !== undefined && said.nouns.some(({ start }) => start > after && !/[:(—–]|\bof\b/.test(said.text.slice(after, start)));
  if (stray) return [];
  // a container alone may be one that Docker runs
  if (
    !looked &&
    servers.length === 0 &&
    !/\b(?:pods|pod|services|deployments|workloads|replicas|application|app|stack|everything|components)\b/i.test(said.text)
  )
    return [];
  if (counted) {
    const number = NUMBERS.indexOf(counted[1]!.toLowerCase().replace('both', 'two'));
    const [one, ...more] = servers;
    if (!one || more.length > 0 || one.kind === 'DaemonSet') return [];
    const readyReplicas = number >= 0 ? number : Number(counted[1]);
    const says = `${readyReplicas} replicas of ${refOf(one)} are ready`;
    return [readyCheck(one), { asks: 'fragment', mode: 'assert', object: refOf(one), fragment: { status: { readyReplicas } }, says }];
  }
  return servers.length === 0 ? [ALL_READY] : servers.map(readyCheck);
};
const readyCheck = (one: Resource): LiveCheck => ({ asks: 'ready', object: refOf(one), says: `${refOf(one)} becomes ready and stays so` });

/** "in the shop namespace", where that is the manifests' own. */
function takeNamespace(said: Said): void {
  const match = /\bin\s+(?:the\s+)?(?:([\w-]+)\s+namespace|namespace\s+([\w-]+))\b/i.exec(said.text);
  if (match && isOwnNamespace((match[1] ?? match[2])!, said.inventory)) said.take(/\bin\s+(?:the\s+)?(?:[\w-]+\s+namespace|namespace\s+[\w-]+)\b/i);
}

const GET_HPA = kubectl('get\\s+hpa');

/** "The HPA reports its metrics", "the HPA scales the api up under load". */
export const autoscalers: LiveShape = (said) => {
  const got = takeCommand(said, GET_HPA);
  if (got && chosenBy(`${got[1]} ${got[2]}`, said) === undefined) return [];
  const word = said.take(/\b(?:HPAs?|horizontal\s?pod\s?autoscalers?|auto-?scalers?)\b/i);
  if (!got && !word) return [];
  const sees = said.take(
    /\b(?:reports?|shows?|sees?|reads?|has|gets?|receives?)\s+(?:(?:its|their|the|current|live|actual|CPU|memory)\s+){0,3}(?:metrics?|targets?|utili[sz]ation)\b/i,
  );
  const start = sees ? undefined : said.take(/\bscales?\b|\breacts?(?:\s+to\s+load)?\b/i);
  if (!sees && !start) return [];
  const reacts = start !== undefined && (/reacts/i.test(start[0]) || said.take(/\b(?:up|out)\b(?:\s+under\s+(?:CPU\s+)?load)?/i) !== undefined);
  if (start && !reacts) return [];
  said.drop(/\bunder\s+(?:CPU\s+)?load\b/i);
  const all = said.inventory.ofKind('HorizontalPodAutoscaler');
  const byName = named(said.text, all);
  for (const { name } of byName) said.take(new RegExp(`(?<![\\w-])${name.replace(/[.]/g, '\\.')}(?![\\w-])`, 'i'));
  const servers = said.servers();
  const found = byName.length > 0 ? byName : servers.length > 0 ? scalersOf(said.inventory, servers) : all;
  return found.map((one) => ({
    asks: 'autoscaler',
    autoscaler: refOf(one),
    ...(reacts ? { reacts } : {}),
    says: reacts ? `${refOf(one)} asks for more pods under load` : `${refOf(one)} sees its metrics`,
  }));
};
