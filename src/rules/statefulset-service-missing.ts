import { isFragment } from '../manifest/kustomization.ts';
import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder, madeElsewhere } from './elsewhere.ts';
import { named, nearest, serviceSelector } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const statefulsetServiceMissing = defineRule({
  id: 'statefulset-service-missing',
  severity: 'high',
  says: 'The pods of {workload} get no names of their own: {problem}.',
  because: 'Only the headless Service that serviceName names gives each pod a stable DNS name; members of a cluster find each other by it.',
  fix: 'Add a Service of that name with clusterIP: None that selects the pods.',
  fails: 'statefulset-service-missing/other-name.yaml',
  passes: 'statefulset-service-missing/headless.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'StatefulSet')) {
      const name = textOf(get(workload.node, 'spec', 'serviceName'));
      if (!name || hasPlaceholder(name)) continue;
      const at = placeAt(workload.node, 'spec', 'serviceName');
      const services = nearest(
        named(inventory, 'Service', name, workload).filter((service) => !isFragment(inventory, service)),
        workload,
      );
      const problemOf = (problem: string) => ({ at, args: { workload: titleOf(workload), problem } });
      if (services.length === 0) {
        const isKnown = named(inventory, 'Service', name, workload).length > 0 || madeElsewhere(inventory, 'Service', name, workload);
        if (!isKnown) yield problemOf(`there is no Service ${name} in its namespace`);
      } else if (services.every((service) => textOf(get(service.node, 'spec', 'clusterIP')) !== 'None')) {
        // With one replica nobody asks for a pod by its own name.
        yield { ...problemOf(`Service/${name} is not headless`), ...((workload.replicas ?? 1) === 1 ? { severity: 'low' as const } : {}) };
      } else if (services.every((service) => !Array.from(serviceSelector(service)).every(([label, value]) => workload.podLabels.get(label) === value))) {
        yield problemOf(`Service/${name} selects other pods`);
      }
    }
  },
});
