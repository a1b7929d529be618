import type { Resource } from '../manifest/resource.ts';
import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { autoscalers } from './autoscalers.ts';
import { isEmpty, titleOf } from './objects.ts';
import { needs } from './resource-needs.ts';
import { defineRule } from './rule.ts';

export const hpaTargetWithoutRequests = defineRule({
  id: 'hpa-target-without-requests',
  severity: 'high',
  says: '{autoscaler} scales by {resource} utilisation, but container {container} of {workload} requests none.',
  because: 'Utilisation is a share of the request; when one container of the pod has no request it cannot be computed, and nothing is scaled.',
  fix: 'Set resources.requests.{resource} on every container of the pod, or scale by an average value.',
  fails: 'hpa-target-without-requests/none.yaml',
  passes: 'hpa-target-without-requests/requested.yaml',
  *find(inventory) {
    for (const { resource: autoscaler, workloads } of autoscalers(inventory)) {
      for (const { resource, node } of utilisations(autoscaler)) {
        for (const workload of workloads) {
          const container = workload.containers.find(
            (each) => needs(inventory, { workload, container: each }, 'requests', resource) && isEmpty(get(each.node, 'resources', 'limits', resource)), // a limit is a request too
          );
          if (!container) continue;
          yield { at: node, args: { autoscaler: titleOf(autoscaler), resource, container: container.name, workload: titleOf(workload) } };
        }
      }
    }
  },
});

/** The metrics that are shares of a request, with the place that says so. */
function utilisations({ node }: Resource): { resource: 'cpu' | 'memory'; node: ReturnType<typeof placeAt> }[] {
  const found = itemsOf(get(node, 'spec', 'metrics')).flatMap((metric) => {
    const resource = textOf(get(metric, 'resource', 'name'));
    return (resource === 'cpu' || resource === 'memory') && isUtilisation(get(metric, 'resource'))
      ? [{ resource, node: placeAt(metric, 'resource', 'name') } as const]
      : [];
  });
  return get(node, 'spec', 'targetCPUUtilizationPercentage')
    ? [...found, { resource: 'cpu', node: placeAt(node, 'spec', 'targetCPUUtilizationPercentage') }]
    : found;
}

const isUtilisation = (resource: Node | undefined): boolean =>
  get(resource, 'target', 'averageUtilization') !== undefined || get(resource, 'targetAverageUtilization') !== undefined;
