import type { Inventory } from '../manifest/inventory.ts';
import { isolates } from '../manifest/policy.ts';
import { isWorkload, namespaceOf, type Resource, selects, type Workload } from '../manifest/resource.ts';
import { get, textOf } from '../manifest/yaml.ts';
import type { LiveObject } from './object.ts';

/** On namespaces and cluster-scoped objects: the proof that made them. `--clean` finds leftovers by it. */
export const PROOF_LABEL = 'ai-agents/proof';
/** On pods whose egress the manifests' own policies decide: the guard leaves these alone. */
export const OWN_EGRESS_LABEL = 'ai-agents/egress';
export const GUARD_NAME = 'ai-agents';
export const FIELD_MANAGER = 'ai-agents';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurity = 'baseline' | 'restricted';
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** The level of the manifests' own namespace when it is stricter than baseline. */
export function podSecurityOf(namespace: Resource | undefined): PodSecurity {
  const level = LEVELS.indexOf((namespace?.labels.get(ENFORCE) ?? 'baseline') as (typeof LEVELS)[number]);
  return level === LEVELS.indexOf('restricted') ? 'restricted' : 'baseline';
}

export const hasOwnEgress = (inventory: Pick<Inventory, 'ofKind'>, workload: Workload): boolean =>
  inventory
    .ofKind('NetworkPolicy')
    .some(
      (policy) =>
        namespaceOf(policy) === namespaceOf(workload) && isolates(policy, 'Egress') && selects(get(policy.node, 'spec', 'podSelector'), workload.podLabels),
    );

/** The namespace of a proof, its manifests' own labels and annotations kept: policies may select by them. */
export function namespaceObject(name: string, proof: string, own: Resource | undefined): LiveObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...Object.fromEntries(own?.labels ?? []),
        'kubernetes.io/metadata.name': name,
        [ENFORCE]: podSecurityOf(own),
        [`${ENFORCE}-version`]: 'latest',
        [PROOF_LABEL]: proof,
      },
    },
  };
}

/**
 * What stands in a proof's namespace beside the manifests: limits on how much a stranger's change may take, and no way out.
 * Counts only, no CPU or memory: a quota on those would refuse every pod that does not state them.
 */
export function guardObjects(namespace: string, proof: string, resources: readonly Resource[], allowEgress: boolean): LiveObject[] {
  const pods = resources.filter(isWorkload).reduce((sum, { replicas }) => sum + (replicas ?? 1), 0);
  const quota: LiveObject = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: GUARD_NAME, namespace },
    spec: {
      hard: {
        pods: String(Math.max(50, pods * 3)),
        persistentvolumeclaims: String(Math.max(20, pods * 3)),
        'services.loadbalancers': String(resources.filter(({ node }) => textOf(get(node, 'spec', 'type')) === 'LoadBalancer').length),
        'services.nodeports': String(Math.max(10, resources.length)),
        'count/jobs.batch': '100',
        'count/secrets': String(100 + resources.length),
        'count/configmaps': String(100 + resources.length),
      },
    },
  };
  const account: LiveObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace }, automountServiceAccountToken: false };
  return [quota, account, ...(allowEgress ? [] : [egressGuard(namespace, proof)])];
}

const egressGuard = (namespace: string, proof: string): LiveObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: `${GUARD_NAME}-egress`, namespace },
  spec: {
    podSelector: { matchExpressions: [{ key: OWN_EGRESS_LABEL, operator: 'DoesNotExist' }] },
    policyTypes: ['Egress'],
    egress: [
      { to: [{ namespaceSelector: { matchLabels: { [PROOF_LABEL]: proof } } }] },
      {
        to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '169.254.20.10/32' } }], // where NodeLocal DNSCache listens
        ports: [53, 5353].flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ protocol, port }))),
      },
    ],
  },
});
