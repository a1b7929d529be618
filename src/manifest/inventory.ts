import type { Checkout } from '../checkout/checkout.ts';
import { Source } from '../checkout/source.ts';
import { type Dockerfile, parseDockerfile } from '../code/dockerfile.ts';
import { type EnvironmentRead, environmentReads, readsEnvironment } from '../code/environment.ts';
import { type MarkdownDocument, parseMarkdown } from '../code/markdown.ts';
import { parseScript, type Script } from '../code/shell.ts';
import type { FileProblem } from '../errors.ts';
import { chartResources } from './chart.ts';
import { type Container, dataOf, type EnvFrom, type EnvVar, isWorkload, namespaceOf, type Resource, resourcesOf, selects, type Workload } from './resource.ts';
import { get, type Node, parseYaml, stringsOf } from './yaml.ts';

/** What the repository holds that a deployment story speaks about, and the questions about it. Pure: made once from texts. */
export class Inventory {
  /** every path in the checkout, read or not */
  readonly paths: ReadonlySet<string>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly problems: readonly FileProblem[];
  readonly resources: readonly Resource[];
  /** charts whose templates are there but were not rendered: what is missing elsewhere may be in them */
  readonly unrendered: readonly string[];
  /** the documents of every YAML file that is no Kubernetes object: values, compose files, workflows */
  readonly otherYaml: ReadonlyMap<string, readonly Node[]>;

  constructor(paths: Iterable<string>, sources: Iterable<Source>, problems: readonly FileProblem[] = [], isManifest: (path: string) => boolean = () => true) {
    this.paths = new Set(paths);
    this.sources = new Map(Array.from(sources, (source) => [source.path, source]));
    const failed = [...problems];
    const resources: Resource[] = [];
    const otherYaml = new Map<string, readonly Node[]>();
    const charts = chartFolders(this.paths);
    this.unrendered = charts
      .filter((chart) => Array.from(this.paths).some((path) => path.startsWith(`${chart}templates/`)))
      .map((chart) => chart.slice(0, -1) || '.');
    for (const source of this.sources.values()) {
      if (!isYamlPath(source.path) || charts.some((chart) => source.path.startsWith(`${chart}templates/`))) continue;
      const { documents, problem } = parseYaml(source);
      if (problem) failed.push(problem);
      const other: Node[] = [];
      for (const document of documents) {
        const found = isManifest(source.path) ? resourcesOf(document, isTemplatePath(source.path)) : [];
        if (found.length > 0) resources.push(...found);
        else other.push(document);
      }
      if (other.length > 0) otherYaml.set(source.path, other);
    }
    this.problems = failed;
    this.resources = resources;
    this.otherYaml = otherYaml;
  }

  /** The same with what its charts make of their own default values; itself where there is no chart. */
  get withCharts(): Inventory {
    if (this.unrendered.length === 0) return this;
    if (!this.#withCharts) {
      const own: Pick<Inventory, 'sources' | 'problems' | 'unrendered' | 'otherYaml' | 'resources'> = {
        sources: this.sources,
        problems: this.problems,
        unrendered: this.unrendered,
        otherYaml: this.otherYaml,
        resources: [...this.resources, ...chartResources(this)],
      };
      this.#withCharts = Object.assign(new Inventory(this.paths, []), own);
      this.#withCharts.#plain = this;
      this.#withCharts.#withCharts = this.#withCharts;
    }
    return this.#withCharts;
  }
  #withCharts: Inventory | undefined;
  /** what it was made from, whose files were read already */
  #plain: Inventory | undefined;

  get workloads(): readonly Workload[] {
    return (this.#workloads ??= this.resources.filter(isWorkload));
  }
  #workloads: readonly Workload[] | undefined;

  ofKind(kind: string): readonly Resource[] {
    this.#kinds ??= Map.groupBy(this.resources, (resource) => resource.kind);
    return this.#kinds.get(kind) ?? [];
  }
  #kinds: ReadonlyMap<string, readonly Resource[]> | undefined;

  /** The object of that kind and name in the namespace that `near` lands in. */
  find(kind: string, name: string, near: Pick<Resource, 'kind' | 'namespace'>): Resource | undefined {
    this.#names ??= Map.groupBy(this.resources, (resource) => `${resource.kind}/${resource.name}`);
    return this.#names.get(`${kind}/${name}`)?.find((resource) => namespaceOf(resource) === '' || namespaceOf(resource) === namespaceOf(near));
  }
  #names: ReadonlyMap<string, readonly Resource[]> | undefined;

  /** Services that send traffic to this workload's pods. */
  servicesFor(workload: Workload): readonly Resource[] {
    if (!this.#services) {
      this.#services = new Map();
      for (const service of this.ofKind('Service')) {
        for (const selected of this.selectedBy(service)) {
          const known = this.#services.get(selected);
          if (known) known.push(service);
          else this.#services.set(selected, [service]);
        }
      }
    }
    return this.#services.get(workload) ?? [];
  }
  #services: Map<Workload, Resource[]> | undefined;

  /** Workloads whose pods a Service's `spec.selector` matches; none when it has no selector. */
  selectedBy(service: Resource): readonly Workload[] {
    const selector = stringsOf(get(service.node, 'spec', 'selector'));
    if (selector.size === 0) return [];
    this.#namespaces ??= Map.groupBy(this.workloads, namespaceOf);
    return (this.#namespaces.get(namespaceOf(service)) ?? []).filter((workload) =>
      Array.from(selector).every(([name, value]) => workload.podLabels.get(name) === value),
    );
  }
  #namespaces: ReadonlyMap<string, readonly Workload[]> | undefined;

  /** NetworkPolicies whose `podSelector` covers this workload's pods. */
  policiesFor(workload: Workload): readonly Resource[] {
    return this.ofKind('NetworkPolicy').filter(
      (policy) => namespaceOf(policy) === namespaceOf(workload) && selects(get(policy.node, 'spec', 'podSelector'), workload.podLabels),
    );
  }

  /** Who reads a ConfigMap or Secret through env or envFrom. */
  readersOf(config: Resource, key?: string): readonly { workload: Workload; container: Container; by: EnvVar | EnvFrom }[] {
    return this.workloads
      .filter((workload) => namespaceOf(workload) === namespaceOf(config))
      .flatMap((workload) =>
        [...workload.initContainers, ...workload.containers].flatMap((container) =>
          [
            ...container.env.filter(
              ({ from }) => typeof from === 'object' && from.kind === config.kind && from.name === config.name && (key === undefined || from.key === key),
            ),
            ...container.envFrom.filter((from) => from.kind === config.kind && from.name === config.name),
          ].map((by) => ({ workload, container, by })),
        ),
      );
  }

  /**
   * The variables a container starts with: `env`, and every key of what `envFrom` names.
   * `complete` is false when an envFrom source is not in the repository, so that more may be set.
   */
  environmentOf(workload: Workload, container: Container): { names: ReadonlyMap<string, EnvVar | EnvFrom>; complete: boolean } {
    const names = new Map<string, EnvVar | EnvFrom>();
    let complete = true;
    for (const from of container.envFrom) {
      const config = this.find(from.kind, from.name, workload);
      if (!config) complete = false;
      else for (const key of dataOf(config).keys()) names.set(from.prefix + key, from);
    }
    for (const variable of container.env) names.set(variable.name, variable);
    return { names, complete };
  }

  /** The documents of a YAML file that are no Kubernetes objects, or a JSON file as the one document it is; none when it cannot be parsed. */
  documentsOf(path: string): readonly Node[] {
    const known = this.otherYaml.get(path) ?? this.#json.get(path);
    if (known) return known;
    const source = /\.json$/i.test(path) ? this.sources.get(path) : undefined;
    const documents = source ? parseYaml(source).documents : [];
    this.#json.set(path, documents);
    return documents;
  }
  readonly #json = new Map<string, readonly Node[]>();

  get dockerfiles(): readonly Dockerfile[] {
    return (this.#dockerfiles ??= this.#plain?.dockerfiles ?? this.#matching(isDockerfilePath).map(parseDockerfile));
  }
  #dockerfiles: readonly Dockerfile[] | undefined;

  get scripts(): readonly Script[] {
    return (this.#scripts ??=
      this.#plain?.scripts ?? this.#matching((path, source) => /\.(?:sh|bash)$/.test(path) || /^#!.*\b(?:ba|da|k)?sh\b/.test(source.text)).map(parseScript));
  }
  #scripts: readonly Script[] | undefined;

  /** A Markdown file by its sections; parsed when somebody asks for it. */
  documentAt(path: string): MarkdownDocument | undefined {
    const source = /\.(?:md|markdown|mdx)$/i.test(path) ? this.sources.get(path) : undefined;
    if (!source) return undefined;
    let document = this.#documents.get(path);
    if (!document) this.#documents.set(path, (document = parseMarkdown(source)));
    return document;
  }
  readonly #documents = new Map<string, MarkdownDocument>();

  /** Every environment variable that the repository's own Python, TypeScript and JavaScript reads, tests left out. */
  get environmentReads(): readonly EnvironmentRead[] {
    return (this.#reads ??= this.#plain?.environmentReads ?? this.#matching((path, source) => readsEnvironment(path, source.text)).flatMap(environmentReads));
  }
  #reads: readonly EnvironmentRead[] | undefined;

  #matching(accepts: (path: string, source: Source) => boolean): Source[] {
    return Array.from(this.sources.values()).filter((source) => accepts(source.path, source));
  }
}

/** Whether a manifest would be looked for in this file. */
export const isManifestPath = (path: string, manifests: readonly string[]): boolean => isYamlPath(path) && isInside(path, manifests);

/** Whether a path is one of these files or below one of these folders; none named means everywhere. */
export const isInside = (path: string, manifests: readonly string[]): boolean =>
  manifests.length === 0 || manifests.some((root) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`));

const isYamlPath = (path: string): boolean =>
  /\.ya?ml(?:\.(?:example|sample|template|tmpl|tpl|dist))?$/.test(path) || /\.(?:example|sample|template)\.ya?ml$/.test(path);
const isTemplatePath = (path: string): boolean => /[.-](?:example|sample|template|tmpl|tpl|dist)\b/.test(path.slice(path.lastIndexOf('/') + 1));
const isDockerfilePath = (path: string): boolean =>
  /(?:^|[/.])(?:dockerfile|containerfile)(?:\.[\w.-]+)?$/i.test(path) && !/\.(?:md|dockerignore)$/i.test(path);
const isSourcePath = (path: string): boolean => /\.(?:py|ts|tsx|mts|cts|js|jsx|mjs|cjs)$/.test(path);
const isDocumentPath = (path: string): boolean =>
  /\.(?:md|markdown|mdx|txt|sh|bash|toml|ini|conf|json|env|service)$/i.test(path) ||
  /(?:^|\/)(?:Makefile|Justfile|Procfile|\.gitignore|\.dockerignore|\.env[\w.-]*)$/i.test(path);

function chartFolders(paths: ReadonlySet<string>): string[] {
  return Array.from(paths)
    .filter((path) => /(?:^|\/)Chart\.yaml$/.test(path))
    .map((path) => path.slice(0, -'Chart.yaml'.length));
}

const VENDORED = /(?:^|\/)(?:node_modules|vendor|third_party|\.venv|venv|site-packages)\//;
/** What tests feed to programs is no deployment, unless somebody names it. */
const TEST_DATA = /(?:^|\/)(?:testdata|test-data|__fixtures__|fixtures|__tests__|__snapshots__)\//;

/** Whether what lies there is part of the deployment: inside of what was named, or anywhere but in the data of tests when nothing was. */
export const isDeployed = (path: string, manifests: readonly string[]): boolean => isInside(path, manifests) && (manifests.length > 0 || !TEST_DATA.test(path));

/**
 * Reads what a review may speak about and takes stock of it.
 * @param manifests paths (files or folders) to look for manifests in; all of the repository but for the data of tests when empty
 * @param named files to read whatever their sort
 */
export async function readInventory(
  checkout: Checkout,
  manifests: readonly string[],
  signal: AbortSignal,
  named: ReadonlySet<string> = new Set(),
): Promise<Inventory> {
  const wanted = checkout.paths.filter(
    (path) => named.has(path) || (!VENDORED.test(path) && (isYamlPath(path) || isDockerfilePath(path) || isDocumentPath(path) || isSourcePath(path))),
  );
  const read = await checkout.read(wanted, signal);
  const sources = read.filter((each): each is Source => each instanceof Source);
  const problems = read.filter((each): each is FileProblem => !(each instanceof Source));
  return new Inventory(checkout.paths, sources, problems, (path) => isDeployed(path, manifests));
}
