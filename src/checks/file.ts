import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { FileCheck } from './check.ts';
import { quote, type Verdict } from './verdict.ts';

/** @param claimed where the story names the file: the evidence for an absence */
export function answerFile(check: FileCheck, inventory: Inventory, claimed: Place): Verdict {
  const found = matchingPaths(check.path, inventory.paths, claimed.source.path);
  if (!check.exists) {
    if (found.length === 0) return { is: 'met', because: `no ${check.path} in the repository`, evidence: [quote(claimed)] };
    return { is: 'unmet', because: `${found[0]} is still there`, evidence: [firstLine(found, inventory) ?? quote(claimed)] };
  }
  if (found.length === 0) {
    const elsewhere = sameName(check.path, inventory.paths);
    if (elsewhere.length === 1 && !COMMON_NAME.test(check.path)) {
      return { is: 'partial', because: `there is no ${check.path}, but ${elsewhere[0]}`, evidence: [firstLine(elsewhere, inventory) ?? quote(claimed)] };
    }
    return { is: 'unmet', because: `there is no ${check.path} in the repository`, evidence: [quote(claimed)] };
  }
  const evidence = firstLine(found, inventory);
  // one of that name among examples is none that the story made
  if (evidence && found.every((path) => EXAMPLES.test(path)) && !EXAMPLES.test(`/${check.path}`) && !EXAMPLES.test(claimed.source.path))
    return { is: 'unproven', because: `there is no ${check.path} but ${found[0]}`, evidence: [evidence] };
  if (!evidence) return { is: 'unproven', because: `${found[0]} is there, but was not read as text`, evidence: [] };
  return { is: 'met', because: `${found.length === 1 ? found[0] : `${found.length} files`} ${found.length === 1 ? 'is' : 'are'} there`, evidence: [evidence] };
}

/** Names that many files have: one of them elsewhere is not this one moved. */
const COMMON_NAME =
  /(?:^|\/)(?:deployment|service|ingress|config(?:map)?|secrets?|kustomization|values|namespace|hpa|pvc|rbac|main|variables|outputs|index|readme|dockerfile|makefile|chart|networkpolicy|statefulset|job|cronjob|app|api|test|__init__)\.?\w*$/i;

const EXAMPLES = /(?:^|\/)(?:examples?|samples?|quickstarts?|testdata|fixtures?|__fixtures__|vendor|third_party|node_modules)\//i;

/**
 * Paths that a path of a story names: the file itself, what a `*` matches, or the files in a folder; a shorter path counts when one place ends with it.
 * @param story where the path is written: of several such places those in its own project are meant
 */
export function matchingPaths(wanted: string, paths: ReadonlySet<string>, story?: string): string[] {
  const path = wanted.replace(/^\.?\//, '');
  if (paths.has(path)) return [path];
  if (path.includes('*') || path.includes('{')) {
    const pattern = globPattern(path);
    return Array.from(paths).filter((each) => pattern.test(each));
  }
  const folder = path.endsWith('/') ? path : `${path}/`;
  const inside = Array.from(paths).filter((each) => each.startsWith(folder));
  if (inside.length > 0) return inside;
  const ending = Array.from(paths).filter((each) => each.endsWith(`/${path}`));
  if (ending.length > 0) return nearest(ending, story);
  if (!path.endsWith('/')) return [];
  const parents = new Set(
    Array.from(paths).flatMap((each) => (each.includes(`/${folder}`) ? [each.slice(0, each.indexOf(`/${folder}`) + folder.length + 1)] : [])),
  );
  return parents.size === 1 ? Array.from(paths).filter((each) => each.startsWith(Array.from(parents)[0]!)) : [];
}

/** Where stories lie says nothing about where the work lies; what is around such a folder does. */
const PLANS = /^(?:docs?|doku|documentation|specs?|openspec|stor(?:y|ies)|plans?|planning|tasks|epics|requirements|[._]?bmad.*|\..+)$/i;

/** The paths that share most of their folders with the story; all of them where none shares any. */
export function nearest(paths: readonly string[], story: string | undefined): string[] {
  const all = story?.split('/').slice(0, -1) ?? [];
  const here = `${all.join('/')}/`;
  const beside = all.length > 0 ? paths.filter((path) => path.startsWith(here) && !path.includes('/', here.length)) : [];
  if (beside.length > 0) return beside;
  const planning = all.findIndex((folder) => PLANS.test(folder));
  const folders = planning < 0 ? all : all.slice(0, planning);
  const shared = paths.map((path) => {
    const parts = path.split('/');
    const differs = folders.findIndex((folder, index) => parts[index] !== folder);
    return differs < 0 ? folders.length : differs;
  });
  const most = Math.max(...shared);
  return paths.filter((_, index) => shared[index] === most);
}

/** `*` within one path segment, `**` across them, `{a,b}` either; everything else as written. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$()|[\]\\?]/g, '\\$&')
    .replace(/\*\*\/?|\*|\{([^{}]*)\}/g, (mark, choices: string | undefined) =>
      choices !== undefined ? `(?:${choices.split(',').join('|')})` : mark === '*' ? '[^/]*' : '.*',
    );
  return new RegExp(`^${source.replaceAll('{', '\\{').replaceAll('}', '\\}')}$`);
}

function sameName(wanted: string, paths: ReadonlySet<string>): string[] {
  const name = wanted.slice(wanted.lastIndexOf('/') + 1);
  return name === '' || name.includes('*') ? [] : Array.from(paths).filter((each) => each === name || each.endsWith(`/${name}`));
}

function firstLine(paths: readonly string[], inventory: Inventory) {
  for (const path of paths) {
    const source = inventory.sources.get(path);
    if (!source) continue;
    const resource = inventory.resources.find((each) => each.source === source);
    if (resource) return quote({ source, start: resource.node.start, end: resource.node.start + 1 });
    const line = source.text.split('\n', 50).findIndex((row) => /\w/.test(row)) + 1;
    return quote({ source, start: source.offsetOf(Math.max(1, line)), end: source.offsetOf(Math.max(1, line) + 1) - 1 });
  }
  return undefined;
}
