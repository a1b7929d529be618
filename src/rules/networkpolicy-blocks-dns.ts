import type { Inventory } from '../manifest/inventory.ts';
import type { Resource, Workload } from '../manifest/resource.ts';
import { get, itemsOf, type Node, numberOf, placeAt, textOf } from '../manifest/yaml.ts';
import { directionsOf, hasOtherPolicies, podsUnder, policiesOver } from './network-policies.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const networkpolicyBlocksDns = defineRule({
  id: 'networkpolicy-blocks-dns',
  severity: 'high',
  says: '{policy} lets {workload} send, but not ask the cluster’s DNS over {protocol}.',
  because: 'Every connection begins with a name. Without port 53 over UDP no name is found; without TCP the answers that are too long for UDP are lost.',
  fix: 'Allow egress to port 53, UDP and TCP, of the pods labelled k8s-app: kube-dns in namespace kube-system.',
  fails: 'networkpolicy-blocks-dns/database-only.yaml',
  passes: 'networkpolicy-blocks-dns/with-dns.yaml',
  *find(inventory: Inventory) {
    for (const policy of objects(inventory, 'NetworkPolicy')) {
      if (!directionsOf(policy).includes('Egress') || hasOtherPolicies(inventory, policy)) continue;
      for (const workload of podsUnder(inventory, policy)) {
        const blocked = blockedProtocols(inventory, workload);
        if (blocked.length === 0) continue;
        const isDead = blocked.includes('UDP');
        yield {
          at: placeAt(policy.node, 'spec', 'egress'),
          args: { policy: titleOf(policy), workload: titleOf(workload), protocol: blocked.join(' and ') },
          ...(isDead ? {} : { severity: 'low' as const }),
        };
        break; // one workload shows it
      }
    }
  },
});

/** The protocols over which DNS cannot be asked, by all the policies over a workload together. */
function blockedProtocols(inventory: Inventory, workload: Workload): string[] {
  const rules = policiesOver(inventory, workload)
    .filter((policy: Resource) => directionsOf(policy).includes('Egress'))
    .flatMap((policy) => itemsOf(get(policy.node, 'spec', 'egress')));
  // What may send nothing needs no names, and what may only send to addresses neither.
  if (!rules.some(needsNames)) return [];
  return ['UDP', 'TCP'].filter((protocol) => !rules.some((rule) => leadsToDns(rule) && allows(rule, protocol)));
}

const peersOf = (rule: Node): readonly Node[] => itemsOf(get(rule, 'to'));
const needsNames = (rule: Node): boolean => peersOf(rule).length === 0 || peersOf(rule).some((peer) => !get(peer, 'ipBlock'));

/** The cluster's DNS stands in another namespace than the application: a peer that names pods alone does not reach it. */
const leadsToDns = (rule: Node): boolean => peersOf(rule).length === 0 || peersOf(rule).some((peer) => get(peer, 'namespaceSelector') || get(peer, 'ipBlock'));

function allows(rule: Node, protocol: string): boolean {
  const ports = itemsOf(get(rule, 'ports'));
  if (ports.length === 0) return true;
  return ports.some((item) => {
    if ((textOf(get(item, 'protocol')) ?? 'TCP') !== protocol) return false;
    const port = textOf(get(item, 'port'));
    const end = numberOf(get(item, 'endPort'));
    return port === undefined || !/^\d+$/.test(port) || port === '53' || port === '5353' || (Number(port) <= 53 && end !== undefined && end >= 53);
  });
}
