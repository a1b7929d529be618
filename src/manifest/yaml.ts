import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import type { Place, Source } from '../checkout/source.ts';
import { type FileProblem, yamlBroken, yamlTooDeep } from '../errors.ts';

/** A YAML tree in which every node knows where it stands. Aliases share the node of their anchor. */
export type Node = MapNode | ListNode | ScalarNode;

interface NodeBase extends Place {
  /** nodes below and including this one, aliases counted each time they are used */
  readonly size: number;
}
export interface MapNode extends NodeBase {
  readonly is: 'map';
  /** in file order; what `<<` merges comes after what the map says itself */
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  readonly key: ScalarNode;
  readonly value: Node;
}
export interface ListNode extends NodeBase {
  readonly is: 'list';
  readonly items: readonly Node[];
}
export interface ScalarNode extends NodeBase {
  readonly is: 'scalar';
  /** as the API server's decoder reads it (YAML 1.1: `yes` is true, 0644 is octal) */
  readonly value: string | number | boolean | null;
  /** the decoded text, before it was given a type */
  readonly text: string;
}

const MAX_DEPTH = 100;
const MAX_NODES = 200_000;

/**
 * The documents of a YAML file, empty ones left out.
 * @returns documents, or a problem with the line (YAML_BROKEN, YAML_BOUNDS) when the file cannot be used
 */
export function parseYaml(source: Source): { documents: Node[]; problem?: FileProblem } {
  let events: Event[];
  try {
    events = parseEvents(source.text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    return { documents: [], problem: { path: source.path, line, problem: yamlBroken(source.path, line, new Error(error.reason)) } };
  }
  try {
    return { documents: new Builder(source, events).documents() };
  } catch (error) {
    if (!(error instanceof Bounds)) throw error;
    const { line } = source.position(error.offset);
    return { documents: [], problem: { path: source.path, line, problem: yamlTooDeep(source.path, `${error.message} at line ${line}`) } };
  }
}

class Bounds extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

class Builder {
  readonly #source: Source;
  readonly #events: Event[];
  #next = 0;
  #anchors = new Map<string, Node>();
  #last = 0;

  constructor(source: Source, events: Event[]) {
    this.#source = source;
    this.#events = events;
  }

  documents(): Node[] {
    const found: Node[] = [];
    while (this.#next < this.#events.length) {
      const event = this.#events[this.#next++]!;
      if (event.type !== EVENT_ID.DOCUMENT) continue;
      this.#anchors = new Map();
      while (this.#events[this.#next]!.type !== EVENT_ID.POP) {
        const node = this.#node();
        if (node.is !== 'scalar' || node.text !== '') found.push(node);
      }
      this.#next++;
    }
    return found;
  }

  #node(): Node {
    const event = this.#events[this.#next++]!;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event));
      case EVENT_ID.ALIAS: {
        const name = this.#source.text.slice(event.anchorStart, event.anchorEnd);
        const target = this.#anchors.get(name);
        if (!target) throw new Bounds(`uses the alias *${name} before its anchor`, event.anchorStart);
        this.#last = event.anchorEnd;
        return target;
      }
      case EVENT_ID.SEQUENCE: {
        const items: Node[] = [];
        while (this.#events[this.#next]!.type !== EVENT_ID.POP) items.push(this.#node());
        this.#next++;
        return this.#anchored(event, { ...this.#span(event.start, items), is: 'list', items });
      }
      case EVENT_ID.MAPPING:
        return this.#anchored(event, this.#map(event.start));
      default:
        throw new Error(`unexpected YAML event ${event.type}`);
    }
  }

  #map(start: number): MapNode {
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    const children: Node[] = [];
    while (this.#events[this.#next]!.type !== EVENT_ID.POP) {
      const key = this.#node();
      const value = this.#node();
      children.push(key, value);
      if (key.is !== 'scalar') continue; // a map as a key means nothing to Kubernetes
      if (key.text === '<<') merged.push(...(value.is === 'list' ? value.items : [value]));
      else entries.set(key.text, { key, value });
    }
    this.#next++;
    for (const from of merged) {
      if (from.is !== 'map') continue;
      for (const [name, entry] of from.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return { ...this.#span(start, children), is: 'map', entries };
  }

  #scalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): ScalarNode {
    const empty = event.valueStart < 0;
    const text = getScalarValue(this.#source.text, event);
    const start = empty ? this.#last : event.valueStart;
    const end = empty ? start : event.valueEnd;
    this.#last = end;
    const tag = event.tagStart < 0 ? '' : this.#source.text.slice(event.tagStart, event.tagEnd);
    const plain = event.style === SCALAR_STYLE.PLAIN && tag !== '!!str' && tag !== '!';
    return { source: this.#source, start, end, size: 1, is: 'scalar', text, value: plain ? typed(text) : text };
  }

  #span(start: number, children: readonly Node[]) {
    let size = 1;
    for (const child of children) size += child.size;
    if (size > MAX_NODES) throw new Bounds(`expands to more than ${MAX_NODES} values`, start);
    return { source: this.#source, start, end: Math.max(start, this.#last), size };
  }

  #anchored(event: { anchorStart: number; anchorEnd: number }, node: Node): Node {
    if (event.anchorStart >= 0) this.#anchors.set(this.#source.text.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }
}

const WORDS = new Map<string, boolean | null>([
  ['', null],
  ['~', null],
]);
for (const word of ['null']) for (const form of forms(word)) WORDS.set(form, null);
for (const word of ['true', 'yes', 'on', 'y']) for (const form of forms(word)) WORDS.set(form, true);
for (const word of ['false', 'no', 'off', 'n']) for (const form of forms(word)) WORDS.set(form, false);

function forms(word: string): string[] {
  return [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()];
}

/** A plain scalar's type by the YAML 1.1 rules that the API server's decoder (sigs.k8s.io/yaml) follows. */
function typed(text: string): string | number | boolean | null {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  if (/^[-+]?(?:0|[1-9][0-9_]*)$/.test(text)) return Number(text.replaceAll('_', ''));
  if (/^0o?[0-7]+$/.test(text)) return Number.parseInt(text.replace('o', ''), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text) || /^0b[01]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  return text;
}

// --- looking into a tree ---

/** The node at `path`, or undefined. A number is an index into a list. */
export function get(node: Node | undefined, ...path: readonly (string | number)[]): Node | undefined {
  let at = node;
  for (const step of path) {
    if (at?.is === 'map') at = at.entries.get(String(step))?.value;
    else if (at?.is === 'list' && typeof step === 'number') at = at.items[step];
    else return undefined;
  }
  return at;
}

/** The place of `path`, or, when there is none, of its nearest ancestor that exists; a map's value begins at its key. */
export function placeAt(node: Node, ...path: readonly (string | number)[]): Place {
  let at: Node = node;
  let place: Place = node;
  for (const step of path) {
    const entry: Entry | undefined = at.is === 'map' ? at.entries.get(String(step)) : undefined;
    const item = at.is === 'list' && typeof step === 'number' ? at.items[step] : undefined;
    if (entry) {
      place = { source: entry.key.source, start: entry.key.start, end: Math.max(entry.key.end, entry.value.end) };
      at = entry.value;
    } else if (item) {
      place = item;
      at = item;
    } else break;
  }
  return place;
}

export const itemsOf = (node: Node | undefined): readonly Node[] => (node?.is === 'list' ? node.items : []);
export const entriesOf = (node: Node | undefined): ReadonlyMap<string, Entry> => (node?.is === 'map' ? node.entries : NO_ENTRIES);
const NO_ENTRIES: ReadonlyMap<string, Entry> = new Map();

/** A scalar as text, numbers and booleans as written; undefined for null, maps and lists. */
export const textOf = (node: Node | undefined): string | undefined => (node?.is === 'scalar' && node.value !== null ? node.text : undefined);
export const numberOf = (node: Node | undefined): number | undefined => (node?.is === 'scalar' && typeof node.value === 'number' ? node.value : undefined);
export const booleanOf = (node: Node | undefined): boolean | undefined => (node?.is === 'scalar' && typeof node.value === 'boolean' ? node.value : undefined);

/** A map of strings, e.g. labels. */
export function stringsOf(node: Node | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, { value }] of entriesOf(node)) if (value.is === 'scalar') found.set(name, value.text);
  return found;
}

/** The plain value: maps become objects, lists arrays. */
export function plain(node: Node): unknown {
  if (node.is === 'scalar') return node.value;
  if (node.is === 'list') return node.items.map(plain);
  return Object.fromEntries(Array.from(node.entries, ([name, { value }]) => [name, plain(value)]));
}
