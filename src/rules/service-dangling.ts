import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import type { Resource, Workload } from '../manifest/resource.ts';
import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { hasForeignMaker, hasPlaceholder } from './elsewhere.ts';
import { inNamespace, labelled, nearest, serviceSelector } from './neighbours.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const serviceDangling = defineRule({
  id: 'service-dangling',
  severity: 'high',
  says: '{service} sends traffic to no pod: nothing in its namespace is labelled {selector}. The nearest is {nearest}.',
  because: 'A Service without pods refuses every connection, and nothing reports it: the object itself looks healthy.',
  fix: 'Let spec.selector repeat the labels of the pod template, in the same namespace.',
  fails: 'service-dangling/typing-error.yaml',
  passes: 'service-dangling/matching.yaml',
  *find(inventory) {
    for (const service of objects(inventory, 'Service')) {
      const selector = serviceSelector(service);
      if (selector.size === 0 || textOf(get(service.node, 'spec', 'type')) === 'ExternalName') continue;
      if (labelled(inventory, selector, service).length > 0 || hasForeignMaker(inventory, service)) continue;
      if (Array.from(selector.values()).some(hasPlaceholder)) continue;
      const meant = meantBy(inventory, service, selector);
      if (!meant) continue;
      const args = {
        service: titleOf(service),
        selector: labelsOf(selector),
        nearest: `${titleOf(meant)} with ${labelsOf(meant.podLabels)}${service.namespace && meant.namespace !== service.namespace ? ` in namespace ${meant.namespace ?? 'default'}` : ''}`,
      };
      yield { at: placeAt(service.node, 'spec', 'selector'), args };
    }
  },
});

const labelsOf = (labels: ReadonlyMap<string, string>): string => Array.from(labels, ([name, value]) => `${name}=${value}`).join(', ') || 'no labels';

/**
 * The workload that the Service was most likely written for: one in the same file, of the same name, or with a part of the labels.
 * Without one the Service may belong to pods of another repository.
 */
function meantBy(inventory: Inventory, service: Resource, selector: ReadonlyMap<string, string>): Workload | undefined {
  const sameFile = byFile(inventory).get(service.source.path);
  if (sameFile) return bestOf(sameFile, selector);
  const alike = inNamespace(inventory, service).filter(
    ({ name, podLabels }) => name === service.name || Array.from(selector).some(([label, value]) => podLabels.get(label) === value),
  );
  return bestOf(nearest(alike, service), selector);
}

const byFile = once((inventory: Inventory) => Map.groupBy(inventory.workloads, ({ source }) => source.path));

const bestOf = (candidates: readonly Workload[], selector: ReadonlyMap<string, string>): Workload | undefined =>
  candidates.toSorted((a, b) => shared(b, selector) - shared(a, selector))[0];

const shared = ({ podLabels }: Workload, selector: ReadonlyMap<string, string>): number =>
  Array.from(selector).filter(([name, value]) => podLabels.get(name) === value).length;
