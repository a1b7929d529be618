import { lineOf } from '../checkout/source.ts';
import { manifestsAmbiguous, secretsUnfit } from '../errors.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { parseQuantity } from '../manifest/quantity.ts';
import { isWorkload, namespaceOf, parseImage, placeOf, type Resource } from '../manifest/resource.ts';
import { plain } from '../manifest/yaml.ts';
import type { Discovery, ServedKind } from './discovery.ts';
import { hasOwnEgress, OWN_EGRESS_LABEL, PROOF_LABEL } from './guard.ts';
import { type Move, move } from './move.ts';
import { type LiveObject, valueAt } from './object.ts';
import { fillTemplates, keysMissing, secretsNamedIn, secretValues } from './secrets.ts';

/** A manifest's object as it is sent to the cluster. */
export interface Prepared {
  /** `Deployment/api`, with the manifests' namespace behind it when they have several */
  readonly ref: string;
  readonly resource: Resource;
  readonly object: LiveObject;
  /** undefined while the manifests' own CustomResourceDefinition for it is not applied yet */
  readonly served: ServedKind | undefined;
  /** where it goes; undefined when it is cluster-scoped */
  readonly namespace: string | undefined;
  /** in which it is applied: 0 first */
  readonly phase: number;
  /** how it differs from the manifest */
  readonly changes: readonly string[];
}

/** An object of the manifests that is not sent, and why. */
export interface LeftOut {
  readonly ref: string;
  readonly resource: Resource;
  readonly because: string;
  /** `missing-kind`: the manifests are at fault, as far as this cluster goes; `not-allowed`: a choice of the user; `superseded`: another one is taken */
  readonly reason: 'missing-kind' | 'not-allowed' | 'superseded';
}

export interface Preparation {
  readonly objects: readonly Prepared[];
  readonly leftOut: readonly LeftOut[];
  /** Secrets that the user gives, and that the manifests name but do not hold: moved like theirs */
  readonly brought: readonly LiveObject[];
  /** from the manifests' namespaces to the proof's */
  readonly namespaces: ReadonlyMap<string, string>;
  /** values that no report may show */
  readonly secrets: ReadonlySet<string>;
}

export interface PrepareOptions {
  readonly namespace: string;
  readonly proof: string;
  readonly kinds: Discovery;
  readonly allowClusterScoped: boolean;
  /** replacements for images, by reference or repository */
  readonly images: ReadonlyMap<string, string>;
  /** the share of the requested CPU and memory that is asked for; 1 for all of it */
  readonly requests: number;
  /** the user's own Secrets, by name */
  readonly secrets: ReadonlyMap<string, LiveObject>;
}

const PHASES: readonly (readonly string[])[] = [
  ['CustomResourceDefinition'],
  ['ConfigMap', 'Secret', 'ResourceQuota', 'LimitRange', 'PriorityClass'],
  ['ServiceAccount'],
  ['Role', 'ClusterRole'],
  ['RoleBinding', 'ClusterRoleBinding'],
  ['StorageClass'],
  ['PersistentVolume'],
  ['PersistentVolumeClaim'],
  ['NetworkPolicy'],
  ['Service'],
  ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
  ['StatefulSet'], // databases, as a rule: what starts after them finds them
  ['Deployment', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Job', 'CronJob'],
  ['HorizontalPodAutoscaler', 'VerticalPodAutoscaler', 'PodDisruptionBudget', 'ScaledObject'],
  ['Ingress', 'HTTPRoute', 'GRPCRoute', 'TCPRoute', 'Gateway', 'IngressClass', 'GatewayClass'],
];
const CUSTOM = PHASES.findIndex((kinds) => kinds.includes('Deployment'));

const phaseOf = (kind: string): number => {
  const at = PHASES.findIndex((kinds) => kinds.includes(kind));
  return at < 0 ? CUSTOM : at;
};

/**
 * Turns manifests into what a proof applies: moved into its namespaces, templates filled in, nothing that would touch the rest of the cluster. Pure.
 * @throws Problem MANIFESTS_AMBIGUOUS, SECRETS_UNFIT
 */
export function prepare(inventory: Inventory, options: PrepareOptions): Preparation {
  const resources = inventory.resources.filter(({ kind, name }) => kind !== 'Namespace' && kind !== 'Kustomization' && name !== '');
  const namespaces = targetNamespaces(resources, options);
  const many = namespaces.size > 1;
  const services = new Set(resources.filter(({ kind }) => kind === 'Service').map(({ name }) => name));
  const templates = resources.filter((each) => each.template && each.kind === 'Secret' && !options.secrets.has(each.name) && !supersededBy(each, resources));
  const filled = fillTemplates(templates, resources);
  const ownKinds = new Set(
    resources.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ node }) => String(valueAt(plain(node), 'spec', 'names', 'kind'))),
  );

  const objects: Prepared[] = [];
  const leftOut: LeftOut[] = [];
  const secrets = new Set<string>();
  for (const resource of resources) {
    const ref = `${resource.kind}/${resource.name}${many && namespaceOf(resource) !== '' ? ` (${namespaceOf(resource)})` : ''}`;
    const leave = (reason: LeftOut['reason'], because: string) => leftOut.push({ ref, resource, reason, because });
    const served = options.kinds.find(resource.apiVersion, resource.kind);
    const clusterScoped = served ? !served.namespaced : namespaceOf(resource) === '';
    if (resource.template && resource.kind !== 'Secret') {
      leave('superseded', `${resource.source.path} is a template to be filled in and is not applied`);
      continue;
    }
    if (resource.template && !filled.has(resource) && (!options.secrets.has(resource.name) || supersededBy(resource, resources))) {
      leave('superseded', `${ref} is also given in full, so its template is not applied`);
      continue;
    }
    if (clusterScoped && !options.allowClusterScoped) {
      leave('not-allowed', `${ref} would change the whole cluster, which needs --allow-cluster-scoped`);
      continue;
    }
    if (!served && !(ownKinds.has(resource.kind) && options.allowClusterScoped)) {
      if (ownKinds.has(resource.kind)) leave('not-allowed', `${ref} needs the CustomResourceDefinition of the manifests, which needs --allow-cluster-scoped`);
      else leave('missing-kind', `the cluster has no ${resource.kind} of ${resource.apiVersion}: its CustomResourceDefinition is not installed`);
      continue;
    }
    const given = resource.kind === 'Secret' ? options.secrets.get(resource.name) : undefined;
    if (given) refuseIncomplete(given, resource);
    const { object, filled: keys } = given
      ? { object: given, filled: [] }
      : (filled.get(resource) ?? { object: plain(resource.node) as LiveObject, filled: [] });
    const copy = structuredClone(object);
    const target = clusterScoped ? undefined : namespaces.get(namespaceOf(resource));
    const changes = [
      ...keys.map((key) => `${key} has a made-up value`),
      ...(given ? ['its values are from --secrets'] : []),
      ...move(copy as never, target, { namespaces, services }),
      ...replaceImages(copy, options.images),
      ...(isWorkload(resource) ? lowerRequests(copy, resource.podPath, options.requests) : []),
      ...stayInside(copy, options.namespace),
    ];
    if (isWorkload(resource)) markEgress(copy, resource.podPath, hasOwnEgress(inventory, resource));
    if (clusterScoped) copy.metadata.labels = { ...copy.metadata.labels, [PROOF_LABEL]: options.proof };
    delete copy.status;
    for (const field of ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation'] as const) delete copy.metadata[field];
    if (copy.kind === 'Secret') for (const value of secretValues(copy)) secrets.add(value);
    objects.push({ ref, resource, object: copy, served, namespace: target, phase: phaseOf(resource.kind), changes });
  }
  refuseDoubles(objects);
  const brought = broughtSecrets(objects, options.secrets, { namespaces, services });
  for (const value of brought.flatMap(secretValues)) secrets.add(value);
  objects.sort((a, b) => a.phase - b.phase);
  return { objects, leftOut, brought, namespaces, secrets };
}

function refuseIncomplete(given: LiveObject, resource: Resource): void {
  const missing = keysMissing(given, resource);
  if (missing.length > 0)
    throw secretsUnfit(
      `Secret/${resource.name} of --secrets has no ${missing.join(', ')}, unlike the one at ${resource.source.path}:${lineOf(placeOf(resource))}`,
    );
}

/** Given Secrets that take nobody's place, in each namespace where an object names them. */
function broughtSecrets(objects: readonly Prepared[], given: ReadonlyMap<string, LiveObject>, to: Move): readonly LiveObject[] {
  const held = new Set(objects.flatMap(({ object }) => (object.kind === 'Secret' ? [object.metadata.name] : [])));
  return Array.from(given)
    .filter(([name]) => !held.has(name))
    .flatMap(([name, secret]) => {
      const users = objects.filter(({ namespace, object }) => namespace !== undefined && secretsNamedIn(object).includes(name));
      if (users.length === 0) throw secretsUnfit(`Secret/${name} of --secrets is neither in the manifests nor named by them`);
      return Array.from(new Set(users.map(({ namespace }) => namespace)), (namespace): LiveObject => {
        const { apiVersion, kind, type, data, stringData } = structuredClone(secret);
        const copy = { apiVersion, kind, metadata: { name }, ...(type ? { type } : {}), ...(data ? { data } : {}), ...(stringData ? { stringData } : {}) };
        move(copy as never, namespace, to);
        return copy;
      });
    });
}

/** Two overlays of one deployment, or a whole repository with several: applying both would prove neither. */
function refuseDoubles(objects: readonly Prepared[]): void {
  const seen = new Map<string, Prepared>();
  for (const prepared of objects) {
    const key = `${prepared.object.apiVersion.split('/')[0]} ${prepared.object.kind} ${prepared.namespace}/${prepared.object.metadata.name}`;
    const first = seen.get(key);
    const where = ({ resource }: Prepared) => `${resource.source.path}:${lineOf(placeOf(resource))}`;
    if (first) throw manifestsAmbiguous(prepared.ref, where(first), where(prepared));
    seen.set(key, prepared);
  }
}

/** The proof's namespace for the manifests' largest one; each further one gets a name behind it. */
function targetNamespaces(resources: readonly Resource[], { namespace, kinds }: PrepareOptions): Map<string, string> {
  const sizes = new Map<string, number>();
  for (const resource of resources) {
    const from = namespaceOf(resource);
    if (from !== '' && kinds.find(resource.apiVersion, resource.kind)?.namespaced !== false) sizes.set(from, (sizes.get(from) ?? 0) + 1);
  }
  const bySize = Array.from(sizes).sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  return new Map(bySize.map(([from], index) => [from, index === 0 ? namespace : `${namespace}-${from}`.slice(0, 63).replace(/-$/, '')]));
}

const supersededBy = (template: Resource, resources: readonly Resource[]): boolean =>
  resources.some((each) => !each.template && each.kind === template.kind && each.name === template.name && namespaceOf(each) === namespaceOf(template));

function replaceImages(object: LiveObject, images: ReadonlyMap<string, string>): string[] {
  const changes: string[] = [];
  const visit = (at: unknown): void => {
    if (Array.isArray(at)) at.forEach(visit);
    else if (typeof at === 'object' && at !== null) {
      const fields = at as Record<string, unknown>;
      const { image } = fields;
      const replacement = typeof image === 'string' ? (images.get(image) ?? images.get(repositoryOf(image))) : undefined;
      if (replacement && replacement !== image) {
        fields.image = replacement;
        changes.push(`image ${String(image)} is replaced by ${replacement}`);
      }
      Object.values(fields).forEach(visit);
    }
  };
  visit(object.spec);
  return changes;
}

const repositoryOf = (reference: string): string => {
  const { registry, repository } = parseImage(reference);
  return registry ? `${registry}/${repository}` : repository;
};

/** Asks for a share of the requested CPU and memory, for a cluster that is smaller than the one that the manifests are for. */
function lowerRequests(object: LiveObject, podPath: readonly string[], share: number): string[] {
  if (share === 1) return [];
  const pod = valueAt(object, ...podPath) as { initContainers?: LiveContainer[]; containers?: LiveContainer[] } | undefined;
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap(({ name, resources }) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const asked = resources?.requests?.[resource] ?? resources?.limits?.[resource]; // what is not requested is taken from the limit
      const amount = parseQuantity(String(asked ?? ''));
      if (!resources || amount === undefined) return [];
      const lower = resource === 'cpu' ? `${Math.round(amount * share * 1000) || 1}m` : String(Math.round(amount * share));
      resources.requests = { ...resources.requests, [resource]: lower };
      return [`container ${name} requests ${lower} of ${resource} instead of ${String(asked)}`];
    }),
  );
}

interface LiveContainer {
  readonly name: string;
  readonly resources?: { requests?: Record<string, unknown>; readonly limits?: Readonly<Record<string, unknown>> };
}

/** Takes out what would reach beyond the namespace: hosts that another object of the cluster may serve, and ports and addresses that only one may have. */
function stayInside(object: LiveObject, namespace: string): string[] {
  const changes: string[] = [];
  const spec = (object.spec ?? {}) as Record<string, unknown>;
  if (object.kind === 'Service') {
    for (const port of (spec.ports ?? []) as Record<string, unknown>[]) {
      if (port.nodePort === undefined) continue;
      changes.push(`nodePort ${String(port.nodePort)} is left to the cluster`);
      delete port.nodePort;
    }
    for (const field of ['clusterIP', 'loadBalancerIP'] as const) {
      if (spec[field] === undefined || spec[field] === 'None') continue;
      changes.push(`${field} is left to the cluster`);
      delete spec[field];
      delete spec.clusterIPs;
    }
  }
  if (['Ingress', 'HTTPRoute', 'GRPCRoute', 'TLSRoute'].includes(object.kind)) {
    const inside = (host: unknown) => `${String(host)}.${namespace}.invalid`;
    for (const rule of (spec.rules ?? []) as Record<string, unknown>[]) if (rule.host !== undefined) rule.host = inside(rule.host);
    for (const tls of (spec.tls ?? []) as Record<string, unknown>[]) if (Array.isArray(tls.hosts)) tls.hosts = tls.hosts.map(inside);
    if (Array.isArray(spec.hostnames)) spec.hostnames = spec.hostnames.map(inside);
    changes.push(`host names end in .${namespace}.invalid, so that no traffic or DNS record of the cluster is touched`);
  }
  return changes;
}

function markEgress(object: LiveObject, podPath: readonly string[], own: boolean): void {
  const holder = valueAt(object, ...podPath.slice(0, -1)) as { metadata?: { labels?: Record<string, string> } } | undefined;
  if (!holder) return;
  holder.metadata ??= {};
  const { [OWN_EGRESS_LABEL]: _, ...labels } = holder.metadata.labels ?? {}; // a manifest may not lift the guard
  holder.metadata.labels = own ? { ...labels, [OWN_EGRESS_LABEL]: 'own' } : labels;
}
