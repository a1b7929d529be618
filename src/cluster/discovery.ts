import { type Api, ApiError } from './api.ts';

/** One kind that a cluster serves. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** as in paths: `deployments` */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What a cluster serves, by `apiVersion` and `kind`. */
export interface Discovery {
  find(apiVersion: string, kind: string): ServedKind | undefined;
  readonly all: readonly ServedKind[];
}

interface GroupDiscovery {
  metadata?: { name?: string };
  versions?: {
    version: string;
    freshness?: string;
    resources?: { resource: string; responseKind?: { kind: string }; scope: string; verbs: string[] }[];
  }[];
}

/**
 * All kinds in two requests: aggregated discovery, stable since Kubernetes 1.30 and on by default since 1.27
 * (kubernetes.io/docs/concepts/overview/kubernetes-api).
 */
export async function discover(api: Api, signal: AbortSignal): Promise<Discovery> {
  const accept = ['v2', 'v2beta1'].map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`).join(',');
  const lists = await Promise.all(['/api', '/apis'].map((path) => api.json<{ kind: string; items?: GroupDiscovery[] }>(path, { accept, signal })));
  if (lists.some(({ kind }) => kind !== 'APIGroupDiscoveryList'))
    throw new ApiError(406, 'the API server has no aggregated discovery (Kubernetes before 1.27)');
  const all = lists.flatMap(({ items = [] }) =>
    items.flatMap(({ metadata, versions = [] }) =>
      versions.flatMap(({ version, resources = [] }) =>
        resources.map(
          ({ resource, responseKind, scope, verbs }): ServedKind => ({
            group: metadata?.name ?? '',
            version,
            kind: responseKind?.kind ?? '',
            plural: resource,
            namespaced: scope === 'Namespaced',
            verbs,
          }),
        ),
      ),
    ),
  );
  const byName = new Map(all.map((served) => [`${apiVersionOf(served)} ${served.kind}`, served]));
  return { all, find: (apiVersion, kind) => byName.get(`${apiVersion} ${kind}`) };
}

export const apiVersionOf = ({ group, version }: Pick<ServedKind, 'group' | 'version'>): string => (group ? `${group}/${version}` : version);

/** The path of an object, or of all objects when `name` is absent. */
export function pathOf(served: Pick<ServedKind, 'group' | 'version' | 'plural' | 'namespaced'>, namespace: string | undefined, name?: string): string {
  const root = served.group ? `/apis/${served.group}/${served.version}` : `/api/${served.version}`;
  const inNamespace = served.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${inNamespace}/${served.plural}${name ? `/${encodeURIComponent(name)}` : ''}`;
}

const builtIn = (group: string, version: string, plural: string, kind: string, namespaced = true): ServedKind => ({
  group,
  version,
  kind,
  plural,
  namespaced,
  verbs: [],
});

/** Kinds that every cluster serves and that we read or write ourselves. */
export const KIND = {
  namespace: builtIn('', 'v1', 'namespaces', 'Namespace', false),
  node: builtIn('', 'v1', 'nodes', 'Node', false),
  pod: builtIn('', 'v1', 'pods', 'Pod'),
  event: builtIn('', 'v1', 'events', 'Event'),
  service: builtIn('', 'v1', 'services', 'Service'),
  configMap: builtIn('', 'v1', 'configmaps', 'ConfigMap'),
  secret: builtIn('', 'v1', 'secrets', 'Secret'),
  serviceAccount: builtIn('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  quota: builtIn('', 'v1', 'resourcequotas', 'ResourceQuota'),
  claim: builtIn('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  volume: builtIn('', 'v1', 'persistentvolumes', 'PersistentVolume', false),
  replicaSet: builtIn('apps', 'v1', 'replicasets', 'ReplicaSet'),
  deployment: builtIn('apps', 'v1', 'deployments', 'Deployment'),
  statefulSet: builtIn('apps', 'v1', 'statefulsets', 'StatefulSet'),
  job: builtIn('batch', 'v1', 'jobs', 'Job'),
  endpointSlice: builtIn('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice'),
  policy: builtIn('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
  lease: builtIn('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  storageClass: builtIn('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false),
  accessReview: builtIn('authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', false),
} as const;
