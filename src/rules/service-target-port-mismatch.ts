import { isPatched } from '../manifest/kustomization.ts';
import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { podsBehind } from './neighbours.ts';
import { objects, titleOf } from './objects.ts';
import { declaredPorts, mayListenOn } from './ports.ts';
import { defineRule } from './rule.ts';

export const serviceTargetPortMismatch = defineRule({
  id: 'service-target-port-mismatch',
  severity: 'high',
  says: '{service} sends traffic to port {port} of {workload}, whose ports are: {ports}.',
  because: 'Connections to the Service are refused although its pods run: nobody listens on the port that it leads to.',
  fix: 'Set targetPort to a name or number under the container’s ports; without targetPort it is the Service’s own port.',
  fails: 'service-target-port-mismatch/own-port.yaml',
  passes: 'service-target-port-mismatch/by-name.yaml',
  *find(inventory) {
    for (const service of objects(inventory, 'Service')) {
      const pods = podsBehind(inventory, service);
      if (pods.length === 0 || pods.some((workload) => isPatched(inventory, workload, 'containerPort'))) continue;
      const targets = itemsOf(get(service.node, 'spec', 'ports')).flatMap((item) => {
        const target = get(item, 'targetPort') ? 'targetPort' : 'port';
        const port = textOf(get(item, target));
        if (port === undefined || port === '0' || hasPlaceholder(port)) return [];
        return [{ item, target, port, fits: pods.some((workload) => mayListenOn(inventory, workload, port)) }];
      });
      // Ports need not be declared: beside one that is, another number may only have been left out.
      const isPartial = targets.some(({ fits }) => fits);
      for (const { item, target, port, fits } of targets) {
        if (fits || (isPartial && /^\d+$/.test(port))) continue;
        const args = { service: titleOf(service), port, workload: titleOf(pods[0]!), ports: declaredPorts(pods[0]!) };
        yield { at: placeAt(item, target), args };
      }
    }
  },
});
