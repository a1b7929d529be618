import { entriesOf, get, type Node, placeAt } from '../manifest/yaml.ts';
import { isBuiltIn, isEmpty, objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

const FIELDS = ['uid', 'resourceVersion', 'selfLink', 'creationTimestamp', 'managedFields', 'generation'];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export const gitopsDriftField = defineRule({
  id: 'gitops-drift-field',
  severity: 'low',
  says: '{object} carries {field}, which only the cluster writes.',
  because: 'It was copied from a cluster: a stale resourceVersion makes apply fail, and the others show a difference for ever.',
  fix: 'Remove the field.',
  fails: 'gitops-drift-field/copied.yaml',
  passes: 'gitops-drift-field/written.yaml',
  *find(inventory) {
    const kinds = new Set(inventory.resources.filter(isBuiltIn).map(({ kind }) => kind));
    kinds.delete('CustomResourceDefinition'); // generators write status and creationTimestamp into them
    for (const resource of objects(inventory, ...kinds)) {
      const object = titleOf(resource);
      for (const field of FIELDS) {
        if (!isEmpty(get(resource.node, 'metadata', field)))
          yield { at: placeAt(resource.node, 'metadata', field), args: { object, field: `metadata.${field}` } };
      }
      if (resource.annotations.has(LAST_APPLIED))
        yield { at: placeAt(resource.node, 'metadata', 'annotations', LAST_APPLIED), args: { object, field: LAST_APPLIED } };
      if (hasValues(get(resource.node, 'status'))) yield { at: placeAt(resource.node, 'status'), args: { object, field: 'status' } };
    }
  },
});

/** `status: {}` and `status: { loadBalancer: {} }` are what kubectl prints for a dry run. */
const hasValues = (node: Node | undefined): boolean =>
  node?.is === 'scalar'
    ? node.value !== null
    : node?.is === 'list'
      ? node.items.length > 0
      : Array.from(entriesOf(node).values()).some(({ value }) => hasValues(value));
