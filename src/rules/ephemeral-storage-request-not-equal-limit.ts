import { sameQuantity } from '../manifest/quantity.ts';
import { get, textOf } from '../manifest/yaml.ts';
import { inContainer, mainContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const ephemeralStorageRequestNotEqualLimit = defineRule({
  id: 'ephemeral-storage-request-not-equal-limit',
  severity: 'low',
  optIn: true,
  says: 'Container {container} of {workload} asks for {request} of ephemeral storage and may use {limit}.',
  because: 'A node promises its disk by requests; what containers use beyond them is taken from pods that asked for it.',
  fix: 'Set the request and the limit to the same value.',
  fails: 'ephemeral-storage-request-not-equal-limit/different.yaml',
  passes: 'ephemeral-storage-request-not-equal-limit/equal.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      const [request, limit] = (['requests', 'limits'] as const).map((list) => textOf(get(placed.container.node, 'resources', list, 'ephemeral-storage')));
      if (request === undefined && limit === undefined) continue;
      if (request !== undefined && limit !== undefined && sameQuantity(request, limit)) continue;
      yield {
        at: inContainer(placed, 'resources', request === undefined ? 'limits' : 'requests', 'ephemeral-storage'),
        args: { ...namesOf(placed), request: request ?? 'nothing', limit: limit ?? 'any amount' },
      };
    }
  },
});
