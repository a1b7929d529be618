import type { Inventory } from '../manifest/inventory.ts';
import type { Container, Resource, Workload } from '../manifest/resource.ts';
import { booleanOf, get, itemsOf, textOf } from '../manifest/yaml.ts';
import { servicesBefore } from './neighbours.ts';
import { lacks, namesOf, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const readinessProbeMissing = defineRule({
  id: 'readiness-probe-missing',
  severity: 'high',
  says: 'Container {container} of {workload} gets traffic from {service} before it can serve it.',
  because: 'A Service sends requests as soon as a container runs, at every rollout and every restart, unless a readiness probe holds them back.',
  fix: 'Add a readinessProbe that passes once the container can answer requests.',
  fails: 'readiness-probe-missing/behind-a-service.yaml',
  passes: 'readiness-probe-missing/no-service.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      if (workload.kind === 'Job' || workload.kind === 'CronJob') continue;
      const services = servicesBefore(inventory, workload).filter(waitsForReadiness);
      if (services.length === 0) continue; // nothing routes here, so nothing comes too early
      for (const container of servingContainers(inventory, workload, services)) {
        const placed = { workload, container };
        if (lacks(inventory, placed, 'readinessProbe')) yield { at: container.node, args: { ...namesOf(placed), service: titleOf(services[0]!) } };
      }
    }
  },
});

const waitsForReadiness = (service: Resource): boolean => booleanOf(get(service.node, 'spec', 'publishNotReadyAddresses')) !== true;

/** The containers that declare a port which a Service targets. When none does, one probe in the pod is enough: the pod is ready as a whole. */
function servingContainers(inventory: Inventory, workload: Workload, services: readonly Resource[]): readonly Container[] {
  const targets = new Set(
    services.flatMap((service) => itemsOf(get(service.node, 'spec', 'ports')).map((port) => textOf(get(port, 'targetPort')) ?? textOf(get(port, 'port')))),
  );
  const serving = workload.containers.filter(({ ports }) => ports.some(({ name, number }) => targets.has(String(number)) || (name && targets.has(name))));
  if (serving.length > 0) return serving;
  const probed = workload.containers.some((container) => !lacks(inventory, { workload, container }, 'readinessProbe'));
  return probed ? [] : workload.containers.slice(0, 1);
}
