import type { Inventory } from '../manifest/inventory.ts';
import type { Workload } from '../manifest/resource.ts';
import { booleanOf, get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { problemOfReference } from './config-references.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule, type Found } from './rule.ts';

export const configKeyMissingVolume = defineRule({
  id: 'config-key-missing-volume',
  severity: 'high',
  says: 'Volume {volume} of {workload} cannot be mounted: {problem}.',
  because: 'The pod stays in ContainerCreating until the ConfigMap, Secret or key exists.',
  fix: 'Correct the name or the key, add the object, or set optional: true.',
  fails: 'config-key-missing-volume/other-name.yaml',
  passes: 'config-key-missing-volume/matching.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      for (const volume of itemsOf(get(workload.pod, 'volumes'))) {
        const name = textOf(get(volume, 'name')) ?? '';
        yield* missing(inventory, workload, name, get(volume, 'configMap'), 'ConfigMap', 'name');
        yield* missing(inventory, workload, name, get(volume, 'secret'), 'Secret', 'secretName');
        for (const source of itemsOf(get(volume, 'projected', 'sources'))) {
          yield* missing(inventory, workload, name, get(source, 'configMap'), 'ConfigMap', 'name');
          yield* missing(inventory, workload, name, get(source, 'secret'), 'Secret', 'name');
        }
      }
    }
  },
});

function* missing(
  inventory: Inventory,
  workload: Workload,
  volume: string,
  source: Node | undefined,
  kind: 'ConfigMap' | 'Secret',
  nameField: string,
): Iterable<Found> {
  const name = textOf(get(source, nameField));
  if (!source || name === undefined || hasPlaceholder(name) || booleanOf(get(source, 'optional')) === true) return;
  const args = { volume, workload: titleOf(workload) };
  const problem = problemOfReference(inventory, workload, { kind, name, key: undefined });
  if (problem) {
    yield { at: placeAt(source, nameField), args: { ...args, problem } };
    return;
  }
  for (const item of itemsOf(get(source, 'items'))) {
    const key = textOf(get(item, 'key'));
    const ofKey = key === undefined ? undefined : problemOfReference(inventory, workload, { kind, name, key });
    if (ofKey) yield { at: placeAt(item, 'key'), args: { ...args, problem: ofKey } };
  }
}
