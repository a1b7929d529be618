import type { Check, DockerfileCheck, DockerfileFeature } from '../../checks/check.ts';
import { stem, wordsOf } from '../../checks/words.ts';
import type { Dockerfile } from '../../code/dockerfile.ts';
import type { Image } from '../../manifest/resource.ts';
import type { Artefact } from '../artefact.ts';
import { codeIn } from '../code-span.ts';
import type { Context } from '../context.ts';
import { COMMAND_WORDS, ENV_NAME } from '../lexicon.ts';
import type { Sentence } from '../sentence.ts';

type Stage = DockerfileCheck['stage'];

/** `multi-stage build with node:20-alpine`, `runs as non-root user (uid 1000)`, `Set WORKDIR to /app`: what a Dockerfile must have. */
export function dockerfileChecks(sentence: Sentence, context: Context, { paths, of, inherited }: Artefact): Check[] {
  const files = context.inventory.dockerfiles.filter(({ source }) => paths.includes(source.path));
  const checks: Check[] = [];
  if (paths.length === 0) return noneThere(sentence, context);
  const stage = stageOf(sentence, context, files);
  const add = (has: DockerfileFeature, says: string, at: Stage = 'any') => {
    const said = stage?.said ?? at;
    checks.push({
      is: 'dockerfile',
      paths,
      of,
      stage: said,
      has,
      says: `${paths.length === 1 ? paths[0] : 'a Dockerfile'} ${says}`,
      ...(stage?.sure === false ? { weak: true as const } : {}),
    });
  };
  permissions(sentence, (features, says) =>
    checks.push({
      is: 'any',
      says: `a Dockerfile ${says}`,
      of: features.map((has) => ({ is: 'dockerfile', paths, of, stage: 'any', has, says: `a Dockerfile ${says}` })),
    }),
  );
  runSteps(sentence, context, add);
  users(sentence, add);
  copies(sentence, context, files, add);
  programs(sentence, context, add);
  bases(sentence, files, add);
  shapeOfStages(sentence, files, add);
  ports(sentence, inherited, add);
  healthChecks(sentence, add);
  variables(sentence, add);
  folders(sentence, add);
  tools(sentence, context, add);
  created(sentence, files, (path) => checks.push({ is: 'file', path, exists: true, says: `${path} is there`, essential: true }));
  if (checks.length > 0)
    sentence.takeAll(
      /\b(?:docker|docker\s?files?|containerfiles?|container|images?|builds?|stages?|base|multi-?stage|runtime|production|production-ready|final|instructions?|directives?|user|ports?|environment|env|variables?|vars?|arguments?|args?|process|application|app|service|backend|frontend|api|web|worker|root|project|layers?|binary|source|code|dependencies|COPY|RUN)\b/i,
    );
  return checks;
}

type Add = (has: DockerfileFeature, says: string, at?: Stage) => void;

const CREATED =
  /^(?:create|add|write|implement|provide)\w*\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,2}?(?:docker|container)files?\s+for\s+(?:the\s+|both\s+|all\s+)?([\w\s,/&+-]{2,60})$/i;
const PARTS = /^(?:and|the|for|services?|servers?|applications?|apps?|images?|containers?|components?|projects?|modules?|production|deployment)$/i;

/** `Create Dockerfiles for the user and admin frontends`: where every word of it is in a Dockerfile's path, and every such path has one, they are these. */
function created(sentence: Sentence, files: readonly Dockerfile[], add: (path: string) => void): void {
  const match = CREATED.exec(sentence.text);
  if (!match) return;
  const words = match[1]!.split(/[\s,/&+-]+/).filter((word) => word !== '' && !PARTS.test(word));
  const names = files.map(({ source }) => ({ path: source.path, words: new Set(wordsOf(source.path).map(stem)) }));
  const saysOf = (word: string, { words: own }: (typeof names)[number]) =>
    LANGUAGES.find((group) => group.includes(word.toLowerCase()))?.some((each) => own.has(stem(each))) || own.has(stem(word.toLowerCase()));
  if (
    words.length === 0 ||
    !words.every((word) => names.some((name) => saysOf(word, name))) ||
    !names.every((name) => words.some((word) => saysOf(word, name)))
  )
    return;
  sentence.mark(0, sentence.text.length);
  for (const { path } of names) add(path);
}
const LANGUAGES: readonly (readonly string[])[] = [
  ['go', 'golang'],
  ['node', 'nodejs', 'javascript', 'js'],
  ['python', 'py'],
];

/** Where no file of the repository is a Dockerfile, the one that a sentence makes is missing. */
function noneThere(sentence: Sentence, context: Context): Check[] {
  if (
    !/^(?:create|add|write|provide|implement)\w*\s+(?:\S+\s+){0,4}?(?:docker|container)file\b/i.test(sentence.text) ||
    context.inventory.dockerfiles.length > 0
  )
    return [];
  return [{ is: 'absent', says: 'there is no Dockerfile in the repository', essential: true }];
}

/** The stage that a sentence is about: a numbered or named one, or the one that the steps before it are about. */
function stageOf(sentence: Sentence, context: Context, files: readonly Dockerfile[]): { said: Stage; sure: boolean } | undefined {
  const own = stageIn(sentence.text, files);
  if (own !== undefined) {
    sentence.take(/\b(?:define|add|create)?s?\s*\bstage\s+#?\d\b(?:\s*\([^()]{0,40}\))?\s*:?/i);
    return { said: own, sure: typeof own === 'string' };
  }
  if (/\bstages?\b|\b(?:docker|container)files?\b/i.test(sentence.text)) return undefined;
  for (const text of context.before().slice(0, 12)) {
    const earlier = stageIn(text, files);
    if (earlier !== undefined) return { said: earlier, sure: false };
    if (/\bstage/i.test(text)) return undefined;
  }
  return undefined;
}

function stageIn(text: string, files: readonly Dockerfile[]): Stage | undefined {
  const called = /\bFROM\s+\S+(?:\s+\S+)?\s+AS\s+([\w.-]+)/i.exec(text)?.[1];
  if (called !== undefined && files.some(({ stages }) => stages.some(({ name }) => name === called))) return called;
  const bracket = /\bstage\s+#?\d\s*[(:—–-]\s*["'`]?([a-z][\w-]*)["'`]?\s*(?=[):])/i.exec(text)?.[1];
  if (bracket !== undefined && files.some(({ stages }) => stages.some(({ name }) => name === bracket))) return bracket;
  const number = /\bstage\s+#?(\d)\b/i.exec(text)?.[1];
  if (number !== undefined && Number(number) > 0) return Number(number) - 1;
  const name = /(?<!from\s(?:the\s)?)["'`]?\b([\w.-]+)["'`]?\s+stage\b/i.exec(text)?.[1];
  if (
    name &&
    files.length > 0 &&
    files.every(({ stages }) => stages.some((stage) => stage.name?.toLowerCase() === name.toLowerCase())) &&
    !/\bcop(?:y|ies)\b/i.test(text)
  )
    return name;
  return /\b(?:final|runtime|production|last)\s+(?:stage|image)\b/i.test(text) && !/\bstages\b/i.test(text) ? 'last' : undefined;
}

interface Clause {
  readonly start: number;
  /** where what follows the verb begins */
  readonly offset: number;
  readonly rest: string;
}

/** The parts of a sentence that begin with a verb: `copy package.json, run npm ci` has two. */
function clausesWith(verb: string, { text }: Sentence): Clause[] {
  const opening = new RegExp(`(?:^|[,;:—–]\\s*|\\(\\s*|\\band\\s+|\\bthen\\s+|\\bshall\\s+|\\bstage\\s+)(?:add\\s+)?(${verb})\\s+`, 'gi');
  return Array.from(text.matchAll(opening), (match) => {
    const offset = match.index + match[0].length;
    const rest = text.slice(offset);
    const end = NEXT_VERB.exec(rest)?.index ?? rest.length;
    return { start: match.index + match[0].search(/\w/), offset, rest: rest.slice(0, end) };
  });
}
const NEXT_VERB =
  /;|\.\s|\s+and\s+(?:sets?|runs?|installs?|builds?|creates?|exposes?|uses?)\s|,\s*(?:and\s+|then\s+)?(?:runs?|cop(?:y|ies)|creates?|sets?|declares?|exposes?|extends?|installs?|generates?|uses?|non-?root|["'`]?(?:CMD|ENTRYPOINT|EXPOSE|ENV|ARG|USER|WORKDIR|HEALTHCHECK|COPY|RUN|FROM)\b)/;

/** `Run npm ci to install dependencies`: a RUN has the command, and each exact word of the rest. */
function runSteps(sentence: Sentence, context: Context, add: Add): void {
  for (const { start, offset, rest } of clausesWith('runs?', sentence)) {
    if (/^(?:as|on|in|at)\b|\b(?:non-?root|container|image)\b/i.test(rest.slice(0, 30))) continue;
    const span = codeIn(sentence, context).find((code) => code.start === offset);
    const command = span?.text ?? rest.split(/\s+(?:to|for|so|with|in|and|before|after|during|as)\s|[,;(]/)[0]!.trim();
    if (!COMMAND.test(command)) continue;
    sentence.mark(start, offset + command.length);
    const exact = sentence
      .takeWhere(/(?<![\w./-])(?:[A-Z][A-Z0-9_]*=\S*[^\s,;.)]|\.{0,2}\/[\w./-]*\w)/, ({ index }) => index! >= offset && index! < offset + rest.length)
      .map(([word]) => word);
    add({ a: 'instruction', keyword: 'RUN', holds: [command, ...exact] }, `runs ${[command, ...exact].join(' ')}`);
  }
  // why it is run states nothing of its own
  if (/^(?:add\s+)?run/i.test(sentence.text)) sentence.drop(/\bto\s+(?:install|cache|create|build|compile|download|produce|generate)\s+[\w\s-]+$/i);
}
const COMMAND = new RegExp(
  `^(?:${COMMAND_WORDS}|apt(?:-get)?|apk|yum|dnf|uv|poetry|bun|composer|bundle|chmod|chown|mkdir|adduser|addgroup|useradd|groupadd|dotnet|corepack)\\b`,
);

function users(sentence: Sentence, add: Add): void {
  const instruction = sentence.take(/\bUSER\b\s*(?:to|is|as|=|:)?\s*["']?([a-z_][\w.-]*|\d+)(?::([\w.-]+))?["']?(?=$|[\s,;.)])/);
  if (instruction) {
    const [, user, group] = instruction;
    add(
      { a: 'user', ...(/^\d+$/.test(user!) ? { number: Number(user) } : { name: user! }), ...(group ? { group } : {}) },
      `has USER ${user}${group ? `:${group}` : ''}`,
      'last',
    );
    sentence.takeAll(/\bset\b/i);
    return;
  }
  const nonRoot = sentence.take(
    /\b(?:run(?:s|ning)?\s+)?(?:as\s+)?(?:an?\s+|the\s+)?(?:dedicated\s+|unprivileged\s+)?non-?\s?root\b(?:\s+(?:user|account|execution|containers?))*/i,
  );
  const number = sentence.take(/\b(?:uid|user\s?id|user)\s*[:=]?\s*\(?(\d{1,6})\b/i);
  if (!nonRoot && !number) return;
  const named =
    nonRoot &&
    /^\s*[("'`:]*\s*(?:named\s+|called\s+|user\s+)?["'`]?([a-z_][a-z0-9_-]*)(?::([a-z_][a-z0-9_-]*))?["'`]?\s*\)/.exec(
      sentence.text.slice(nonRoot.index + nonRoot[0].length),
    );
  const name = named && !/^(?:uid|gid|user|for|per|via|see|no|not|the|least|as)$/.test(named[1]!) ? named[1]! : undefined;
  if (named && name) {
    const at = nonRoot.index + nonRoot[0].length;
    sentence.mark(at, at + named[0].length);
  }
  const group = named && name ? named[2] : undefined;
  add({ a: 'user' }, 'does not run as root', 'last');
  if (number) add({ a: 'user', number: Number(number[1]) }, `runs as user ${number[1]}`, 'last');
  if (name) add({ a: 'user', name, ...(group ? { group } : {}) }, `has USER ${name}`, 'last');
  sentence.takeAll(/\bruns?\b|\bdefines?\b|\bcontainers?\b/i);
}

/** `Copy go.mod and go.sum to working directory`, `COPY --from=builder /app/dist ./dist`. */
function copies(sentence: Sentence, context: Context, files: readonly Dockerfile[], add: Add): void {
  const isStage = (word: string) =>
    /\bstage\b/i.test(sentence.text) || files.some(({ stages }) => stages.some(({ name }) => name?.toLowerCase() === word.toLowerCase()));
  const literal = sentence.take(/\b(?:COPY|ADD)((?:\s+--[\w-]+(?:=\S+)?)*)((?:\s+[\w./*${}@-]*[./*][\w./*${}@-]*|\s+\w+(?=\s+\.))+)/);
  if (literal) {
    const words = literal[2]!.trim().split(/\s+/);
    const from = /--from=([\w./:@-]+)/.exec(literal[1]!)?.[1];
    const target = words.length > 1 ? words.pop() : undefined;
    add({ a: 'copy', sources: words, ...(target ? { destination: target } : {}), ...(from ? { from } : {}) }, `copies ${words.join(', ')}`);
    return;
  }
  for (const { start, offset, rest } of clausesWith('cop(?:y|ies|ied)', sentence)) {
    const stage = /\bfrom\s+(?:the\s+)?["'`]?([\w.-]+)["'`]?(?:\s+(?:build\s+)?stage\b:?)?|\bfrom=([\w.-]+)/i.exec(rest);
    const to = /(?:\b(?:to|into)\s+(?:the\s+)?|[→>]\s*)["'`]?(\.{0,2}\/[\w./-]*|working directory|WORKDIR|image|container|workdir)["'`]?/i.exec(rest);
    const before = (to ? rest.slice(0, to.index) : rest).replace(/\s*\([^()]*\)?[\s\S]*$/, '');
    const spans = codeIn(sentence, context).filter(
      (code) => code.start >= offset && code.end <= offset + before.length && code.text !== stage?.[1] && /^[\w.*@/{}$-]+$/.test(code.text),
    );
    const sources =
      spans.length > 0
        ? spans.map(({ text }) => text)
        : Array.from(before.matchAll(/(?<![\w=])(?:[\w.*@-]*\/[\w./*@-]*|[\w*@-]+\.[\w*]+(?:\.\w+)*)(?=$|[\s,;:)])/g), ([path]) => path.replace(/:$/, ''));
    const from = stage ? (stage[1] ?? stage[2]!) : undefined;
    if (sources.length === 0 && from === undefined) continue;
    if (from !== undefined && !isStage(from) && sources.length === 0) continue;
    const destination = to && /^[./]/.test(to[1]!) ? to[1]! : undefined;
    sentence.mark(start, offset + (to ? to.index + to[0].length : before.length));
    add(
      { a: 'copy', sources, ...(destination ? { destination } : {}), ...(from && isStage(from) ? { from } : {}) },
      `copies ${sources.join(', ') || 'something'}${from ? ` from ${from}` : ''}${destination ? ` to ${destination}` : ''}`,
    );
  }
}

/** `Set ENTRYPOINT to ["/app/x", "serve"]`, `CMD: uvicorn app.main:app`. */
function programs(sentence: Sentence, context: Context, add: Add): void {
  const match = /\b(ENTRYPOINT|CMD|[Ee]ntry-?point)\b\s*(?:to|is|with|runs?|uses?|set to|=|:)?\s*(\[[^\]]*\]|\S.*)?$/.exec(sentence.text);
  if (!match?.[2] || sentence.isExplained(match.index, match.index + 3)) return;
  const start = match.index + match[0].length - match[2].length;
  const span = codeIn(sentence, context).find((code) => code.start === start || code.start === start + 1);
  const text = (
    match[2].startsWith('[')
      ? match[2].slice(0, match[2].indexOf(']') + 1 || undefined)
      : (span?.text ?? match[2].split(/[,;()]|\s+(?:with|and|for|to|so)\s/)[0]!)
  ).trim();
  const words = text
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .map((word) => word.replace(/^["'`]+|["'`]+$/g, ''))
    .filter((word) => /[\w/]/.test(word));
  if (words.length === 0 || /^(?:exec|shell)$/.test(words[0]!)) return;
  sentence.mark(match.index, start + text.length);
  add({ a: 'program', words, by: match[1] === 'CMD' ? 'CMD' : match[1] === 'ENTRYPOINT' ? 'ENTRYPOINT' : 'either' }, `runs ${words.join(' ')}`, 'last');
}

const fullName = ({ registry, repository }: Image): string => (registry ? `${registry}/${repository}` : repository);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const REFERENCE = /(?<![\w/=:.@-])((?:[a-z0-9][\w.-]*(?::\d+)?\/)*[a-z][\w.-]*):([A-Za-z0-9_][\w.-]*)(?:@(sha256:[0-9a-f]{64}))?(?=$|[\s),;"'\]])/;
const LANGUAGE =
  /\b(node(?:\.?js)?|python|golang|go|alpine|debian|ubuntu|nginx|rust|ruby|php|openjdk|eclipse-temurin|temurin|maven|gradle|bun|deno)\b(?:[\s:-]+(?:linux\s+|image\s+)?(v?\d+(?:\.\d+)*)(\+|\s+or\s+(?:later|newer|higher|above))?)?(?:[\s-]+(alpine|slim(?:-\w+)?|bookworm|bullseye|jre|jdk)\b)?/i;
const REPOSITORY: Readonly<Record<string, string>> = { 'node.js': 'node', nodejs: 'node', go: 'golang', temurin: 'eclipse-temurin' };

function bases(sentence: Sentence, files: readonly Dockerfile[], add: Add): void {
  const platform = sentence.take(/--platform=(\S*[^\s,;.)])/);
  if (platform) add({ a: 'instruction', keyword: 'FROM', holds: [platform[0]] }, `builds with ${platform[0]}`);
  const isImage = (repository: string, tag: string): boolean => {
    const used = files.some(({ stages }) => stages.some(({ from }) => from.repository.endsWith(repository.split('/').at(-1)!)));
    return (
      used ||
      (!/^(?:port|localhost|user|uid|gid|https?|version)$/i.test(repository) && (/[a-z.]/i.test(tag) || /\//.test(repository) || LANGUAGE.test(repository)))
    );
  };
  for (const [reference, repository, tag, digest] of sentence.takeWhere(REFERENCE, ([, repository, tag]) => isImage(repository!, tag!))) {
    add({ a: 'base', repository: repository! }, `is based on ${repository}`);
    add({ a: 'base', repository: repository!, tag: tag!, ...(digest ? { digest } : {}) }, `is based on ${reference}`);
  }
  for (const repository of new Set(files.flatMap(({ stages }) => stages.map(({ from }) => fullName(from))))) {
    if (!repository.includes('/') || !sentence.take(new RegExp(`(?<![\\w./-])${escaped(repository)}(?![\\w/:-])`))) continue;
    add({ a: 'base', repository }, `is based on ${repository}`);
  }
  const elsewhere = sentence.take(
    /(?<![\w./-])((?:gcr\.io|ghcr\.io|quay\.io|docker\.io|mcr\.microsoft\.com|public\.ecr\.aws|registry\.[\w.]+\w)\/[\w./-]*\w)(?::([\w.-]*\w))?/,
  );
  if (elsewhere) add({ a: 'base', repository: elsewhere[1]!, ...(elsewhere[2] ? { tag: elsewhere[2] } : {}) }, `is based on ${elsewhere[0]}`);
  const basic = /\b(?:base image|based on|FROM|from)\b/.test(sentence.text);
  const about = /\b(?:multi-?stage|(?:docker|container)file|base|stages?)\b/i.test(sentence.text);
  for (const worded of sentence.takeWhere(LANGUAGE, ({ index, 0: whole, 2: version, 4: variant }) => {
    const role = /^\s+(?:base|build|builder|runtime|serve|image|stage)\b/i.test(sentence.text.slice(index! + whole.length));
    return Boolean(version || variant || basic || role) && Boolean(variant || basic || about);
  })) {
    const [, name, version, later, variant] = worded;
    const repository = REPOSITORY[name!.toLowerCase()] ?? name!.toLowerCase();
    add({ a: 'base', repository }, `is based on ${repository}`);
    if (version)
      add(
        { a: 'base', repository, version: version.replace(/^v/i, ''), ...(later ? { orLater: true } : {}) },
        `is based on ${repository} ${version}${later ? ' or later' : ''}`,
      );
    if (variant) add({ a: 'base', repository, variant: variant.toLowerCase() }, `is based on ${repository} ${variant}`);
  }
  const variant = sentence.take(/\b(alpine|slim|distroless|debian|ubuntu)-based\b|\b(distroless)\b(?:\s+(?:base|runtime))?(?:\s+image)?/i);
  if (variant) add({ a: 'base', variant: (variant[1] ?? variant[2]!).toLowerCase() }, `is based on ${variant[1] ?? variant[2]}`);
  const pinned = sentence.take(
    /\b(?:base\s+images?\s+(?:are\s+|is\s+)?)?pin(?:s|ned|ning)?\b(?:\s+(?:all\s+)?(?:the\s+)?base\s+images?)?(?:\s+(?:to|by|with|using)\s+(?:an?\s+)?(?:specific\s+)?(version|tag|digest|sha(?:256)?)s?)?/i,
  );
  if (pinned && sentence.has(/\bimages?\b/i)) add({ a: 'pinned base', by: /digest|sha/i.test(pinned[1] ?? '') ? 'digest' : 'version' }, `pins its base images`);
  if (sentence.text.includes('FROM')) sentence.takeAll(/\bFROM\b|\bdefine\b/);
}

function shapeOfStages(sentence: Sentence, files: readonly Dockerfile[], add: Add): void {
  const counted = sentence.take(/\b(\d|two|three|four)[\s-]+stages?\b(?:\s+(?:build|docker\s?file))?/i);
  const multi = sentence.take(/\bmulti-?\s?stage\b(?:\s+(?:docker\s+)?(?:builds?|docker\s?files?))?/i);
  const number = counted ? ({ two: 2, three: 3, four: 4 }[counted[1]!.toLowerCase()] ?? Number(counted[1])) : undefined;
  if (number !== undefined && number > 0) add({ a: 'stages', number, atLeast: false }, `has ${number} stages`);
  else if (multi) add({ a: 'stages', number: 2, atLeast: true }, 'has several stages');
  const alias = sentence.take(/\b[Aa][Ss]\s+["'`]?([a-z][\w.-]*)["'`]?(?=$|[\s,;)])/);
  const names = files.flatMap(({ stages }) => stages.flatMap(({ name }) => name ?? []));
  if (alias && (names.includes(alias[1]!) || /\bFROM\b/.test(sentence.text))) add({ a: 'stage', name: alias[1]! }, `has a stage ${alias[1]}`);
  // "builder and runner stages", "deps → builder → runner"
  const listed =
    /\b([a-z][\w-]*(?:\s*(?:,|and|\+|&|→|->|\/)\s*(?:and\s+)?[a-z][\w-]*)+)\s+stages\b|\bstages\s*[:(]\s*([a-z][\w-]*(?:\s*(?:,|and|\+|&|→|->)\s*[a-z][\w-]*)+)/.exec(
      sentence.text,
    );
  if (!listed) return;
  for (const name of (listed[1] ?? listed[2]!).split(/\s*(?:,|\band\b|\+|&|→|->|\/)\s*/).filter((word) => names.includes(word))) {
    sentence.take(new RegExp(`\\b${name}\\b`));
    add({ a: 'stage', name }, `has a stage ${name}`);
  }
}

function ports(sentence: Sentence, inherited: boolean, add: Add): void {
  const match =
    sentence.take(
      /\bexpos(?:e|es|ed|ing)\s*(?:the\s+)?(?:ports?)?\s*[:=]?\s*(\d{2,5}(?:\s*\([^()\d]{1,40}\))?(?:\s*(?:,|and|&)\s*(?:and\s+)?\d{2,5}(?:\s*\([^()\d]{1,40}\))?)*)(?![\w:])/i,
    ) ??
    sentence.take(/\bexpos(?:e|es|ed|ing)\s+(?:the\s+|container\s+)*ports?\s*(\d{2,5}(?:\s*(?:,|and|&)\s*\d{2,5})*)\b/i) ??
    (inherited ? undefined : sentence.take(/\bports?\s*[:=]?\s*(\d{2,5})\b/i));
  for (const number of (match?.[1] ?? '').match(/\d+/g) ?? []) add({ a: 'port', number: Number(number) }, `exposes ${number}`, 'last');
}

function healthChecks(sentence: Sentence, add: Add): void {
  if (!sentence.take(/\bHEALTHCHECK\b(?:\s+(?:instruction|directive))?|\bhealth[\s-]?checks?\b/i)) return;
  const holds: string[] = [];
  const path = sentence.take(
    /(?:\b(?:on|to|via|at|hits?|hitting|for|against|using|calls?|GET|endpoint)\s+|[:(]\s*)?(?<![\w/])((?:https?:\/\/)?(?:localhost|127\.0\.0\.1)?(?::\d{2,5})?\/[\w/-][\w./-]*)/i,
  );
  if (path) holds.push(path[1]!.replace(/[.,]$/, ''));
  for (const [flag, pattern] of [
    ['--interval', /\binterval\s*[=:]?\s*(\d+m?s?)\b|\bevery\s+(\d+s)\b/i],
    ['--timeout', /\btimeout\s*[=:]?\s*(\d+m?s?)\b/i],
    ['--start-period', /\bstart[_\s-]?period\s*[=:]?\s*(\d+m?s?)\b/i],
    ['--retries', /\bretries\s*[=:]?\s*(\d+)\b|\b(\d+)\s+retries\b/i],
  ] as const) {
    const match = sentence.take(pattern);
    if (match) holds.push(`${flag}=${match[1] ?? match[2]}`);
  }
  const tool = sentence.take(/\b(?:via|using|with|by)\s+(curl|wget|node|python3?|nc|pg_isready)\b/i);
  if (tool) holds.push(tool[1]!);
  sentence.takeAll(/\bendpoint\b|\bGET\b|\bconfigured\b/i);
  add({ a: 'instruction', keyword: 'HEALTHCHECK', holds }, `has a HEALTHCHECK${holds.length > 0 ? ` with ${holds.join(' ')}` : ''}`, 'last');
}

function variables(sentence: Sentence, add: Add): void {
  if (sentence.has(/\bARGs?\b|\b[Bb]uild[\s-]?arg(?:ument)?s?\b/)) {
    const names = sentence.takeWhere(
      /(?<![\w./-])([A-Z][A-Z0-9_]{2,})\b(?:=\S*[^\s,;.)])?/,
      ([, name]) => !/^(?:ARGS?|ENV|FROM|RUN|COPY|CMD|URL|API|SHA)$/.test(name!),
    );
    for (const match of names) add({ a: 'instruction', keyword: 'ARG', holds: [match[0]] }, `declares ARG ${match[0]}`);
    if (names.length > 0) sentence.takeAll(/\bARGs?\b|\bdeclare[sd]?\b|\b[Bb]uild[\s-]?arg(?:ument)?s?\b/);
    return;
  }
  const pairs = sentence.takeAll(
    /(?<![\w./-])(?:ENV\s+)?([A-Z][A-Z0-9_]{2,})\s*=\s*["']?([^\s,;"')]+[^\s,;"').])["']?|(?<![\w./-])(?:ENV\s+)?([A-Z][A-Z0-9_]{2,})\s*=\s*["']?([\w])["']?(?![\w])/,
  );
  for (const match of pairs)
    add({ a: 'variable', name: (match[1] ?? match[3])!, value: (match[2] ?? match[4])! }, `sets ${match[1] ?? match[3]}=${match[2] ?? match[4]}`);
  if (!sentence.has(/\bENV\b|\benv(?:ironment)?\s*var/i)) return;
  for (const match of sentence.takeAll(new RegExp(`\\b(?:ENV\\s+)?(${ENV_NAME}|(?<=ENV\\s)[A-Z][A-Z0-9]{2,})\\b`)))
    add({ a: 'variable', name: match[1]! }, `sets ${match[1]}`);
}

function folders(sentence: Sentence, add: Add): void {
  const match = sentence.take(/\b(?:set\s+)?(?:WORKDIR|working directory)\b\s*(?:to|is|as|of|=|:)?\s*["'`]?(\/[\w./-]*)["'`]?/i);
  if (match) add({ a: 'folder', path: match[1]!.replace(/(.)[./]$/, '$1') }, `has WORKDIR ${match[1]}`);
}

/** `Set permissions (644) on /opt/x.jar`: a RUN or a COPY says so. */
function permissions(sentence: Sentence, add: (has: readonly DockerfileFeature[], says: string) => void): void {
  const match = sentence.take(/\b(?:file\s+)?(?:permissions?|mode|chmod)\s*(?:to|of|=|:)?\s*\(?\s*(0?[0-7]{3})\b\)?/i);
  if (!match) return;
  const path = sentence.take(/(?<![\w.])\/[\w./-]+\w/)?.[0];
  const file = path === undefined ? [] : [path.slice(path.lastIndexOf('/') + 1)];
  add(
    [
      { a: 'instruction', keyword: 'RUN', holds: ['chmod', match[1]!, ...file] },
      { a: 'instruction', keyword: 'COPY', holds: [`--chmod=${match[1]}`, ...file] },
      { a: 'instruction', keyword: 'ADD', holds: [`--chmod=${match[1]}`, ...file] },
    ],
    `gives ${file[0] ?? 'files'} the mode ${match[1]}`,
  );
  sentence.takeAll(/\bset\b|\bon\b/i);
}

/** `uv-based`, `installs curl`, a command in code: some step of the build uses it. */
function tools(sentence: Sentence, context: Context, add: Add): void {
  const based = sentence.take(/\b([a-z][\w.]*)-based\b/);
  if (based) add({ a: 'word', text: based[1]! }, `uses ${based[1]}`);
  for (const { start, end, text } of codeIn(sentence, context)) {
    if (sentence.isExplained(start, end) || !new RegExp(`^(?:${COMMAND_WORDS}|uv|apk|apt-get|poetry|bun)\\s+\\S`).test(text)) continue;
    sentence.mark(start, end);
    add({ a: 'instruction', keyword: 'RUN', holds: [text] }, `runs ${text}`);
  }
  // a flag that is all of a sentence goes on about the step before it
  const flag = /^(-{1,2}[A-Za-z][\w:+=.,/%-]*)$/.exec(sentence.text)?.[1];
  if (flag) {
    sentence.mark(0, sentence.text.length);
    add({ a: 'word', text: flag }, `says ${flag}`);
  }
  const installed = /\binstall(?:s|ed|ing)?\s+/i.exec(sentence.text);
  if (!installed) return;
  if (sentence.take(/\bCA[\s-]certificates?\b(?:\s+for\s+(?:HTTPS|TLS|SSL)\b)?/i))
    add({ a: 'instruction', keyword: 'RUN', holds: ['ca-certificates'] }, 'installs ca-certificates');
  for (const { start, end, text } of codeIn(sentence, context)) {
    if (start < installed.index || sentence.isExplained(start, end) || !/^[a-z][\w.@/-]*$/.test(text)) continue;
    sentence.mark(start, end);
    const name = text.split('/').at(-1)!;
    add(/\.\w+$/.test(name) ? { a: 'word', text: name } : { a: 'instruction', keyword: 'RUN', holds: [name] }, `installs ${text}`);
  }
  sentence.takeAll(/\binstall(?:s|ed|ing)?\b/i);
}
