import type { Place } from '../checkout/source.ts';
import type { Inventory } from './inventory.ts';
import { type Container, namespaceOf, placeOf, type Resource, selects, type Workload } from './resource.ts';
import { get, itemsOf, type Node, numberOf, placeAt, textOf } from './yaml.ts';

/** One end of a flow: pods by their labels, and the labels of the namespace they are in. */
export interface End {
  readonly labels: ReadonlyMap<string, string>;
  readonly namespace: string;
  readonly namespaceLabels: ReadonlyMap<string, string>;
  /** to tell what a named port means */
  readonly containers: readonly Pick<Container, 'ports'>[];
}

/** What the policies of the manifests say about one flow, on a network that enforces them. */
export interface FlowJudgement {
  /** undefined when an address range decides, which manifests cannot resolve */
  readonly allowed: boolean | undefined;
  /** one sentence */
  readonly because: string;
  /** the policy that forbids it, or those that allow it; none when no policy covers either end */
  readonly by: readonly Resource[];
  /** for what is forbidden: the place in the policy where a rule would have to stand */
  readonly at: Place | undefined;
}

type Manifests = Pick<Inventory, 'ofKind'>;

/** A workload as an end of a flow. */
export function endOf(inventory: Manifests, workload: Workload): End {
  const namespace = namespaceOf(workload);
  return { labels: workload.podLabels, namespace, namespaceLabels: namespaceLabels(inventory, namespace), containers: workload.containers };
}

/** Where cluster DNS runs, as kubeadm, EKS, GKE, AKS and k3s label it. */
export const CLUSTER_DNS: End = {
  labels: new Map([['k8s-app', 'kube-dns']]),
  namespace: 'kube-system',
  namespaceLabels: new Map([['kubernetes.io/metadata.name', 'kube-system']]),
  containers: [],
};

function namespaceLabels(inventory: Manifests, namespace: string): ReadonlyMap<string, string> {
  const own = inventory.ofKind('Namespace').find(({ name }) => name === namespace);
  return new Map([...(own?.labels ?? []), ['kubernetes.io/metadata.name', namespace]]);
}

/**
 * Whether traffic from one end to a port of another is let through (kubernetes.io/docs/concepts/services-networking/network-policies): both the
 * sender's egress and the receiver's ingress have to allow it, each only if some policy isolates that direction.
 * @param to undefined for an address outside the cluster
 */
export function judgeFlow(inventory: Manifests, from: End, to: End | undefined, port: number, protocol: 'TCP' | 'UDP' = 'TCP'): FlowJudgement {
  const out = judgeDirection(inventory, 'Egress', from, to, to, port, protocol);
  if (out.allowed === false || !to) return out;
  const into = judgeDirection(inventory, 'Ingress', to, from, to, port, protocol);
  if (into.allowed === false) return into;
  if (out.allowed === undefined || into.allowed === undefined) return out.allowed === undefined ? out : into;
  return { allowed: true, because: [out.because, into.because].join('; '), by: [...out.by, ...into.by], at: undefined };
}

/** The receiver's side of `judgeFlow` alone. */
export const judgeIngress = (inventory: Manifests, from: End, to: End, port: number): FlowJudgement =>
  judgeDirection(inventory, 'Ingress', to, from, to, port, 'TCP');

/** Whether pods may ask cluster DNS, over UDP: programs fall back to TCP only for long answers. */
export const judgeDns = (inventory: Manifests, from: End): FlowJudgement => judgeDirection(inventory, 'Egress', from, CLUSTER_DNS, CLUSTER_DNS, 53, 'UDP');

function judgeDirection(
  inventory: Manifests,
  direction: 'Ingress' | 'Egress',
  isolated: End,
  peer: End | undefined,
  reached: End | undefined,
  port: number,
  protocol: string,
): FlowJudgement {
  const policies = inventory
    .ofKind('NetworkPolicy')
    .filter(
      (policy) =>
        namespaceOf(policy) === isolated.namespace && isolates(policy, direction) && selects(get(policy.node, 'spec', 'podSelector'), isolated.labels),
    );
  const field = direction === 'Ingress' ? 'ingress' : 'egress';
  if (policies.length === 0) return { allowed: true, because: `no policy limits ${field}`, by: [], at: undefined };
  let unclear: Resource | undefined;
  for (const policy of policies) {
    for (const rule of itemsOf(get(policy.node, 'spec', field))) {
      if (!portMatches(get(rule, 'ports'), reached, port, protocol)) continue;
      const matches = peersMatch(get(rule, direction === 'Ingress' ? 'from' : 'to'), peer, namespaceOf(policy));
      if (matches === true) return { allowed: true, because: `NetworkPolicy ${policy.name} allows this ${field}`, by: [policy], at: undefined };
      if (matches === undefined) unclear = policy;
    }
  }
  if (unclear) return { allowed: undefined, because: `an address range in NetworkPolicy ${unclear.name} decides`, by: [unclear], at: undefined };
  // Of several, the one that says most about the direction is where a missing rule belongs.
  const nearest = policies.toSorted((a, b) => itemsOf(get(b.node, 'spec', field)).length - itemsOf(get(a.node, 'spec', field)).length)[0]!;
  return {
    allowed: false,
    because: `${policies.length === 1 ? `NetworkPolicy ${nearest.name} does` : `NetworkPolicies ${policies.map(({ name }) => name).join(', ')} do`} not allow this ${field}`,
    by: policies,
    at: get(nearest.node, 'spec', field)
      ? placeAt(nearest.node, 'spec', field)
      : get(nearest.node, 'spec', 'policyTypes')
        ? placeAt(nearest.node, 'spec', 'policyTypes')
        : placeOf(nearest),
  };
}

/** Whether a policy says anything about a direction: `policyTypes`, or what the API server fills in when they are absent. */
export function isolates(policy: Resource, direction: 'Ingress' | 'Egress'): boolean {
  const types = get(policy.node, 'spec', 'policyTypes');
  if (types) return itemsOf(types).some((type) => textOf(type) === direction);
  return direction === 'Ingress' || get(policy.node, 'spec', 'egress') !== undefined;
}

function portMatches(ports: Node | undefined, reached: End | undefined, port: number, protocol: string): boolean {
  if (itemsOf(ports).length === 0) return true;
  return itemsOf(ports).some((each) => {
    if ((textOf(get(each, 'protocol')) ?? 'TCP') !== protocol) return false;
    const wanted = get(each, 'port');
    const number = numberOf(wanted);
    const last = numberOf(get(each, 'endPort'));
    if (wanted === undefined) return true;
    if (number !== undefined) return last === undefined ? number === port : number <= port && port <= last;
    return (
      reached?.containers.some(({ ports }) =>
        ports.some(({ name, number, protocol: own }) => name === textOf(wanted) && number === port && own === protocol),
      ) ?? false
    );
  });
}

/** undefined when only an address range might match: manifests do not say which addresses pods get. */
function peersMatch(peers: Node | undefined, peer: End | undefined, policyNamespace: string): boolean | undefined {
  if (itemsOf(peers).length === 0) return true;
  let unclear = false;
  for (const each of itemsOf(peers)) {
    const range = get(each, 'ipBlock');
    if (range) {
      const everything = /\/0$/.test(textOf(get(range, 'cidr')) ?? '');
      if (everything && itemsOf(get(range, 'except')).length === 0) return true;
      if (everything || !peer) unclear = true;
      continue;
    }
    if (!peer) continue;
    const byNamespace = get(each, 'namespaceSelector');
    const byPod = get(each, 'podSelector');
    const inNamespace = byNamespace ? selects(byNamespace, peer.namespaceLabels) : peer.namespace === policyNamespace;
    if (inNamespace && (!byPod || selects(byPod, peer.labels))) return true;
  }
  return unclear ? undefined : false;
}
