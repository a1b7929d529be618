import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { isFragment } from '../manifest/kustomization.ts';
import { parseQuantity, sameQuantity } from '../manifest/quantity.ts';
import { type Image, isWorkload, parseImage, type Resource } from '../manifest/resource.ts';
import { get, itemsOf, type Node, numberOf, placeAt, textOf } from '../manifest/yaml.ts';
import { type Expected, type FragmentCheck, isResourceTarget, type Matcher, type Target } from './check.ts';
import { saysWord, scalarsBelow } from './scalars.ts';
import { runsWords } from './shell-words.ts';
import { type Evidence, quote, type SomeEvidence, type Verdict } from './verdict.ts';

/** One value that was asked for, and what stands there. */
interface Leaf {
  readonly path: string;
  readonly want: string;
  readonly got: string | undefined;
  readonly ok: boolean;
  /** the value, or the nearest thing that exists */
  readonly place: Place;
}

export function answerFragment(asked: FragmentCheck, inventory: Inventory): Verdict {
  // a patch that says nothing of it leaves it to the object that it changes
  const targets = asked.mode === 'error' ? asked.targets : asked.targets.filter((target) => !isSilentPatch(target, asked, inventory));
  const check = { ...asked, targets };
  const seen = targets.map((target) => {
    const found = locate(target, inventory);
    return found ? leavesOf(check.fragment, found.node, found.resource, inventory, found.place) : [];
  });
  if (seen.length === 0 || seen.some((leaves) => leaves.length === 0)) {
    return { is: 'unproven', because: `nothing that ${check.says} could be asked of`, evidence: [] };
  }
  if (check.mode === 'error') return absence(check, seen, inventory);
  const scores = seen.map((leaves) => leaves.filter(({ ok }) => ok).length / leaves.length);
  const best = scores.indexOf(Math.max(...scores));
  if (check.of === 'unclear' && scores.some((score) => score !== scores[0])) {
    const each = check.targets.map((target, index) => `${named(target)} ${scores[index] === 1 ? 'does' : 'does not'}`);
    return { is: 'unproven', because: `the words do not say which one is meant: ${each.slice(0, 6).join(', ')}`, evidence: evidenceOf(seen.flat()) };
  }
  const judged = check.of === 'any' ? seen[best]! : seen.flat();
  const wrong = judged.filter(({ ok }) => !ok);
  if (wrong.length === 0) return { is: 'met', because: check.says, evidence: evidenceOf(judged) };
  const because = Array.from(new Set(wrong.map((leaf) => missingItem(leaf, judged) ?? described(leaf))))
    .slice(0, 4)
    .join('; ');
  return { is: wrong.length === judged.length ? 'unmet' : 'partial', because, evidence: evidenceOf([...wrong, ...judged.filter(({ ok }) => ok)]) };
}

/** Whether a target is only a patch, and has none of the fields that are asked for, while what it changes is asked as well. */
function isSilentPatch(target: Target, { fragment, targets }: FragmentCheck, inventory: Inventory): boolean {
  if (targets.length < 2 || !isResourceTarget(target) || fragment === null || typeof fragment !== 'object' || isList(fragment) || isMatcher(fragment))
    return false;
  const found = locate(target, inventory);
  if (!found?.resource || !isFragment(inventory, found.resource) || found.resource.source.text.includes('$patch')) return false;
  if (Object.keys(fragment).some((key) => get(found.node, key))) return false;
  return targets.some((other) => {
    const same = isResourceTarget(other) && other.kind === target.kind && other.name === target.name;
    const whole = same ? locate(other, inventory)?.resource : undefined;
    return whole !== undefined && !isFragment(inventory, whole);
  });
}

/** `error`: what the fragment says must not be there in full, as chainsaw has it. */
function absence(check: FragmentCheck, seen: readonly (readonly Leaf[])[], inventory: Inventory): Verdict {
  const assumed = check.targets.find((target) => locate(target, inventory)?.resource?.assumed);
  if (assumed) return { is: 'unproven', because: `what is not in ${assumed.path} may be written by what it includes`, evidence: [] };
  const present = seen.filter((leaves) => leaves.every(({ ok }) => ok));
  if (present.length === 0) return { is: 'met', because: check.says, evidence: evidenceOf(seen.flat()) };
  const because = `${check.says}, but ${present[0]!.map(({ path, got }) => `${path} is ${got ?? 'there'}`).join(', ')}`;
  const is = check.of === 'each' && present.length < seen.length ? 'partial' : 'unmet';
  return { is, because, evidence: evidenceOf(present.flat()) };
}

/** Of a list item that is not there at all, only that: not each of its fields. */
function missingItem({ path, got }: Leaf, all: readonly Leaf[]): string | undefined {
  const item = got === undefined ? /^.*\[[^\]]+\](?=\.)/.exec(path)?.[0] : undefined;
  return item !== undefined && all.every((leaf) => !leaf.path.startsWith(`${item}.`) || leaf.got === undefined) ? `${item} is not there` : undefined;
}

const described = ({ path, want, got }: Leaf): string => {
  if (got !== undefined) return `${path} is ${got}, not ${want}`;
  if (want === 'run') return `nothing runs ${path}`;
  return want === 'set' || want === 'there' ? `${path} is not ${want}` : `${path} is not set; it should be ${want}`;
};

function evidenceOf(leaves: readonly Leaf[]): SomeEvidence {
  const found = new Map<string, Evidence>();
  for (const { place } of leaves) {
    const evidence = quote(place);
    found.set(`${evidence.path}:${evidence.lines[0]}`, evidence);
  }
  const [first, ...rest] = found.values();
  return [first!, ...rest.slice(0, 15)];
}

const named = (target: Target): string => (isResourceTarget(target) ? `${target.kind}/${target.name} (${target.path})` : target.path);

/** The node that a target names, with the resource it is in when it is in one. */
export function locate(target: Target, inventory: Inventory): { node: Node; resource: Resource | undefined; place: Place } | undefined {
  if (!isResourceTarget(target)) {
    const node = inventory.documentsOf(target.path)[target.document];
    return node && { node, resource: undefined, place: { ...node, end: node.start + 1 } };
  }
  const isMeant = ({ source, kind, name, namespace }: Resource) =>
    source.path === target.path && kind === target.kind && name === target.name && (target.namespace === undefined || namespace === target.namespace);
  const resource = inventory.resources.find(isMeant) ?? inventory.withCharts.resources.find(isMeant);
  const node = resource && get(resource.node, ...target.at);
  if (!resource) return undefined;
  return { node: node ?? resource.node, resource, place: target.at.length > 0 ? placeAt(resource.node, ...target.at) : placeAt(resource.node, 'kind') };
}

function leavesOf(want: Expected, node: Node, resource: Resource | undefined, inventory: Inventory, place: Place): Leaf[] {
  return new Matching(resource, inventory).leaves(want, node, '', place);
}

/** One fragment held against one node. The resource gives names their meaning (ports). */
class Matching {
  readonly #resource: Resource | undefined;
  readonly #inventory: Inventory;
  constructor(resource: Resource | undefined, inventory: Inventory) {
    this.#resource = resource;
    this.#inventory = inventory;
  }

  leaves(want: Expected, node: Node | undefined, path: string, place: Place): Leaf[] {
    if (isMatcher(want)) return this.#matcher(want, node, path, place);
    if (isList(want)) return want.flatMap((item) => this.#bestItem(item, node, path, place));
    if (want !== null && typeof want === 'object') {
      const keys = Object.entries(want);
      if (keys.length === 0) return [leaf(path, 'there', node, node !== undefined, place)];
      return keys.flatMap(([key, value]) => {
        const child = get(node, key);
        const at = child && node ? placeAt(node, key) : node ? smaller(node, place) : place;
        return this.leaves(value, child, path ? `${path}.${key}` : key, at);
      });
    }
    return [leaf(path, String(want), node, node?.is === 'scalar' && sameScalar(want, node, path), place)];
  }

  /** The item that fits best; with a `name`, only the item of that name counts. */
  #bestItem(want: Expected, node: Node | undefined, path: string, place: Place): Leaf[] {
    const items = itemsOf(node);
    const name = want !== null && typeof want === 'object' && !isList(want) && !isMatcher(want) ? want['name'] : undefined;
    const label = name === undefined ? `${path}[]` : `${path}[${isMatcher(name) ? '' : String(name)}]`;
    let best: { leaves: Leaf[]; score: number } | undefined;
    for (const item of items) {
      if (typeof name === 'string' && textOf(get(item, 'name')) !== name) continue;
      const leaves = this.leaves(want, item, label, item);
      const score = leaves.filter(({ ok }) => ok).length / leaves.length;
      if (!best || score > best.score) best = { leaves, score };
    }
    return best?.leaves ?? this.leaves(want, undefined, label, place);
  }

  #matcher(want: Matcher, node: Node | undefined, path: string, place: Place): Leaf[] {
    switch (want.$) {
      case 'present':
        return [leaf(path, 'set', node, node !== undefined && (node.is !== 'scalar' || node.value !== null), place)];
      case 'absent':
        return [leaf(path, 'absent', node, node === undefined && !this.#resource?.assumed, place)];
      case 'oneOf': {
        const tried = want.of.map((one) => this.leaves(one, node, path, place));
        return tried.find((leaves) => leaves.every(({ ok }) => ok)) ?? [leaf(path, want.of.map(shown).join(' or '), node, false, place)];
      }
      case 'contains': {
        const words = node?.is === 'list' ? node.items.map((item) => textOf(item) ?? '').join(' ') : textOf(node);
        return [leaf(path, `one with ${want.text}`, node, words !== undefined && squeezed(words).includes(squeezed(want.text)), place)];
      }
      case 'decoded': {
        const value = textOf(node) ?? '';
        const readings = isBase64(value) ? [value, Buffer.from(value, 'base64').toString('utf8')] : [value];
        const ok = node !== undefined && readings.some((text) => (want.whole ? text === want.text : text.includes(want.text)));
        return [leaf(path, want.whole ? want.text : `one with ${want.text}`, node, ok, place)];
      }
      case 'base64':
        return [leaf(path, 'base64', node, isBase64(textOf(node) ?? ''), place)];
      case 'port':
        return [leaf(path, String(want.number), node, this.#isPort(node, want.number), place)];
      case 'image':
        return imageLeaves(want, node, path, place);
      case 'atLeast':
        return [leaf(path, `at least ${want.number}`, node, (numberOf(node) ?? Number.NEGATIVE_INFINITY) >= want.number, place)];
      case 'somewhere': {
        const found = node && scalarsBelow(node).find(({ text }) => saysWord(text, want.text));
        return found ? [leaf(path, '', found, true, found)] : [leaf(want.text, 'there', undefined, false, place)];
      }
      case 'runs': {
        const found = (node?.is === 'list' ? node.items : node ? [node] : []).find((each) => each.is === 'scalar' && runsWords(each.text, want.words));
        return found ? [leaf(path, '', found, true, found)] : [leaf(want.words.join(' '), 'run', undefined, false, place)];
      }
      case 'deep': {
        const found = node ? Array.from(deep(node, want.key)) : [];
        if (found.length === 0) return [leaf(want.key, shown(want.value), undefined, false, place)];
        const tried = found.map(({ holder, value }) => this.leaves(want.value, value, want.key, placeAt(holder, want.key)));
        return tried.find((leaves) => leaves.every(({ ok }) => ok)) ?? tried[0]!;
      }
    }
  }

  #isPort(node: Node | undefined, number: number): boolean {
    if (numberOf(node) === number || textOf(node) === String(number)) return true;
    if (node?.is === 'map') return ['target', 'published'].some((side) => get(node, side) && this.#isPort(get(node, side), number));
    const name = textOf(node);
    if (name === undefined) return false;
    if (name.includes(':') || name.includes('/')) return composePorts(name).includes(number);
    if (!this.#resource) return false;
    const workloads = isWorkload(this.#resource) ? [this.#resource] : this.#inventory.selectedBy(this.#resource);
    const named = workloads.flatMap(({ containers }) => containers.flatMap(({ ports }) => ports)).some((port) => port.name === name && port.number === number);
    return (
      named || itemsOf(get(this.#resource.node, 'spec', 'ports')).some((port) => textOf(get(port, 'name')) === name && numberOf(get(port, 'port')) === number)
    );
  }
}

/** The ports of Compose's short form `[[address:]published:]target[/protocol]`; a default of a variable counts, a range does not. */
function composePorts(text: string): number[] {
  const parts = text
    .replace(/\/(?:tcp|udp)$/i, '')
    .replace(/\$\{\w+:?-(\d+)\}/g, '$1')
    .split(':');
  return parts.slice(-2).flatMap((part) => (/^\d+$/.test(part) ? [Number(part)] : []));
}

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
const isList = (want: Expected): want is readonly Expected[] => Array.isArray(want);
const isMatcher = (want: Expected | undefined): want is Matcher => typeof want === 'object' && want !== null && !Array.isArray(want) && '$' in want;
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

function leaf(path: string, want: string, node: Node | undefined, ok: boolean, place: Place): Leaf {
  return { path: path || 'it', want, got: node && (node.is === 'scalar' ? node.text : node.is === 'list' ? listShown(node.items) : 'set'), ok, place };
}
const listShown = (items: readonly Node[]): string =>
  `[${items
    .slice(0, 6)
    .map((item) => textOf(item) ?? '…')
    .join(', ')}]`;
const shown = (want: Expected): string => (typeof want === 'object' ? JSON.stringify(want) : String(want));

/** Of a big node only its beginning: the place of something that is not there. */
const smaller = (node: Node, place: Place): Place =>
  place.start <= node.start && place.end >= node.end && place !== node
    ? { ...place, end: Math.max(place.start + 1, node.start) }
    : { ...node, end: node.start + 1 };

function* deep(node: Node, key: string): Iterable<{ holder: Node; value: Node }> {
  if (node.is === 'list') for (const item of node.items) yield* deep(item, key);
  if (node.is !== 'map') return;
  for (const [name, { value }] of node.entries) {
    if (name === key) yield { holder: node, value };
    yield* deep(value, key);
  }
}

/** Equal as text, number or boolean; as quantities where the field holds one. */
export function sameScalar(want: string | number | boolean | null, node: Node, path: string): boolean {
  if (node.is !== 'scalar') return false;
  if (want === null) return node.value === null;
  if (node.value === want || node.text === String(want)) return true;
  if (typeof want === 'boolean') return false;
  const text = String(want);
  if (/(?:cpu|memory|storage|ephemeral-storage|sizeLimit|Quantity|averageValue)$/.test(path)) return sameQuantity(text, node.text);
  if (/(?:Reclaim|access|type|kind|protocol|capabilit|Policy)/i.test(path)) return text.toLowerCase() === node.text.toLowerCase();
  const [left, right] = [parseQuantity(text), parseQuantity(node.text)];
  return typeof node.value === 'number' && left !== undefined && left === right;
}

/** A tag that is another image tomorrow. */
export const isMoving = (tag: string): boolean => MOVING.test(tag);
const MOVING = /^(?:latest|stable|main|master|edge|nightly|dev|develop|current|rolling|lts)$/i;

/** Repository, tag and digest are answers of their own: a right image with another tag is partly right. */
function imageLeaves(want: Extract<Matcher, { $: 'image' }>, node: Node | undefined, path: string, place: Place): Leaf[] {
  const reference = textOf(node);
  const image = reference === undefined ? undefined : parseImage(reference);
  const leaves: Leaf[] = [];
  if (want.repository !== undefined) leaves.push(leaf(path, want.repository, node, image !== undefined && sameRepository(image, want.repository), place));
  if (want.tag !== undefined) leaves.push(leaf(path, `tagged ${want.tag}`, node, image?.tag === want.tag, place));
  if (want.digest !== undefined) leaves.push(leaf(path, `at ${want.digest}`, node, image?.digest === want.digest, place));
  if (want.pinned) {
    const pinned = image !== undefined && (image.digest !== undefined || (image.tag !== undefined && !isMoving(image.tag)));
    leaves.push(leaf(path, 'pinned to a version', node, pinned, place));
  }
  return leaves;
}

/** Docker Hub's `library/` and host count as left out; a name without a folder fits any folder. */
export function sameRepository(image: Image, wanted: string): boolean {
  const full = image.registry ? `${image.registry}/${image.repository}` : image.repository;
  const short = (name: string) => name.replace(/^docker\.io\//, '').replace(/^library\//, '');
  return short(full) === short(wanted) || (!wanted.includes('/') && full.split('/').at(-1) === wanted);
}
