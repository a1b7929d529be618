import type { Place, Source } from '../checkout/source.ts';
import { booleanOf, entriesOf, get, itemsOf, type MapNode, type Node, numberOf, placeAt, stringsOf, textOf } from './yaml.ts';

/** One Kubernetes object as a file states it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** as written; `namespaceOf` gives the one it lands in */
  readonly namespace: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly node: MapNode;
  readonly source: Source;
  /** from a file to be filled in and copied, such as secrets.yaml.example */
  readonly template: boolean;
  /** what a chart makes with its own values, as far as that can be told: more may be in it than is known */
  readonly assumed?: true;
}

/** A resource that runs pods. */
export interface Workload extends Resource {
  /** path from the resource to the pod's spec */
  readonly podPath: readonly string[];
  readonly pod: Node | undefined;
  readonly podLabels: ReadonlyMap<string, string>;
  /** without init containers */
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  /** undefined where the field is absent */
  readonly replicas: number | undefined;
}

export interface Container {
  readonly name: string;
  readonly init: boolean;
  readonly node: MapNode;
  /** path from the resource to this container */
  readonly path: readonly (string | number)[];
  readonly image: Image | undefined;
  readonly ports: readonly ContainerPort[];
  readonly env: readonly EnvVar[];
  readonly envFrom: readonly EnvFrom[];
  /** `command` and `args` as one list of words */
  readonly command: readonly string[];
}

export interface Image {
  /** as written */
  readonly reference: string;
  /** registry host, undefined for Docker Hub's short names */
  readonly registry: string | undefined;
  /** without registry, tag and digest: `library/postgres` stays as it is written */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export interface ContainerPort {
  readonly name: string | undefined;
  readonly number: number;
  readonly protocol: string;
  readonly node: Node;
}

export interface EnvVar {
  readonly name: string;
  readonly node: Node;
  readonly value: string | undefined;
  /** where the value comes from, when it is not literal */
  readonly from: { kind: 'ConfigMap' | 'Secret'; name: string; key: string; optional: boolean } | 'field' | undefined;
}

export interface EnvFrom {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly prefix: string;
  readonly optional: boolean;
  readonly node: Node;
}

const POD_PATHS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Rollout: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  Pod: ['spec'],
};

const CLUSTER_SCOPED = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'StorageClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'GatewayClass',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'APIService',
  'RuntimeClass',
  'ClusterIssuer',
]);

export const isClusterScoped = (kind: string): boolean => CLUSTER_SCOPED.has(kind);

/** The namespace an object lands in when it is applied without `-n`. */
export const namespaceOf = (resource: Pick<Resource, 'kind' | 'namespace'>): string =>
  CLUSTER_SCOPED.has(resource.kind) ? '' : (resource.namespace ?? 'default');

/**
 * The Kubernetes objects in a YAML document: one, or those of a `List`; none when it is something else (values, CI, compose).
 */
export function resourcesOf(document: Node, template: boolean): Resource[] {
  const apiVersion = textOf(get(document, 'apiVersion'));
  const kind = textOf(get(document, 'kind'));
  if (document.is !== 'map' || !apiVersion || !kind) return [];
  const items = get(document, 'items');
  if (kind.endsWith('List') && items) return itemsOf(items).flatMap((item) => resourcesOf(item, template));
  const name = textOf(get(document, 'metadata', 'name')) ?? textOf(get(document, 'metadata', 'generateName'));
  const resource: Resource = {
    apiVersion,
    kind,
    name: name ?? '',
    namespace: textOf(get(document, 'metadata', 'namespace')),
    labels: stringsOf(get(document, 'metadata', 'labels')),
    annotations: stringsOf(get(document, 'metadata', 'annotations')),
    node: document,
    source: document.source,
    template,
  };
  const podPath = POD_PATHS[kind];
  return [podPath ? workloadOf(resource, podPath) : resource];
}

export const isWorkload = (resource: Resource): resource is Workload => 'podPath' in resource;

function workloadOf(resource: Resource, podPath: readonly string[]): Workload {
  const pod = get(resource.node, ...podPath);
  const holder = podPath.slice(0, -1);
  const containersAt = (field: 'containers' | 'initContainers') =>
    itemsOf(get(pod, field)).flatMap((node, index) => (node.is === 'map' ? [containerOf(node, [...podPath, field, index], field === 'initContainers')] : []));
  return {
    ...resource,
    podPath,
    pod,
    podLabels: stringsOf(get(resource.node, ...holder, 'metadata', 'labels')),
    containers: containersAt('containers'),
    initContainers: containersAt('initContainers'),
    replicas: numberOf(get(resource.node, 'spec', 'replicas')),
  };
}

function containerOf(node: MapNode, path: readonly (string | number)[], init: boolean): Container {
  const image = textOf(get(node, 'image'));
  return {
    name: textOf(get(node, 'name')) ?? '',
    init,
    node,
    path,
    image: image ? parseImage(image) : undefined,
    ports: itemsOf(get(node, 'ports')).flatMap((port) => {
      const number = numberOf(get(port, 'containerPort'));
      return number === undefined ? [] : [{ name: textOf(get(port, 'name')), number, protocol: textOf(get(port, 'protocol')) ?? 'TCP', node: port }];
    }),
    env: itemsOf(get(node, 'env')).flatMap((item) => envVarOf(item) ?? []),
    envFrom: itemsOf(get(node, 'envFrom')).flatMap((item) => envFromOf(item) ?? []),
    command: [...itemsOf(get(node, 'command')), ...itemsOf(get(node, 'args'))].flatMap((word) => textOf(word) ?? []),
  };
}

function envVarOf(node: Node): EnvVar | undefined {
  const name = textOf(get(node, 'name'));
  if (name === undefined) return undefined;
  const from = get(node, 'valueFrom');
  for (const [kind, field] of [
    ['ConfigMap', 'configMapKeyRef'],
    ['Secret', 'secretKeyRef'],
  ] as const) {
    const reference = get(from, field);
    if (!reference) continue;
    return {
      name,
      node,
      value: undefined,
      from: {
        kind,
        name: textOf(get(reference, 'name')) ?? '',
        key: textOf(get(reference, 'key')) ?? '',
        optional: booleanOf(get(reference, 'optional')) === true,
      },
    };
  }
  return { name, node, value: textOf(get(node, 'value')) ?? (from ? undefined : ''), from: from ? 'field' : undefined };
}

function envFromOf(node: Node): EnvFrom | undefined {
  for (const [kind, field] of [
    ['ConfigMap', 'configMapRef'],
    ['Secret', 'secretRef'],
  ] as const) {
    const reference = get(node, field);
    if (!reference) continue;
    return {
      kind,
      node,
      name: textOf(get(reference, 'name')) ?? '',
      prefix: textOf(get(node, 'prefix')) ?? '',
      optional: booleanOf(get(reference, 'optional')) === true,
    };
  }
  return undefined;
}

/** Splits an image reference as Docker does: the first part is a registry when it has a dot, a colon or is `localhost`. */
export function parseImage(reference: string): Image {
  const [beforeDigest = '', digest] = reference.split('@', 2);
  const slash = beforeDigest.lastIndexOf('/');
  const colon = beforeDigest.indexOf(':', slash + 1);
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  const first = name.split('/', 1)[0]!;
  const hasRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return { reference, registry: hasRegistry ? first : undefined, repository: hasRegistry ? name.slice(first.length + 1) : name, tag, digest };
}

/** Data keys of a ConfigMap or Secret, each with its entry. */
export function dataOf(resource: Resource): ReadonlyMap<string, { key: Place; value: Node }> {
  const found = new Map<string, { key: Place; value: Node }>();
  for (const field of ['data', 'stringData', 'binaryData']) {
    for (const [name, { key, value }] of entriesOf(get(resource.node, 'spec', 'template', field) ?? get(resource.node, field))) found.set(name, { key, value });
  }
  return found;
}

/** Where a resource is named: its `metadata.name`, else its `kind`. */
export const placeOf = (resource: Resource): Place =>
  get(resource.node, 'metadata', 'name') ? placeAt(resource.node, 'metadata', 'name') : placeAt(resource.node, 'kind');

/** Whether a label selector (`matchLabels` and `matchExpressions`) matches; an empty selector matches everything. */
export function selects(selector: Node | undefined, labels: ReadonlyMap<string, string>): boolean {
  for (const [name, value] of stringsOf(get(selector, 'matchLabels'))) if (labels.get(name) !== value) return false;
  for (const expression of itemsOf(get(selector, 'matchExpressions'))) {
    const value = labels.get(textOf(get(expression, 'key')) ?? '');
    const values = itemsOf(get(expression, 'values')).flatMap((item) => textOf(item) ?? []);
    const operator = textOf(get(expression, 'operator'));
    const holds =
      operator === 'In'
        ? value !== undefined && values.includes(value)
        : operator === 'NotIn'
          ? value === undefined || !values.includes(value)
          : operator === 'Exists'
            ? value !== undefined
            : operator === 'DoesNotExist'
              ? value === undefined
              : false;
    if (!holds) return false;
  }
  return true;
}
