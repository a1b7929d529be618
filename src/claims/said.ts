import type { LiveCheck } from '../cluster/check.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { namespaceOf, type Resource, type Workload } from '../manifest/resource.ts';
import { get, textOf } from '../manifest/yaml.ts';
import type { Components } from './component.ts';
import { Sentence } from './sentence.ts';

/** What a statement about a running system may look at. */
export interface Ground {
  readonly inventory: Inventory;
  readonly components: Components;
  /** what the claim marks as code; its text no longer shows where */
  readonly code: readonly string[];
}

/** One way of saying what a cluster can tell: takes the words it understands, and asks for exactly what they say. */
export type LiveShape = (said: Said) => readonly LiveCheck[];

interface Noun {
  readonly start: number;
  readonly end: number;
  readonly workloads: readonly Workload[];
}

/**
 * A statement about a running system while it is read. It becomes checks only when every word of it is taken: what no check asks must not pass
 * with the rest.
 */
export class Said {
  readonly text: string;
  readonly inventory: Inventory;
  readonly #sentence: Sentence;
  readonly #components: Components;
  readonly #code: readonly string[];
  #nouns: readonly Noun[] | undefined;

  constructor(text: string, { inventory, components, code }: Ground) {
    this.text = text;
    this.inventory = inventory;
    this.#sentence = new Sentence(text);
    this.#components = components;
    this.#code = code;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    return this.#sentence.take(pattern);
  }

  takeAll(pattern: RegExp): readonly RegExpExecArray[] {
    return this.#sentence.takeAll(pattern);
  }

  /** Explains words wherever they are: those that go with what a shape has found. */
  drop(pattern: RegExp): void {
    this.#sentence.takeAll(pattern);
  }

  /** Long-running workloads that are named between two offsets, in order, and not in what was taken before; their names are taken. */
  servers(from = 0, to = this.text.length): readonly Workload[] {
    const inside = this.nouns.filter(({ start, end }) => from <= start && end <= to && !this.#sentence.isExplained(start, end));
    for (const { start, end } of inside) this.#sentence.mark(start, end);
    return Array.from(new Set(inside.flatMap(({ workloads }) => workloads)));
  }

  /** The workloads that a part of the text names, when it says nothing else. */
  onlyServers(from: number, to: number): readonly Workload[] {
    const inside = this.nouns.filter(({ start, end }) => from <= start && end <= to);
    let rest = this.text.slice(from, to);
    for (const { start, end } of inside) rest = rest.slice(0, start - from) + ' '.repeat(end - start) + rest.slice(end - from);
    return statedBy(rest).length > 0 ? [] : Array.from(new Set(inside.flatMap(({ workloads }) => workloads)));
  }

  /** What stands in quotes, or is code, right after an offset. */
  quotedAt(at: number): { text: string; end: number } | undefined {
    const rest = this.text.slice(at);
    const [, lead = '', quoted] = /^(\s*:?\s*(?:the\s+(?:line|text|message|words?)\s+)?)["“]([^"”]{1,200})["”]/.exec(rest) ?? [];
    if (quoted !== undefined) return { text: quoted, end: at + lead.length + quoted.length + 2 };
    const space = /^\s*:?\s*/.exec(rest)![0].length;
    const span = this.#code.find((each) => each.length <= 200 && rest.startsWith(each, space));
    return span === undefined ? undefined : { text: span, end: at + space + span.length };
  }

  mark(from: number, to: number): void {
    this.#sentence.mark(from, to);
  }

  get nouns(): readonly Noun[] {
    this.#nouns ??= this.#findNouns();
    return this.#nouns;
  }

  #findNouns(): readonly Noun[] {
    const servers = serversOf(this.inventory);
    const exact = Array.from(this.text.matchAll(/[a-z0-9][\w.-]*/gi)).flatMap(({ index, 0: token }) => {
      const word = token.toLowerCase().replace(/[.-]+$/, '');
      const workloads = servers.filter(({ name }) => name.toLowerCase() === word || `${name.toLowerCase()}s` === word);
      return workloads.length > 0 ? [{ start: index, end: index + word.length, workloads }] : [];
    });
    const others = this.#components
      .mentions(this.text)
      .map(({ start, end, workloads }) => ({ start, end, workloads: workloads.filter((workload) => servers.includes(workload)) }))
      .filter(({ start, end, workloads }) => workloads.length > 0 && !exact.some((noun) => noun.start < end && start < noun.end));
    return [...exact, ...others].sort((a, b) => a.start - b.start);
  }

  /** Whether nothing is left that states something. */
  get isWhole(): boolean {
    return statedBy(this.#sentence.open).length === 0;
  }
}

export const refOf = ({ kind, name }: Pick<Resource, 'kind' | 'name'>): string => `${kind}/${name}`;
const LONG_RUNNING = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
export const serversOf = (inventory: Inventory): readonly Workload[] => inventory.workloads.filter(({ kind }) => LONG_RUNNING.has(kind));

/** Objects of a kind that are named as words of their own; a longer name that holds a shorter one wins. */
export function named<R extends Pick<Resource, 'name'>>(text: string, resources: readonly R[]): readonly R[] {
  const words = new Set((text.toLowerCase().match(/[a-z0-9][\w.-]*/g) ?? []).map((word) => word.replace(/[.-]+$/, '')));
  return resources.filter(({ name }) => words.has(name.toLowerCase()));
}

/** The autoscalers of these workloads. */
export const scalersOf = (inventory: Inventory, workloads: readonly Workload[]): readonly Resource[] =>
  inventory.ofKind('HorizontalPodAutoscaler').filter(({ node }) => workloads.some(({ name }) => textOf(get(node, 'spec', 'scaleTargetRef', 'name')) === name));

/** Whether a namespace that a command names can be the manifests' own: one of theirs, or any but the system's where they leave it open. */
export function isOwnNamespace(namespace: string, { resources }: Inventory): boolean {
  if (resources.some((resource) => namespaceOf(resource) === namespace || (resource.kind === 'Namespace' && resource.name === namespace))) return true;
  return resources.every((resource) => resource.namespace === undefined) && !/^kube-|-system$/.test(namespace);
}

/** Words that state something: all but those that every such sentence has. Numbers and comparisons state something. */
export function statedBy(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}%][\p{L}\p{N}_./%-]*|(?<![-=])[<>≥≤](?!=?-)|≠/gu) ?? [];
  return words.map((word) => word.toLowerCase().replace(/[./-]+$/, '')).filter((word) => !COMMON.has(word));
}

const COMMON = new Set(
  `a an the of in on to for from with by as at via per it its they their this that these those is are be been being has have had should must will shall can
  verify verifies verified confirm confirms confirmed check checked checks test ensure ensures run validate validates validated wait watch see and so s
  all any each every both kubernetes k8s cluster local
  pod pods container containers deployment deployments statefulset statefulsets workload workloads service services`.split(/\s+/),
);
