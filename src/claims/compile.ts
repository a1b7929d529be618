import type { Check } from '../checks/check.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Claim, Story } from '../story/story.ts';
import { assertionChecks } from './assertion.ts';
import { type Clause, clausesOf } from './clauses.ts';
import { Components } from './component.ts';
import { Context, type Resolution, type Subject, subjectOf } from './context.ts';
import { EVERYDAY_KINDS, isProgram, pathsIn, WORKLOAD_KINDS } from './lexicon.ts';
import { isAsDeployed } from './live.ts';
import { textsBefore } from './scene.ts';
import { Sentence } from './sentence.ts';
import type { Shape } from './shape.ts';
import { accounts, grants } from './shapes/access.ts';
import { artefactChecks } from './shapes/artefacts.ts';
import { command, environment, image, known, probes, resources, security } from './shapes/containers.ts';
import { contents, data, fields, ignored, removed, sensitive } from './shapes/data.ts';
import { files, scriptsNamed } from './shapes/files.ts';
import { flows } from './shapes/flows.ts';
import { kinds } from './shapes/kinds.ts';
import { annotated, assigned, called, imageOf, keyed, referenced, wiring } from './shapes/named.ts';
import { autoscaler, exposed, ingress, labels, namespace, policies, port, replicas, scheduling, service, storage } from './shapes/objects.ts';
import { runChecks, runIn, runOf } from './shapes/runs.ts';
import { scaleTarget } from './shapes/scale-target.ts';
import { scripts } from './shapes/scripts.ts';
import { lifecycle, settings } from './shapes/settings.ts';
import { isAboutText, textChecks } from './shapes/texts.ts';
import { chartValues } from './shapes/values.ts';
import { flags, mountPaths, sidecars, volumes } from './shapes/volumes.ts';

/** How one claim was read: what it became, and how its nouns were resolved. */
export interface Reading {
  readonly claim: Claim;
  readonly checks: readonly Check[];
  readonly resolutions: readonly Resolution[];
  /** files that its words name */
  readonly names: readonly string[];
}

/** In this order each takes the words it understands; what names an exact field comes before what names a kind. */
const SHAPES: readonly Shape[] = [
  ignored,
  when('remove delete drop strip', removed),
  when('annotat', annotated),
  flows,
  when('target', scaleTarget),
  chartValues,
  files,
  when('script', scriptsNamed),
  when('script .sh', scripts),
  contents,
  when('sensitive secret confidential', sensitive),
  when('named called', called),
  when('from via', referenced),
  when('set point base64', assigned),
  when('key', keyed),
  when('select port', wiring),
  when('image replica pod instance', imageOf),
  when('sidecar init', sidecars),
  when('volume mount emptydir subpath', volumes),
  when('mount', mountPaths),
  when('arg flag', flags),
  grants,
  when('account mount binding', accounts),
  settings,
  when('prestop poststart pull', lifecycle),
  when('label annotation', labels),
  when('probe health liveness readiness startup', probes),
  data,
  when('env variable =', environment),
  when('root runas fsgroup capabilit privileg seccomp readonly read-only uid', security),
  when('image', known),
  when('image tag pin latest', image),
  when('command args entrypoint cmd', command),
  when('request limit reserv resource', resources),
  when('hpa scal replica stabili utili cpu memory %', autoscaler),
  when('replica', replicas),
  when('host route routing tls path ingress controller class forward point', ingress),
  when('expos', exposed),
  when('service svc clusterip nodeport loadbalancer headless selector port', service),
  when('storage pvc persist volume mount access claim', storage),
  when('port listen expos', port),
  when('grace affinity spread rolling recreate strategy termination restart', scheduling),
  when('available schedule deny unavailable', policies),
  when('namespace', namespace),
  fields,
  kinds,
];

/** A shape that has nothing to take where none of these words is: looking for them is cheaper than its patterns. */
function when(words: string, shape: Shape): Shape {
  const any = words.split(' ');
  return (sentence, context) => (any.some((word) => sentence.lower.includes(word)) ? shape(sentence, context) : []);
}

/**
 * Reads every claim of a story against an inventory. Pure, and runs nothing.
 * What the plain files leave open is asked of what charts make of their own values: that it is there counts, that it is not does not.
 */
export function compileStory(story: Story, inventory: Inventory): Reading[] {
  const readings = readAll(story, inventory);
  if (inventory.withCharts === inventory || !readings.some(isOpen)) return readings;
  const assumed = readAll(story, inventory.withCharts);
  return readings.map((reading, index) => {
    const other = assumed[index]!;
    if (!isOpen(reading) || isOpen(other) || other.checks.some(({ is }) => is === 'runtime' || is === 'absent')) return reading;
    return { ...other, checks: other.checks.map((check) => ({ ...check, weak: true as const })) };
  });
}

const isOpen = ({ checks }: Reading): boolean =>
  checks.length === 0 || checks.some((check) => (check.is === 'unread' && !check.aside) || (check.is === 'fragment' && check.targets.length === 0));

function readAll(story: Story, inventory: Inventory): Reading[] {
  const components = new Components(inventory);
  const subjects = new Map<string, Subject>();
  const readings: Reading[] = [];
  let before: { parent: string | undefined; files: readonly string[]; claim?: Claim; made?: Subject | undefined; document?: string | undefined } = {
    parent: undefined,
    files: [],
  };
  for (const [index, claim] of story.claims.entries()) {
    if (isEndless(claim.text)) {
      readings.push({
        claim,
        checks: [{ is: 'unread', aside: false, says: 'no check was found: it is too long to be one statement' }],
        resolutions: [],
        names: [],
      });
      continue;
    }
    const own = subjectOf(claim.text, inventory, components, claim.place.source.path);
    const task = claim.parent === undefined ? undefined : subjects.get(claim.parent);
    // a sub-task speaks of the file that the sub-task before it made, else of what its task names
    const sibling = claim.parent !== undefined && before.parent === claim.parent ? before.files : [];
    // in a list without a task above it, "Configure readiness probe" goes on about what the item before it made
    const goesOn = claim.parent === undefined && before.claim !== undefined && follows(before.claim, claim);
    const silent = own.files.length === 0 && own.mentions.length === 0;
    const made = makesWorkload(claim.text, own) ? own : goesOn && silent ? before.made : undefined;
    const above = made === own ? undefined : made;
    // "Document prerequisites" after a guide that was to be written and is not there
    const missing = missingOf(claim.text, own, inventory);
    const document = claim.parent !== undefined && before.parent === claim.parent ? before.document : undefined;
    const parent: Subject = above ?? {
      files: sibling.length > 0 ? sibling : (task?.files ?? []),
      mentions: task?.mentions ?? [],
      kinds: task?.kinds ?? [],
      nearby: sibling.length > 0,
      missing: sibling.length > 0 ? undefined : (task?.missing ?? (isAboutText(claim.text, { own, parent: own }) ? document : undefined)),
    };
    const bare = own.files.length === 0 && own.mentions.length === 0 && own.kinds.length === 0;
    subjects.set(claim.id, {
      missing: missing ?? (bare ? parent.missing : undefined),
      files: own.files.length > 0 ? own.files : parent.files,
      mentions: own.mentions.length > 0 ? own.mentions : parent.mentions,
      kinds: own.kinds.length > 0 ? own.kinds : parent.kinds,
    });
    const reading = compile(new Context(inventory, components, claim, own, parent, [], () => textsBefore(story.claims, index)));
    readings.push(above ? { ...reading, checks: reading.checks.map((check) => ({ ...check, weak: true as const })) } : reading);
    before = {
      parent: claim.parent,
      files: own.files.length > 0 ? own.files : sibling,
      claim,
      made,
      document: own.files.length > 0 ? undefined : missing?.endsWith('.md') ? missing : document,
    };
  }
  return readings;
}

/** Whether a claim is the next item of the list that another stands in. */
const follows = (one: Claim, other: Claim): boolean =>
  one.place.source === other.place.source &&
  one.parent === undefined &&
  !/\n[ \t]*\n|\n#/.test(one.place.source.text.slice(one.place.end, other.place.start)) &&
  other.place.start > one.place.end;

const makesWorkload = (text: string, { kinds, mentions }: Subject): boolean =>
  MAKES.test(text) && mentions.length > 0 && kinds.some((kind) => WORKLOAD_KINDS.includes(kind));

const MAKES = /^(?:(?:sub-?)?task\s+[\d.]+\s*[-:.–—]*\s*)?(?:[\d.]+\s+)?(?:create|add|write|implement|define|provide)\b/i;

/** What a task makes and the repository has not: its sub-tasks are about that, and about nothing else that looks like it. */
function missingOf(text: string, own: Subject, inventory: Inventory): string | undefined {
  if (!MAKES.test(text) || own.files.length > 0) return undefined;
  const named = pathsIn(text)
    .map(([path]) => path.replace(/[.,:;]+$/, ''))
    .filter((path) => /\w\.[a-z]{2,4}$/.test(path) && /^[a-z./]/.test(path));
  if (named.length === 1) return named[0];
  const [kind, ...more] = own.kinds;
  const only = kind !== undefined && more.length === 0 && !EVERYDAY_KINDS.has(kind) && inventory.ofKind(kind).length === 0;
  return only && inventory.unrendered.length === 0 ? kind : undefined;
}

/** Patterns may take the square of a word's length; what a deployment is said to be needs no such words. */
export const isEndless = (text: string): boolean => text.length > 10_000 || (text.length > 300 && text.split(/\s/).some((word) => word.length > 300));

function compile(context: Context): Reading {
  const { claim } = context;
  const done = (checks: readonly Check[]): Reading => ({ claim, checks, resolutions: context.resolutions, names: context.own.files });
  if (claim.assertions.length > 0) return done(assertionChecks(claim, context));
  const { missing } = context.parent;
  if (missing !== undefined && context.own.files.length === 0 && context.own.kinds.length === 0 && !runOf(claim.text))
    return done([{ is: 'unread', aside: true, says: `it is about ${missing}, which is not there` }]);
  const text = ownWords(claim.kind === 'follow-up' ? claim.text.replace(/\s[-–—]\s.*$/s, '') : claim.text);
  if (/\[Defer(?:red)?\]/i.test(claim.text)) return done([{ is: 'unread', aside: true, says: 'it was put off' }]);
  const later = ASIDE.find(([pattern]) => pattern.test(text));
  if (later) return done([{ is: 'unread', aside: true, says: later[1] }]);
  const clauses = clausesOf(text, claim.markdown);
  const [only] = clauses;
  if (clauses.length === 1 && only!.text === text) return done(readClause(only!, text === claim.text ? context : context.saying(text)));
  const checks = clauses.flatMap((clause) => readClause(clause, context.within(clause.text)));
  // "When the database is down, Then ...": a proof shows only what happens when nothing does
  const given = clauses.reduce((rest, clause) => rest.replace(clause.text, () => ' '), text);
  return done(isAsDeployed(given) ? checks : checks.map((check) => (check.is === 'runtime' ? { ...check, live: [] } : check)));
}

/** The checks for one statement. */
function readClause({ text, happens }: Clause, context: Context): readonly Check[] {
  const { claim } = context;
  const sentence = new Sentence(text);
  if (!happens && isAboutText(text, context)) return textChecks(sentence, context);
  const artefact = artefactChecks(text, context, happens);
  if (artefact) return artefact.checks.concat(unreadOf(artefact.sentence, artefact.checks, context) ?? []);
  const found = runIn(text, context);
  const run =
    found ??
    (happens
      ? { needs: 'a cluster' as const, command: undefined, maybe: !CONTROLS.test(text) }
      : PASSING.test(text)
        ? { needs: 'a cluster' as const, command: undefined, maybe: false }
        : undefined);
  if (run && !run.maybe) return runChecks(sentence, context, run);
  const long = text.split(/\s+/).length > (claim.kind === 'follow-up' ? 16 : claim.kind === 'subtask' && claim.ticked === null ? 14 : 32);
  const checks = SHAPES.flatMap((shape) => (sentence.isOpen ? shape(sentence, context) : [])).map((check) =>
    long && !check.essential ? { ...check, weak: true as const } : check,
  );
  const unread = ofValues(checks, context) ?? unreadOf(sentence, checks, context);
  if (run && unread) return runChecks(new Sentence(text), context, run);
  if (!unread) return checks;
  // a denial that no check stands for may deny what was read as said
  const denied = /\b(?:no|not|neither|nor|never|without)\b/i.test(sentence.open);
  return [...(denied ? checks.map((check) => (check.essential ? check : { ...check, weak: true as const })) : checks), unread];
}

/** Said of what runs: that a probe is set shows nothing of how it fares. */
const PASSING = /\b(?:probes?|health checks?|pods?|containers?|endpoints?)\s+(?:(?:are|is|all)\s+){0,2}(?:passing|healthy|green|succeeding|responding)\W*$/i;

/** What a controller does once something happens: how it is set up shows that it may. */
const CONTROLS =
  /\b(?:HPAs?|(?:horizontal pod )?auto-?scalers?|kubernetes|k8s|scheduler|kubelet|controller|cluster)\s+(?:(?:shall|will|must|should|can)\s+)?(?:automatically\s+)?(?:scal|creat|add|remov|restart|replac|terminat|reschedul|evict)(?:es|e|s)?\b/i;

/** What a chart's values hold is not shown by objects of other files. */
function ofValues(checks: readonly Check[], { own, inventory }: Context): Check | undefined {
  const isValues = (path: string) => inventory.unrendered.some((chart) => path.startsWith(chart === '.' ? 'values' : `${chart}/values`));
  if (own.files.length === 0 || !own.files.every(isValues)) return undefined;
  const other = checks.find((check) => check.is === 'fragment' && check.targets.some((target) => 'kind' in target));
  return other && { is: 'unread', aside: false, guards: true, says: `in ${own.files[0]} it was not looked for: ${other.says}` };
}

/** What keeps a claim from being met: words that state something and that no check stands for. */
function unreadOf(sentence: Sentence, checks: readonly Check[], context: Context): Check | undefined {
  const { hard, soft } = sentence.leftOver();
  const unread = (says: string): Check => ({ is: 'unread', aside: false, says });
  // that what it makes is not there stands, whatever else it would have
  const makes = MADE.test(sentence.text) || /^[\w./-]*[./][\w./-]*\w\b/.test(sentence.text);
  const guard = (says: string): Check => ({ is: 'unread', aside: false, ...(makes ? { guards: true as const } : {}), says });
  if (checks.length === 0) return unread('no check was found for this sentence');
  if (hard.length > 0) return unread(`no check was found for: ${hard.slice(0, 6).join(', ')}`);
  const isMention = (at: number) => context.own.mentions.some(({ start, end }) => start <= at && at < end);
  const feature = soft.length > 0 ? sentence.leftFeature(isMention) : undefined;
  if (feature !== undefined) return guard(`no check was found for: ${feature}`);
  const object = soft.length > 0 ? sentence.leftObject(isMention) : undefined;
  if (object !== undefined) return guard(`no check was found for: ${object}`);
  const beyond = beyondExistence(sentence, soft, checks);
  if (beyond.length > 0) return guard(`that it is there does not show: ${beyond.slice(0, 8).join(' ')}`);
  const [silent] = sentence.silentParts();
  if (silent !== undefined) return guard(`no check was found for: ${silent}`);
  const [stranger] = context.strangers;
  if (stranger !== undefined) return unread(stranger);
  const program = soft.find(
    (word) => isProgram(word) && !isMention(sentence.text.indexOf(word)) && LISTED.test(sentence.text.slice(0, sentence.text.indexOf(word))),
  );
  if (program !== undefined) return guard(`nothing was found that is called ${program}`);
  const part = OF_A_PART.exec(sentence.open)
    ?.slice(1)
    .find((word) => word !== undefined);
  if (part && soft.includes(part)) return unread(`nothing was found that is called ${part}`);
  if (soft.length > Math.max(2, 0.4 * sentence.weight)) return unread(`no check was found for: ${soft.slice(0, 8).join(' ')}`);
  return undefined;
}

/** Words that say more than that a thing was made: what was done to it or to a part of it, what it lists, which of many it is. */
function beyondExistence(sentence: Sentence, soft: readonly string[], checks: readonly Check[]): readonly string[] {
  const works = (check: Check) => check.is === 'script' && check.step === 'works';
  const gone = checks.some((check) => check.is === 'file' && !check.exists);
  const listed = gone || !checks.every((check) => isExistence(check) || works(check)) ? [] : sentence.listedInBrackets();
  if (listed.length > 0) return listed;
  if (!checks.every((check) => isExistence(check) || (works(check) && /^\S+\.sh\b/.test(sentence.text)))) return [];
  if (soft.length > 0 && !MADE.test(sentence.text)) return soft;
  if (gone || checks.some(({ is }) => is === 'script')) return []; // what is gone, and what a script does
  if (soft.length === 0) return [];
  const crowd = checks.some((check) => check.is === 'fragment' && check.targets.length > 2);
  if (crowd || DONE_TO.test(sentence.text)) return soft;
  const { before, after } = sentence.around(soft);
  return before.length > 0 && (after.length > 0 || sentence.isInside) ? soft : [];
}

/** Of a thing that may have been there before, so that its existence shows nothing of what was done. */
const DONE_TO =
  /^(?:\S+\s+)?(?:update|modif(?:y|ies|ied)|change|extend|edit|patch|refactor|rewrite|fix|improve|adjust|adapt|align|clean|wire|deduplicate|consolidate|rename|move|migrate|convert|mark|apply|remove|delete|replace|configure)(?:s|e?d|ing)?\b|\bupdated\b/i;

/** Whether a check only asks that something is there. */
const isExistence = (check: Check): boolean =>
  check.is === 'file' || (check.is === 'fragment' && check.asks === 'existence') || (check.is === 'any' && check.of.length > 0 && check.of.every(isExistence));

/** Before a name that is listed: "for the API and Kafka"; what stands behind a dash only describes. */
const LISTED =
  /\b(?:for|and|with|of)\s+(?:the\s+|an?\s+)?$|,\s*$|^(?:create|add|implement|write|deploy|define|configure|provide|generate)(?:s|d|ed)?\s+(?:the\s+|an?\s+)?$/i;

/** What such a sentence states is that a file is there; any other sentence about a file states what it holds or does. */
const MADE =
  /^(?:\S+\s+)?(?:create|add|update|write|implement|provide|remove|delete|drop|move|rename|define|configure|set up|generate|commit|include|preserve|mark|initiali[sz]e|document|scaffold|reference)\w*\b|\b(?:exists?|(?:is|are)\s+(?:there|present|in place|created|added))\b/i;

/** `for the billing service`: a part of the system that is named and that nothing stands for. */
const OF_A_PART =
  /\bfor\s+(?:(?:the|an?|our|both)\s+)?(?!(?:other|these|those|internal|external|backend|frontend|web|main|local|remote|such|existing|new)\b)([A-Za-z][\w-]*)\s+(?:services?|servers?|applications?|apps?|components?)\b|\bfor\s+([A-Z][a-z][\w.-]*)$/;

/** What no file and no cluster can decide: announcements of later work, bookkeeping, taste. */
const ASIDE: readonly (readonly [RegExp, string])[] = [
  [
    /\((?:future|later|planned|deferred|out of scope|post-MVP|TBD|not (?:yet )?implemented)\b[^()]*\)\s*$|\b(?:future enhancement|will be (?:added|implemented|done|addressed) (?:later|in (?:a )?(?:future|later|story|epic|phase)))\b|\bdeferred to\b/i,
    'it announces later work',
  ],
  [
    /\bsprint-status\b|\bmark (?:the )?story\b|\bupdate (?:the )?(?:story|file list|change ?log|status|completion notes)\b|\bstory (?:status|marked)\b|\bfile list\b/i,
    'it is bookkeeping about the story',
  ],
  [
    /^fix (?:any|all) (?:validation |remaining )?(?:errors?|issues?)\b|\bbest practices\b|^(?:code )?review(?:ed)? by\b|\bapproved by\b|\bsign(?:ed)?[- ]?off\b/i,
    'nothing in the repository can show it',
  ],
  [
    /^(?:design(?!s\b)|review|read|study|analy[sz]e|research|investigate|understand|explore|familiari[sz]e|identify|discuss|plan|decide|choose|evaluate|consider)\b(?!.*\b(?:has|have|contains?|uses?|is set|are set)\b)/i,
    'reading and deciding leave nothing that could show it',
  ],
];

/** Ids of the requirements and decisions that it goes back to: `→ REQ-NET-004, ADR-002`. */
const TRACED =
  /\s*(?:→|->|=>)\s*(?:[A-Z]{2,}(?:-[A-Z0-9]+){0,2}-\d+(?:\.\d+)*(?:\s*[,/&]\s*)?){1,12}(?:\s*[-–—].*)?$|\s*[([](?:(?:REQ|FR|NFR|SC|ADR|UR|US|UC)(?:-[A-Z0-9]+){0,2}-\d+(?:\.\d+)*(?:\s*[,/&]\s*)?){1,12}[)\]]\.?$/;

/** With whose help it was made: `using Gordon AI`, `via the helm-chart-agent`. */
const BY_MEANS =
  /\s+(?:using|via|with the (?:help|assistance) of)\s+(?:the\s+)?(?:[\w-]+\s+){0,2}?(?:AI|AI-assisted\s+[\w-]+(?:\s+commands?)?|[\w-]*-(?:ai|architect|assistant)|[\w-]*(?:containeri[sz]ation|devops)-agent|kagent|Claude(?:\s+Code)?|Copilot)(?=\s+(?:in|at|under|into|for)\b|\s*(?:$|[,.;(]))/gi;

/** A claim without its number, its tags, and its references to criteria. */
function ownWords(text: string): string {
  return text
    .replace(/^(?:\[[\w .-]+\]\s*)+/, '')
    .replace(/^(?:(?:Sub-?task|Task|Step|Phase|Part|AC)\s*[-#]?\s*)?(?:\d+(?:\.\d+)+|\d+\s*[.:)])\s*[.:)]?\s*(?:[-–—]\s+)?/i, '')
    .replace(/^(?:Sub-?task|Task|Step|Phase)\s+\d+\s*[-–—:.]?\s+/i, '')
    .replace(/^AC[-\s#]?\d+(?:\.\d+)*\s*[-–—:.)]\s*/i, '')
    .replace(/\[(?:files?|see|story|source|ref)\s*:[^\]]*\]/gi, '')
    .replace(/\((?:ACs?|Acceptance Criteria)\s*:?\s*[#\d.,\sand-]+\)/gi, '')
    .replace(/\s*\((?:already|note|blocked|scripts? created|should already|done|see|handled|covered|included)\b[^()]*\)\s*$/i, '')
    .replace(
      /,?\s*\(?(?:as\s+)?(?:per|according to|following)\s+(?:the\s+)?(?:(?:FR|NFR|SC|AC|US|REQ|ADR)[-\s]?\d+(?:\.\d+)*|(?:implementation\s+|design\s+|tech(?:nical)?\s+)?(?:plan|spec|research|data-model|quickstart|design)(?:\.md)?)(?![\w./-])\)?/gi,
      '',
    )
    .replace(BY_MEANS, '')
    .replace(/\s*(?:[-–—]\s*)?(?:✅|☑|✔).*$/u, '')
    .replace(TRACED, '')
    .replace(/\b(?:SHALL|MUST|SHOULD|MAY|WILL|NOT)\b/g, (word) => word.toLowerCase())
    .replace(
      /^The (?:system|platform|project|repository) (?:shall|must|will|should) (?=(?:provide|create|define|include|have|contain|configure|expose|provision)\b)/i,
      '',
    )
    .replace(/\s*[-–—]\s*(?:\*\*)?(?:FIXED|RESOLVED|DONE|COMPLETED?|NOTE)\b.*$/, '')
    .trim();
}
