import { stem, wordsOf } from '../checks/words.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { namespaceOf, type Resource, selects, type Workload } from '../manifest/resource.ts';
import { get, itemsOf, textOf } from '../manifest/yaml.ts';
import { synonyms } from './lexicon.ts';

/** A noun of a story and the workloads that it can mean. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly words: string;
  readonly workloads: readonly Workload[];
  /** it stands in brackets or behind a dash: said in passing */
  readonly aside: boolean;
}

/**
 * Which workload a noun means: by names, labels, images, commands and file names ("Celery workers" is the Deployment whose command runs celery).
 * A word that every workload has tells nothing apart and is no name.
 */
export class Components {
  readonly #inventory: Inventory;
  readonly #index = new Map<string, Map<Workload, number>>();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    const workloads = inventory.workloads;
    for (const workload of workloads) {
      for (const [word, weight] of wordsFor(workload)) {
        const key = stem(word);
        let holders = this.#index.get(key);
        if (!holders) this.#index.set(key, (holders = new Map()));
        holders.set(workload, Math.max(weight, holders.get(workload) ?? 0));
      }
    }
    const names = new Set(workloads.map(({ kind, name, namespace }) => `${kind}/${namespace}/${name}`)).size;
    if (names > 1) {
      for (const [word, holders] of this.#index) {
        const holding = new Set(Array.from(holders.keys(), ({ kind, name, namespace }) => `${kind}/${namespace}/${name}`)).size;
        if (holding === names) this.#index.delete(word);
      }
    }
  }

  /** Nouns that name a part of the system, in order; words next to each other are one noun. */
  mentions(text: string): Mention[] {
    const found: Mention[] = [];
    let run: { start: number; end: number; scores: Map<Workload, number> } | undefined;
    const close = () => {
      if (!run) return;
      const top = Math.max(...run.scores.values());
      const scored = Array.from(run.scores)
        .filter(([, score]) => score === top)
        .map(([workload]) => workload);
      // "basket" is the workload of that name, and not basket-db as well
      const said = text
        .slice(run.start, run.end)
        .toLowerCase()
        .replace(/[\s_]+/g, '-');
      const exact = scored.filter(({ name }) => name === said);
      const workloads = exact.length > 0 ? exact : scored;
      found.push({ start: run.start, end: run.end, words: text.slice(run.start, run.end), workloads, aside: inPassing(text, run.start) });
      run = undefined;
    };
    // names of variables, paths, URLs and images are values, not nouns
    const nouns = text.replace(/\S*(?:[A-Z0-9]_[A-Z0-9]|:\/\/|\w\/\w|\w\.(?:ya?ml|sh|md|py|ts|js|json)\b|\w=\w)\S*/g, (value) => ' '.repeat(value.length));
    for (const match of nouns.matchAll(/[A-Za-z0-9]+/g)) {
      const scores = this.#scores(match[0].toLowerCase());
      const adjacent = run && /^[\s_-]?$/.test(text.slice(run.end, match.index));
      if (!scores) {
        close();
        continue;
      }
      if (run && adjacent) {
        const both = new Map(
          Array.from(scores)
            .filter(([workload]) => run!.scores.has(workload))
            .map(([workload, score]) => [workload, score + run!.scores.get(workload)!]),
        );
        if (both.size > 0) {
          run = { start: run.start, end: match.index + match[0].length, scores: both };
          continue;
        }
      }
      close();
      run = { start: match.index, end: match.index + match[0].length, scores };
    }
    close();
    return found;
  }

  #scores(word: string): Map<Workload, number> | undefined {
    if (word.length < 2 || NO_NAME.has(word)) return undefined;
    const own = this.#index.get(stem(word));
    if (own) return own;
    for (const other of synonyms(singular(word)).slice(1)) {
      const holders = this.#index.get(stem(other));
      if (holders) return holders;
    }
    return undefined;
  }

  /** Objects of a kind that belong to these workloads: they select, scale, route to, mount or read them, or stand in the same file under the same name. */
  related(kind: string, workloads: readonly Workload[]): Resource[] {
    return this.#inventory.ofKind(kind).filter((resource) => workloads.some((workload) => this.#belongs(resource, workload)));
  }

  #belongs(resource: Resource, workload: Workload): boolean {
    const inventory = this.#inventory;
    if (namespaceOf(resource) !== namespaceOf(workload)) return false;
    switch (resource.kind) {
      case 'Service':
        return inventory.selectedBy(resource).includes(workload) || sharesName(resource, workload);
      case 'HorizontalPodAutoscaler':
        return textOf(get(resource.node, 'spec', 'scaleTargetRef', 'name')) === workload.name;
      case 'PodDisruptionBudget':
        return selects(get(resource.node, 'spec', 'selector'), workload.podLabels);
      case 'NetworkPolicy':
        return inventory.policiesFor(workload).includes(resource);
      case 'Ingress':
        return inventory.servicesFor(workload).some(({ name }) => ingressServices(resource).includes(name));
      case 'ConfigMap':
      case 'Secret':
        return (
          inventory.readersOf(resource).some((reader) => reader.workload === workload) ||
          volumeNames(workload).has(`${resource.kind}/${resource.name}`) ||
          sharesName(resource, workload)
        );
      case 'PersistentVolumeClaim':
        return volumeNames(workload).has(`PersistentVolumeClaim/${resource.name}`);
      case 'ServiceAccount':
        return textOf(get(workload.pod, 'serviceAccountName')) === resource.name;
      default:
        return resource === workload || sharesName(resource, workload);
    }
  }
}

/** Whether a bracket is open there, or a dash stands before it. */
function inPassing(text: string, at: number): boolean {
  const before = text.slice(0, at);
  return before.lastIndexOf('(') > before.lastIndexOf(')') || /\s[-–—]\s/.test(before);
}

const sharesName = (resource: Resource, workload: Workload): boolean =>
  resource.name === workload.name || resource.name.startsWith(`${workload.name}-`) || resource.source.path === workload.source.path;

function ingressServices(ingress: Resource): string[] {
  return itemsOf(get(ingress.node, 'spec', 'rules')).flatMap((rule) =>
    itemsOf(get(rule, 'http', 'paths')).flatMap((path) => textOf(get(path, 'backend', 'service', 'name')) ?? []),
  );
}

function volumeNames(workload: Workload): ReadonlySet<string> {
  const names = new Set<string>();
  for (const volume of itemsOf(get(workload.pod, 'volumes'))) {
    const claim = textOf(get(volume, 'persistentVolumeClaim', 'claimName'));
    const config = textOf(get(volume, 'configMap', 'name'));
    const secret = textOf(get(volume, 'secret', 'secretName'));
    if (claim) names.add(`PersistentVolumeClaim/${claim}`);
    if (config) names.add(`ConfigMap/${config}`);
    if (secret) names.add(`Secret/${secret}`);
  }
  return names;
}

/** Words that a story may call a workload by, each with how much it says. */
function wordsFor(workload: Workload): Map<string, number> {
  const words = new Map<string, number>();
  const add = (text: string | undefined, weight: number) => {
    if (!text) return;
    for (const word of wordsOf(text.replace(/([a-z])([A-Z])/g, '$1 $2')))
      if (!NO_NAME.has(word)) words.set(singular(word), Math.max(weight, words.get(singular(word)) ?? 0));
  };
  const file = workload.source.path.slice(workload.source.path.lastIndexOf('/') + 1).replace(/\..*$/, '');
  add(file, 1);
  for (const label of [...workload.labels.values(), ...workload.podLabels.values()]) add(label, 2);
  for (const { image, command, name } of workload.containers) {
    add(name, 2);
    add(image?.repository.split('/').at(-1), 2);
    for (const word of command.slice(0, 4)) if (!word.startsWith('-') && word.length < 60) add(word, 2);
  }
  add(workload.name, 4);
  return words;
}

const singular = (word: string): string => (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && word !== 'redis' ? word.slice(0, -1) : word);

/** Words that are in many names and say nothing about which. */
const NO_NAME = new Set(
  `app application service svc deployment deploy statefulset daemonset pod container image main src bin sh bash usr local server kubernetes k8s kube manifest manifests
  kustomize helm release production prod dev development staging base overlay default v1 v2 true false yaml yml create add config configmap secret secrets
  part of managed by name component version instance tier role test tests set run start node python npm http https data the and for with from use all
  port env environment system file files namespace cluster latest stable init job alpine slim exec cmd command args`.split(/\s+/),
);
