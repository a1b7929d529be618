import type { Inventory } from '../manifest/inventory.ts';
import { parseQuantity } from '../manifest/quantity.ts';
import { entriesOf, get, type Node, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { allContainers, inContainer, namesOf, type Placed } from './objects.ts';
import { defineRule, type Found } from './rule.ts';

/** Containers start in a few megabytes: less than this is a number whose unit was forgotten. */
const LEAST_MEMORY = 2 ** 20;
/** The largest machines that clouds rent out have fewer cores per pod than this: `cpu: 500` was meant as `500m`. */
const MOST_CORES = 200;

export const resourceRequestExceedsLimit = defineRule({
  id: 'resource-request-exceeds-limit',
  severity: 'high',
  says: 'Container {container} of {workload} {problem}.',
  because: 'The API server refuses a request above its limit and a quantity it cannot read; a forgotten unit makes a pod that no node can run.',
  fix: 'Correct the quantity: CPU in cores or m (250m), memory in Mi or Gi (512Mi), requests at most as large as limits.',
  fails: 'resource-request-exceeds-limit/above.yaml',
  passes: 'resource-request-exceeds-limit/below.yaml',
  *find(inventory: Inventory) {
    for (const placed of allContainers(inventory)) {
      yield* wrongQuantities(placed);
      for (const [resource, { value }] of entriesOf(get(placed.container.node, 'resources', 'requests'))) {
        const limit = textOf(get(placed.container.node, 'resources', 'limits', resource));
        const request = textOf(value);
        if (request === undefined || limit === undefined) continue;
        const [asked, allowed] = [parseQuantity(request), parseQuantity(limit)];
        if (asked === undefined || allowed === undefined || asked <= allowed) continue;
        const problem = `asks for ${request} of ${resource} and is limited to ${limit}`;
        yield { at: inContainer(placed, 'resources', 'requests', resource), args: { ...namesOf(placed), problem } };
      }
    }
  },
});

function* wrongQuantities(placed: Placed): Iterable<Found> {
  for (const list of ['requests', 'limits']) {
    for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
      const problem = problemOf(resource, get(placed.container.node, 'resources', list, resource));
      if (!problem) continue;
      yield { at: inContainer(placed, 'resources', list, resource), args: { ...namesOf(placed), problem: `has ${problem} in its ${list}` } };
    }
  }
}

function problemOf(resource: string, node: Node | undefined): string | undefined {
  const text = textOf(node);
  if (text === undefined || hasPlaceholder(text)) return undefined;
  const amount = parseQuantity(text);
  if (amount === undefined) return `${resource} ${text}, which is no quantity`;
  if (resource === 'cpu') return amount >= MOST_CORES ? `cpu ${text}, which are ${amount} whole cores` : undefined;
  return amount > 0 && amount < LEAST_MEMORY ? `${resource} ${text}, which is less than a megabyte` : undefined;
}
