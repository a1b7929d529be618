import type { Expected, FragmentCheck, ResourceTarget, Target } from '../checks/check.ts';
import { matchingPaths } from '../checks/file.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { type Container, isWorkload, type Resource, type Workload } from '../manifest/resource.ts';
import type { Claim } from '../story/story.ts';
import type { Components, Mention } from './component.ts';
import { KIND_PATTERN, kindOf, pathsIn, WORKLOAD_KINDS } from './lexicon.ts';

/** What a claim is about, before its words are read: from itself, its siblings and its parent. */
export interface Subject {
  /** files that it names or inherits, those it names first */
  readonly files: readonly string[];
  readonly mentions: readonly Mention[];
  /** kinds that its words name */
  readonly kinds: readonly string[];
  /** what it says is to be made is not there: a file that it names, or every kind */
  readonly missing?: string | undefined;
  /** its files are those of the item before, not of what stands above it */
  readonly nearby?: boolean;
}

/** A set of objects that words resolved to, and how. */
export interface Resolved<T> {
  readonly found: readonly T[];
  /** what else it could have been; more than one means that the words did not decide */
  readonly by: 'file' | 'name' | 'parent' | 'only one' | 'all of them';
}

/** One question of which objects are meant, and its answer, for people. */
export interface Resolution {
  readonly kinds: readonly string[];
  /** the nouns and files of the claim, or of its parent, that decided; none when nothing did */
  readonly words: readonly string[];
  readonly by: Resolved<Resource>['by'];
  readonly found: readonly Pick<Resource, 'kind' | 'name'>[];
  /** the candidates that were not meant */
  readonly others: readonly Pick<Resource, 'kind' | 'name'>[];
}

/** Everything that reading one claim may look at. */
export class Context {
  readonly inventory: Inventory;
  readonly components: Components;
  readonly claim: Claim;
  /** objects that were asked for a part of the system which has none */
  readonly strangers = new Set<string>();
  readonly own: Subject;
  readonly parent: Subject;
  readonly resolutions: Resolution[];
  /** what the story said before, nearest first: earlier claims of the same list, then those above it */
  readonly before: () => readonly string[];

  constructor(
    inventory: Inventory,
    components: Components,
    claim: Claim,
    own: Subject,
    parent: Subject,
    resolutions: Resolution[] = [],
    before: () => readonly string[] = () => [],
  ) {
    this.resolutions = resolutions;
    this.before = before;
    this.inventory = inventory;
    this.components = components;
    this.claim = claim;
    this.own = own;
    this.parent = parent;
  }

  /** The same for the claim without its number and tags: what it names stands elsewhere in it. */
  saying(text: string): Context {
    const own = subjectOf(text, this.inventory, this.components, this.claim.place.source.path);
    return new Context(this.inventory, this.components, { ...this.claim, text }, own, this.parent, this.resolutions, this.before);
  }

  /** The same for one clause of the claim, which inherits from the whole. */
  within(text: string): Context {
    const own = subjectOf(text, this.inventory, this.components, this.claim.place.source.path);
    const parent: Subject = {
      files: this.own.files.length > 0 ? this.own.files : this.parent.files,
      mentions: this.own.mentions.length > 0 ? this.own.mentions : this.parent.mentions,
      kinds: this.own.kinds.length > 0 ? this.own.kinds : this.parent.kinds,
    };
    return new Context(this.inventory, this.components, { ...this.claim, text }, own, parent, this.resolutions, () => [this.claim.text, ...this.before()]);
  }

  /** Objects of these kinds that the claim speaks of. */
  resolve(kinds: readonly string[], words: readonly Mention[] = this.own.mentions): Resolved<Resource> {
    const every = kinds.flatMap((kind) => this.inventory.ofKind(kind));
    const ours = every.filter(({ source }) => !ASIDE.test(source.path) || this.own.files.includes(source.path) || this.parent.files.includes(source.path));
    const all = ours.length > 0 ? ours : every;
    const inFiles = (files: readonly string[]) => all.filter(({ source }) => files.includes(source.path));
    const ofMentions = (mentions: readonly Mention[]) => {
      const workloads = mentions.flatMap((mention) => mention.workloads);
      return workloads.length === 0
        ? []
        : all.filter((resource) =>
            isWorkload(resource) ? workloads.includes(resource) : this.components.related(resource.kind, workloads).includes(resource),
          );
    };
    const say = (by: Resolved<Resource>['by'], found: readonly Resource[], subject?: Subject) => {
      const nouns = (subject?.mentions ?? []).filter(({ workloads }) => workloads.length > 0).map(({ words }) => words);
      this.resolutions.push({ kinds, words: [...nouns, ...(subject?.files ?? [])], by, found, others: all.filter((resource) => !found.includes(resource)) });
      return { found, by };
    };
    const meant = words.filter(({ start, workloads }) => workloads.length > 0 && /\bfor\s+(?:the\s+|our\s+)?$/i.test(this.claim.text.slice(0, start)));
    const ownFiles = inFiles(this.own.files);
    if (ownFiles.length > 0) {
      const both = ofMentions(words).filter((resource) => ownFiles.includes(resource));
      return say('file', both.length > 0 ? both : ownFiles, { ...this.own, mentions: words });
    }
    const named = ofMentions(words);
    const parentFiles = inFiles(this.parent.files);
    if (named.length > 0) {
      const both = named.filter((resource) => parentFiles.includes(resource));
      // a sub-task speaks of its file, unless it begins with another name
      if (both.length === 0 && parentFiles.length > 0 && !words.some(({ aside, start }) => !aside && start < 24))
        return say('parent', parentFiles, this.parent);
      return say('name', named.length > 1 && both.length > 0 ? both : named, { ...this.own, files: [], mentions: words });
    }
    // "HPA for the worker", where only the API has one: another's will not do
    if (meant.length > 0 && all.length > 0 && kinds.every((kind) => OF_ONE.has(kind)))
      this.strangers.add(`no ${kinds.join(' or ')} was found for ${meant[0]!.words}`);
    const parentNamed = ofMentions(this.parent.mentions);
    const shared = parentFiles.filter((resource) => parentNamed.includes(resource));
    if (shared.length > 0) return say('parent', shared, this.parent);
    // a file says more exactly what is meant than a noun that several parts of a system share
    if (parentFiles.length > 0) return say('parent', parentFiles, { ...this.parent, mentions: [] });
    if (parentNamed.length > 0) return say('parent', parentNamed, { ...this.parent, files: [] });
    const above = this.parent.mentions.find(({ aside, workloads }) => !aside && workloads.length === 1);
    if (above && words.length === 0 && all.length > 0 && kinds.every((kind) => OF_ONE.has(kind)))
      this.strangers.add(`no ${kinds.join(' or ')} was found for ${above.words}`);
    return say(all.length === 1 ? 'only one' : 'all of them', all);
  }

  workloads(words?: readonly Mention[]): Resolved<Workload> {
    const named = this.own.kinds.filter((kind) => WORKLOAD_KINDS.includes(kind) || kind === 'CronJob' || kind === 'Job');
    const resolved = this.resolve(named.length > 0 ? named : [...WORKLOAD_KINDS, 'CronJob', 'Job', 'Pod'], words);
    if (resolved.found.length === 0 && named.length > 0) return this.resolve(WORKLOAD_KINDS, words) as Resolved<Workload>;
    return resolved as Resolved<Workload>;
  }

  /** The containers that a claim speaks of: the one its words name, else all main ones. */
  containers(words?: readonly Mention[]): { container: Container; workload: Workload }[] {
    return this.workloads(words).found.flatMap((workload) => {
      const initial = /\binit[\s-]?containers?\b/i.test(this.claim.text);
      const all = (initial ? workload.initContainers : workload.containers).map((container) => ({ container, workload }));
      const named = all.filter(
        ({ container }) => all.length > 1 && container.name !== '' && new RegExp(`\\b${escaped(container.name)}\\b`, 'i').test(this.claim.text),
      );
      return named.length > 0 ? named : all;
    });
  }
}

/** Kinds of which each object belongs to a workload, which it names or selects. */
const OF_ONE = new Set(['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'Service', 'ServiceMonitor']);

/** What tests feed their subject is no part of the deployment, unless the story names it. */
const ASIDE = /(?:^|\/)(?:tests?|__tests__|fixtures?|testdata|test-data)\//i;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export const targetOf = (resource: Resource, at: readonly (string | number)[] = []): ResourceTarget => ({
  path: resource.source.path,
  kind: resource.kind,
  name: resource.name,
  ...(resource.namespace === undefined ? {} : { namespace: resource.namespace }),
  at,
});

/** A fragment asked of several objects. When words did not decide between them, each must agree: see `settle` in compile.ts. */
export const fragmentOf = (
  says: string,
  targets: readonly Target[],
  fragment: Expected,
  mode: 'assert' | 'error' = 'assert',
  of: FragmentCheck['of'] = 'each',
): FragmentCheck => ({
  is: 'fragment',
  says,
  mode,
  of,
  targets,
  fragment,
});

/** Whether another path says where that one lies: `Create redis.yaml in charts/shop/templates/redis.yaml`. */
export const isTold = (path: string, paths: readonly string[]): boolean => paths.some((other) => other.endsWith(`/${path}`));

/** The subject that a text names by itself. */
export function subjectOf(text: string, inventory: Inventory, components: Components, story: string): Subject {
  const paths = pathsIn(text);
  const written = paths.map(([path]) => path.replace(/[.,:;]+$/, ''));
  const files = written.filter((path) => !isTold(path, written)).flatMap((path) => matchingPaths(path, inventory.paths, story));
  let prose = text;
  for (const { index, 0: path } of paths) if (/[./]/.test(path)) prose = prose.slice(0, index) + ' '.repeat(path.length) + prose.slice(index + path.length);
  const kinds = Array.from(prose.matchAll(KIND_PATTERN), ([word]) => kindOf(word)).filter((kind) => kind !== undefined);
  // a file stands for the kind that it holds, unless it holds many
  const held = new Set(inventory.resources.filter(({ source }) => files.includes(source.path)).map(({ kind }) => kind));
  if (held.size <= 2) kinds.push(...held);
  return { files: Array.from(new Set(files)), mentions: components.mentions(text), kinds: Array.from(new Set(kinds)) };
}
