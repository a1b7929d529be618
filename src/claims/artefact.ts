import type { FragmentCheck } from '../checks/check.ts';
import { matchingPaths, nearest } from '../checks/file.ts';
import { stem, wordsOf } from '../checks/words.ts';
import { isTestPath } from '../code/test-names.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Context } from './context.ts';
import { EVERYDAY_KINDS, KIND_PATTERN, kindOf, pathsIn, synonyms } from './lexicon.ts';

/** Sorts of files that stories speak of like of objects, and that are none of Kubernetes'. */
export type Sort = 'dockerfile' | 'compose' | 'workflow' | 'test';

/** The files of one sort that a sentence is about. */
export interface Artefact {
  readonly sort: Sort;
  /** as the sentence writes them, when it names them */
  readonly named: readonly string[];
  readonly paths: readonly string[];
  /** several files: each where the sentence says so, else all or none */
  readonly of: FragmentCheck['of'];
  /** the sentence names no such file: it goes on about one that was named before */
  readonly inherited: boolean;
}

const PATHS: Readonly<Record<Sort, (path: string) => boolean>> = {
  dockerfile: (path) => /(?:^|[/.])(?:dockerfile|containerfile)(?:\.[\w.-]+)?$/i.test(path) && !/ignore$|\.md$/i.test(path),
  compose: (path) => /(?:^|\/)(?:[\w.-]*[.-])?compose(?:[.-][\w.-]*)?\.ya?ml$/i.test(path),
  workflow: (path) =>
    /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$|(?:^|\/)(?:\.gitlab-ci|azure-pipelines|bitbucket-pipelines)(?:[.-][\w-]+)?\.ya?ml$|(?:^|\/)\.circleci\/config\.ya?ml$/i.test(
      path,
    ),
  test: isTestPath,
};

const WORDS: readonly (readonly [Sort, RegExp])[] = [
  [
    'dockerfile',
    /\b(?:[Dd]ocker|[Cc]ontainer)files?\b|\bmulti-?stage\b|\bFROM\s+(?:--\S+\s+)?[\w./${}-]+:[\w.-]|\b(?:WORKDIR|ENTRYPOINT|HEALTHCHECK|EXPOSE|STOPSIGNAL)\b|\bCOPY --from\b|\bbase images?\b|\bARGs? for\b/,
  ],
  ['compose', /\bdocker[- ]?compose\b|\bcompose (?:files?|services?|stacks?|profiles?|projects?|overrides?|config\w*)\b/i],
  [
    'workflow',
    /^["'`]?[\w-]+["'`]?\s+job\s*[:—–-]|\bworkflow_dispatch\b|\bservice containers?\b|\bruns-on\b|\bpull_request\b|\bactions\/[\w-]+@|\bGit[Hh]ub (?:Actions?|[Ww]orkflows?)\b|\bGitLab CI\b|\bCI\/CD\b|\bCI (?:pipelines?|workflows?|jobs?|config\w*|steps?|stages?|builds?|runs?)\b|\b(?:CI|CD) workflow\b/,
  ],
  [
    'test',
    /^(?:add|write|create|implement)s?(?:d|ed)?\s+(?:[\w/-]+\s+){0,3}tests?\b(?!\s+(?:data|environment|namespace|pod|cluster|database|jobs?|steps?|stages?|workflows?|targets?|scripts?))/i,
  ],
];

/** The files that a sentence is about, when they are of one of these sorts. */
export function artefactOf(text: string, context: Context): Artefact | undefined {
  const { inventory } = context;
  const own = sortOf(text, inventory);
  if (own === 'another') return undefined;
  if (own) return artefact(own, text, context, false);
  const before = context.before();
  // "build from the Dockerfile" among the steps of a compose file is about the compose file: what was made there, not what was named in passing
  const making = before.find((earlier) => MAKING.test(earlier) && sortOf(earlier, inventory) !== undefined);
  for (const earlier of before) {
    const sort = sortOf(earlier, inventory);
    if (sort === 'another') return undefined;
    if (
      sort &&
      making !== undefined &&
      earlier !== making &&
      !/^(?:create|add|write|implement|update)/i.test(earlier) &&
      sortOf(making, inventory) !== sort &&
      isMadeFile(making)
    )
      continue;
    if (sort) return artefact(sort, text, context, true);
  }
  return undefined;
}

const MAKING = /^(?:(?:sub-?)?task\s+[\d.]+\s*[-:.–—]*\s*)?(?:[\d.]+\s+)?(?:create|add|write|implement)\b/i;
/** Whether a text is about the making of one named file. */
const isMadeFile = (text: string): boolean => filesIn(text.replace(/\([^()]*\)/g, ' ')).length === 1;

const known = new WeakMap<Inventory, Map<string, Sort | 'another' | undefined>>();

/** What a text is about by the files it names, else by its words; `another` for Kubernetes objects and their files. What stands in brackets is an aside. */
function sortOf(text: string, inventory: Inventory): Sort | 'another' | undefined {
  let texts = known.get(inventory);
  if (!texts) known.set(inventory, (texts = new Map()));
  if (!texts.has(text)) texts.set(text, sortOfMain(text.replace(/\([^()]*\)/g, ' '), inventory));
  return texts.get(text);
}

function sortOfMain(text: string, inventory: Inventory): Sort | 'another' | undefined {
  if (/^(?:[\d.]+\s+)?tests?\s*:/i.test(text)) return undefined; // by a person, or by a program when one was named before
  if (ENV_FILE.test(text) && !/\bcompose\b/i.test(text)) return 'another';
  const named = filesIn(text);
  const sortsOf = (path: string) => (Object.keys(PATHS) as Sort[]).filter((sort) => isOf(sort, path, inventory));
  const sorts = Array.from(new Set(named.flatMap(sortsOf)));
  if (sorts.length === 1) return sorts[0];
  if (sorts.length > 1) {
    const [first] = named;
    return text.indexOf(first!) < 40 ? sortsOf(first!)[0] : 'another';
  }
  if (/\b(?:liveness|readiness|startup)?\s*probes?\b/i.test(text) && !/\b(?:docker|compose|HEALTHCHECK|container ?file|image)\b/i.test(text)) return 'another';
  const [first] = WORDS.flatMap(([sort, pattern]) => {
    const match = pattern.exec(text);
    return match ? [{ sort, at: match.index }] : [];
  }).sort((a, b) => a.at - b.at);
  if (first) return first.sort;
  if (named.some((path) => isSubject(path, text))) return 'another';
  const manifests = named
    .flatMap((path) => matchingPaths(path, inventory.paths))
    .some((path) => inventory.resources.some(({ source }) => source.path === path));
  const kinds = Array.from(text.matchAll(KIND_PATTERN), ([word]) => [word, kindOf(word)] as const);
  const object = kinds.some(
    ([word, kind]) => kind !== undefined && (!EVERYDAY_KINDS.has(kind) || (/^[A-Z]/.test(word) && !text.startsWith(word) && kind !== 'Service')),
  );
  return manifests || object || /\bkubernetes\b|\bk8s\b|\bhelm\b|\bkustomize\b/i.test(text) ? 'another' : undefined;
}

/** Whether a path is of a sort, as it is written or as the file that it stands for: `ci.yml` for the workflow of that name. */
function isOf(sort: Sort, path: string, { paths }: Inventory): boolean {
  if (PATHS[sort](path)) return true;
  const found = /\.\w+$/.test(path) ? matchingPaths(path, paths) : [];
  return found.length > 0 && found.every(PATHS[sort]);
}

/** A file that a step works on (`Copy go.mod`, `build ./web`) is not what it is about. */
const isSubject = (path: string, text: string): boolean =>
  /\.\w+$/.test(path) &&
  !/\b(?:cop(?:y|ies|ied)|mount(?:s|ed)?|builds?|context|env_?\s?file|from|install(?:s|ed)?|runs?|using|entrypoint|cmd|command|volumes?)\b[^;]*$/i.test(
    text.slice(0, text.indexOf(path)).slice(-60),
  );

/** What goes into `.env` goes into a file that no repository has. */
const ENV_FILE = /^(?:add|update|set|put|write|create|fill|atualizar|adicionar|criar)\b[^\n]*\s["'`]?\.env["'`]?(?![\w.])/i;

const filesIn = (text: string): string[] => pathsIn(text).map(([path]) => path.replace(/[.,:;]+$/, ''));

function artefact(sort: Sort, text: string, context: Context, inherited: boolean): Artefact | undefined {
  const all = Array.from(context.inventory.paths).filter(PATHS[sort]);
  const { inventory } = context;
  const ofSort = (path: string) => isOf(sort, path, inventory);
  const main = filesIn(text.replace(/\([^()]*\)/g, ' ')).filter(ofSort);
  const named = main.length > 0 ? main : filesIn(text).filter(ofSort);
  const exact = named
    .filter((path) => !isBare(path))
    .flatMap((path) => matchingPaths(path, context.inventory.paths, context.claim.place.source.path).filter(PATHS[sort]));
  if (exact.length === 0 && named.some((path) => !isBare(path))) return undefined; // that it is not there is for others to say
  const paths = exact.length > 0 ? Array.from(new Set(exact)) : chosen(sort, all, text, context, inherited);
  const each = /\b(?:all|every|each|both)\b|\b(?:[Dd]ocker|[Cc]ontainer)files\b/.test(text);
  return {
    sort,
    named: named.filter((path) => !isBare(path)),
    paths,
    of: paths.length <= 1 || each ? 'each' : sort === 'workflow' || sort === 'test' ? 'any' : 'unclear',
    inherited,
  };
}

/** A name that says the sort and not which: `Dockerfile`, where several folders have one. */
const isBare = (path: string): boolean => /^(?:dockerfile|containerfile)s?$/i.test(path);

/**
 * Of several files those that the sentence's words name, or those that were named before it; else those that are used by default.
 * A sentence that goes on about a file asks what was named first.
 */
function chosen(sort: Sort, all: readonly string[], text: string, context: Context, inherited: boolean): readonly string[] {
  const ours = all.filter((path) => !ASIDE.test(path));
  const paths = nearest(ours.length > 0 ? ours : all, context.claim.place.source.path);
  if (paths.length <= 1) return paths;
  const before = context.before();
  const root = paths.filter((path) => !path.includes('/'));
  const byName = (said: string) => {
    if (root.length === 1 && AT_ROOT.test(said) && filesIn(said).some(isBare)) return root;
    const files = filesIn(said)
      .filter((path) => PATHS[sort](path) && !isBare(path))
      .flatMap((path) => matchingPaths(path, context.inventory.paths));
    return paths.filter((path) => files.includes(path));
  };
  const atRoot = byName(text);
  if (atRoot.length > 0) return atRoot;
  const named = before.map(byName).find((found) => found.length > 0);
  const [own = [], ...near] = sort === 'test' ? [] : [text, ...before.slice(0, NEAR)].map((said) => sharing(said, paths));
  const found = (inherited ? [named, own, ...near] : [own, named, ...near]).find((each) => each !== undefined && each.length > 0);
  if (found) return found;
  const usual = paths.filter((path) => DEFAULT[sort].test(path));
  return usual.length > 0 ? usual : paths;
}

const AT_ROOT = /\b(?:at|in)\s+(?:the\s+)?(?:(?:project|repo|repository|solution|monorepo)\s+)?root\b|\broot\s+(?:docker|container)file\b/i;

/** The paths that share most words with a text. */
export function sharing(said: string, paths: readonly string[]): readonly string[] {
  const words = new Set(wordsOf(said).flatMap(meanings).map(stem));
  const beside = new Set(
    wordsOf(BESIDE.exec(said)?.[0] ?? '')
      .flatMap(meanings)
      .map(stem),
  );
  const scores = paths.map((path) => {
    const own = Array.from(new Set(wordsOf(path).map(stem))).filter((word) => !IN_EACH.has(word));
    return own.filter((word) => words.has(word)).length + 2 * own.filter((word) => beside.has(word)).length;
  });
  const top = Math.max(...scores);
  return top > 0 ? paths.filter((_, index) => scores[index] === top) : [];
}

/** Words of claims farther away than this say nothing about which file is meant; a file's name does. */
const NEAR = 4;
/** The words right before what a sort is called: "the production Docker Compose". */
const BESIDE = /\b[\w-]+(?:\s+[\w-]+)?\s+(?=docker[- ]?compose|compose\b|dockerfile|containerfile|(?:ci|cd|github)\b[\w\s/]{0,12}(?:workflow|pipeline|job))/i;
const SHORT: readonly (readonly string[])[] = [
  ['prod', 'production'],
  ['dev', 'development', 'local'],
  ['stage', 'staging'],
  ['e2e', 'end-to-end'],
  ['go', 'golang'],
  ['node', 'nodejs', 'js', 'javascript'],
  ['py', 'python'],
];
const meanings = (word: string): readonly string[] => [...synonyms(word), ...SHORT.filter((group) => group.includes(word)).flat()];
const ASIDE = /(?:^|\/)(?:examples?|samples?|fixtures?|testdata|templates?|node_modules|vendor|\.devcontainer)\//i;
const IN_EACH = new Set(
  ['dockerfile', 'containerfile', 'docker', 'compose', 'yml', 'yaml', 'github', 'workflow', 'workflows', 'test', 'tests', 'py', 'ts', 'js', 'src'].map(stem),
);
/** What `docker compose` takes when nothing is said. */
const DEFAULT: Readonly<Record<Sort, RegExp>> = {
  dockerfile: /$^/,
  compose: /^(?:[^/]+\/)?(?:docker-)?compose\.ya?ml$/,
  workflow: /$^/,
  test: /$^/,
};
