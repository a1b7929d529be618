import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { podsUnder } from './network-policies.ts';
import { objects, titleOf } from './objects.ts';
import { declaredPorts, mayListenOn } from './ports.ts';
import { defineRule } from './rule.ts';

export const networkpolicyPortNameMismatch = defineRule({
  id: 'networkpolicy-port-name-mismatch',
  severity: 'medium',
  says: '{policy} lets traffic in on port {port}, but {workload} has the ports: {ports}.',
  because: 'A NetworkPolicy sees the port of the pod, not that of the Service before it; a rule for another port lets nothing in.',
  fix: 'Name the container’s port, by number or by name.',
  fails: 'networkpolicy-port-name-mismatch/service-port.yaml',
  passes: 'networkpolicy-port-name-mismatch/container-port.yaml',
  *find(inventory) {
    for (const policy of objects(inventory, 'NetworkPolicy')) {
      const pods = podsUnder(inventory, policy);
      if (pods.length === 0) continue;
      for (const rule of itemsOf(get(policy.node, 'spec', 'ingress'))) {
        const items = itemsOf(get(rule, 'ports'));
        const fits = (item: Node) => {
          const port = textOf(get(item, 'port'));
          return port === undefined || get(item, 'endPort') !== undefined || pods.some((workload) => mayListenOn(inventory, workload, port));
        };
        const [first] = items;
        if (!first || items.some(fits)) continue; // a port too many lets nothing in, and nothing is missing
        const args = { policy: titleOf(policy), port: textOf(get(first, 'port'))!, workload: titleOf(pods[0]!), ports: declaredPorts(pods[0]!) };
        yield { at: placeAt(first, 'port'), args };
      }
    }
  },
});
