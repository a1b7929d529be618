import { isFragment } from '../manifest/kustomization.ts';
import { entriesOf, get, type Node } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { groupOf, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const secretDataNotBase64 = defineRule({
  id: 'secret-data-not-base64',
  severity: 'high',
  says: '{secret} has a value under data that is not base64: {key}.',
  because: 'The API server refuses the whole Secret, and every pod that reads it waits for an object that never comes.',
  fix: 'Encode the value (echo -n VALUE | base64), or move it as it is to stringData.',
  fails: 'secret-data-not-base64/plain.yaml',
  passes: 'secret-data-not-base64/encoded.yaml',
  *find(inventory) {
    for (const resource of inventory.resources) {
      if (resource.kind !== 'Secret' || groupOf(resource) !== '' || isFragment(inventory, resource)) continue;
      for (const [key, entry] of entriesOf(get(resource.node, 'data'))) {
        if (!isRefused(entry.value)) continue;
        // A template is there to be filled in; as it stands it is refused all the same, which says so only on the cluster.
        yield { at: entry.key, args: { secret: titleOf(resource), key }, ...(resource.template ? { severity: 'low' as const } : {}) };
      }
    }
  },
});

/** A number or a switch is refused too: the API wants a string there. */
function isRefused(node: Node): boolean {
  if (node.is !== 'scalar') return true;
  if (node.value === null || hasPlaceholder(node.text)) return false;
  return typeof node.value !== 'string' || !isBase64(node.text);
}

/** As the decoder of the API server reads it: padded, line breaks ignored. */
function isBase64(text: string): boolean {
  const packed = text.replace(/[\r\n]/g, '');
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}
