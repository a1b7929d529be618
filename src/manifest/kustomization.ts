import path from 'node:path';
import { Source } from '../checkout/source.ts';
import type { Inventory } from './inventory.ts';
import { once } from './once.ts';
import { isWorkload, type Resource } from './resource.ts';
import { get, itemsOf, type Node, parseYaml, textOf } from './yaml.ts';

/**
 * What the kustomizations of a repository do to its objects, as far as rules and checks must know without rendering them:
 * which objects are only pieces of others, what patches add, and which names generators and image overrides take care of.
 */
interface Kustomized {
  /** every path that a kustomization lists as a patch */
  readonly patchFiles: ReadonlySet<string>;
  readonly patches: readonly Patch[];
  /** image names that some kustomization or Skaffold file gives a tag */
  readonly images: ReadonlySet<string>;
  /** names that generators make, as `Kind/name` */
  readonly generated: ReadonlySet<string>;
  /** whether some kustomization adds labels, and with them selectors */
  readonly addsLabels: boolean;
  /** whether a kustomization also takes in a chart or a folder of another repository */
  readonly remote: readonly { readonly folder: string; readonly namespace: string | undefined }[];
}

interface Patch {
  /** undefined matches every kind or name */
  readonly kind: string | undefined;
  readonly name: string | undefined;
  /** the fields that it mentions anywhere */
  readonly words: ReadonlySet<string>;
}

const isKustomization = (file: string): boolean => /(?:^|\/)kustomization\.ya?ml$/.test(file);

export const kustomized = once((inventory: Inventory): Kustomized => {
  const patchFiles = new Set<string>();
  const patches: Patch[] = [];
  const images = new Set<string>();
  const generated = new Set<string>();
  const remote: { folder: string; namespace: string | undefined }[] = [];
  let addsLabels = false;

  const documents: Node[] = [];
  for (const [file, nodes] of inventory.otherYaml) {
    if (isKustomization(file)) documents.push(...nodes);
    if (/(?:^|\/)skaffold\.ya?ml$/.test(file)) for (const node of nodes) addSkaffoldImages(node, images);
  }
  for (const resource of inventory.resources) {
    if (resource.apiVersion.startsWith('kustomize.config.k8s.io/')) documents.push(resource.node);
    else if (resource.apiVersion.startsWith('skaffold/')) addSkaffoldImages(resource.node, images);
    else if (resource.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')) documents.push(get(resource.node, 'spec') ?? resource.node);
  }

  for (const document of documents) {
    const folder = path.posix.dirname(document.source.path);
    const inFolder = (file: string) => path.posix.normalize(path.posix.join(folder, file));
    const addPatch = (text: string | undefined, target: Node | undefined) => {
      if (text !== undefined) patches.push(...patchesIn(text, target));
    };
    for (const item of itemsOf(get(document, 'patchesStrategicMerge'))) {
      const text = textOf(item);
      if (text === undefined) continue;
      if (text.includes('\n')) addPatch(text, undefined);
      else patchFiles.add(inFolder(text));
    }
    for (const item of [...itemsOf(get(document, 'patches')), ...itemsOf(get(document, 'patchesJson6902'))]) {
      const file = textOf(get(item, 'path')) ?? textOf(item); // a bare path, as older versions took it
      if (file !== undefined) {
        patchFiles.add(inFolder(file));
        addPatch(inventory.sources.get(inFolder(file))?.text, get(item, 'target'));
      }
      addPatch(textOf(get(item, 'patch')), get(item, 'target'));
    }
    for (const item of itemsOf(get(document, 'images'))) {
      const name = textOf(get(item, 'name'));
      if (name !== undefined && (get(item, 'newTag') || get(item, 'digest'))) images.add(name);
    }
    for (const [field, kind] of [
      ['configMapGenerator', 'ConfigMap'],
      ['secretGenerator', 'Secret'],
    ] as const) {
      for (const item of itemsOf(get(document, field))) generated.add(`${kind}/${textOf(get(item, 'name'))}`);
    }
    for (const item of itemsOf(get(document, 'replicas'))) patches.push({ kind: undefined, name: textOf(get(item, 'name')), words: new Set(['replicas']) });
    addsLabels ||= get(document, 'commonLabels') !== undefined || get(document, 'labels') !== undefined;
    const takesIn = ['resources', 'bases', 'components'].flatMap((field) => itemsOf(get(document, field)).flatMap((item) => textOf(item) ?? []));
    if (get(document, 'helmCharts') || get(document, 'helmChartInflationGenerator') || get(document, 'generators') || takesIn.some(isRemote)) {
      remote.push({ folder, namespace: textOf(get(document, 'namespace')) });
    }
  }
  for (const file of patchFiles) {
    const source = inventory.sources.get(file);
    if (source) patches.push(...patchesIn(source.text, undefined));
  }
  return { patchFiles, patches, images, generated, addsLabels, remote };
});

/** `https://…`, `git@…`, `github.com/org/repo//folder?ref=…`: not a path in this repository. */
const isRemote = (resource: string): boolean => /^(?:https?|ssh|git)[:@+]|^[\w-]+\.(?:com|org|io|net)\/|\?ref=/.test(resource);

function addSkaffoldImages(document: Node, images: Set<string>): void {
  for (const item of itemsOf(get(document, 'build', 'artifacts'))) {
    const name = textOf(get(item, 'image'));
    if (name !== undefined) images.add(name);
  }
}

function patchesIn(text: string, target: Node | undefined): Patch[] {
  const words = new Set(text.match(/[A-Za-z][A-Za-z0-9]*/g));
  if (target) return [{ kind: exact(textOf(get(target, 'kind'))), name: exact(textOf(get(target, 'name'))), words }];
  return parseYaml(new Source('patch', text)).documents.map((document) => ({
    kind: textOf(get(document, 'kind')),
    name: textOf(get(document, 'metadata', 'name')),
    words,
  }));
}

/** A target may be a regular expression; one that is taken as matching everything. */
const exact = (text: string | undefined): string | undefined => (text !== undefined && /^[\w.-]*$/.test(text) ? text : undefined);

/**
 * Whether the object is only a piece of another: it stands in a file that a kustomization lists as a patch or that is called one,
 * or it could not be applied alone while an object of the same kind and name stands elsewhere.
 */
export const isFragment = (inventory: Inventory, resource: Resource): boolean => fragments(inventory).has(resource);

const fragments = once((inventory: Inventory): ReadonlySet<Resource> => {
  const { patchFiles } = kustomized(inventory);
  const wholes = new Set<string>();
  const found = new Set<Resource>();
  for (const resource of inventory.resources) if (standsAlone(resource)) wholes.add(`${resource.kind}/${resource.name}`);
  for (const resource of inventory.resources) {
    const { path: file } = resource.source;
    if (patchFiles.has(file) || CALLED_PATCH.test(file) || (!standsAlone(resource) && wholes.has(`${resource.kind}/${resource.name}`))) found.add(resource);
  }
  return found;
});

const CALLED_PATCH = /(?:^|[/_.-])patch(?:es)?(?:[/_.-]|$)/i;

/** Whether the fields are there without which the API server refuses an object of this kind. */
function standsAlone(resource: Resource): boolean {
  if (isWorkload(resource)) {
    const containers = [...resource.containers, ...resource.initContainers];
    const hasSelector = resource.apiVersion !== 'apps/v1' || get(resource.node, 'spec', 'selector') !== undefined;
    return hasSelector && containers.length > 0 && containers.every((container) => container.image !== undefined);
  }
  const { kind, node } = resource;
  if (kind === 'Service') return get(node, 'spec', 'ports') !== undefined || textOf(get(node, 'spec', 'type')) === 'ExternalName';
  if (kind === 'Ingress') return get(node, 'spec', 'rules') !== undefined || get(node, 'spec', 'defaultBackend') !== undefined;
  if (kind === 'HorizontalPodAutoscaler') return get(node, 'spec', 'scaleTargetRef') !== undefined && get(node, 'spec', 'maxReplicas') !== undefined;
  return true;
}

/** Whether a patch that aims at this object mentions the field, so that its absence here says nothing. */
export const isPatched = (inventory: Inventory, { kind, name }: Resource, field: string): boolean => {
  const { patches } = kustomized(inventory);
  if (patches.length === 0) return false;
  const known = patchedFields(inventory);
  const id = `${kind}/${name}`;
  let fields = known.get(id);
  if (!fields) {
    fields = new Set(
      patches
        .filter((patch) => (patch.kind === undefined || patch.kind === kind) && (patch.name === undefined || patch.name === name))
        .flatMap(({ words }) => Array.from(words)),
    );
    known.set(id, fields);
  }
  return fields.has(field);
};

const patchedFields = once((_inventory): Map<string, ReadonlySet<string>> => new Map());
