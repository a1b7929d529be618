import { entriesOf, get, type Node } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { isBuiltIn, objects, titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const labelValueInvalid = defineRule({
  id: 'label-value-invalid',
  severity: 'high',
  says: '{object} has a label {label} whose value is none: {value}.',
  because: 'The API server refuses the object.',
  fix: 'Label values have at most 63 letters, digits, -, _ and dots, and begin and end with a letter or digit; put other texts into annotations.',
  fails: 'label-value-invalid/sentence.yaml',
  passes: 'label-value-invalid/word.yaml',
  *find(inventory) {
    const kinds = new Set(inventory.resources.filter(isBuiltIn).map(({ kind }) => kind));
    for (const resource of objects(inventory, ...kinds)) {
      for (const found of invalid(get(resource.node, 'metadata', 'labels'))) yield { at: found.at, args: { object: titleOf(resource), ...found.args } };
    }
    for (const workload of workloads(inventory)) {
      if (workload.podPath.length === 1) continue; // a Pod's own labels, seen above
      for (const found of invalid(get(workload.node, ...workload.podPath.slice(0, -1), 'metadata', 'labels')))
        yield { at: found.at, args: { object: `The pod template of ${titleOf(workload)}`, ...found.args } };
    }
  },
});

function invalid(labels: Node | undefined) {
  return Array.from(entriesOf(labels)).flatMap(([label, { key, value }]) =>
    value.is !== 'scalar' || isLabelValue(value.text) || hasPlaceholder(value.text) ? [] : [{ at: key, args: { label, value: value.text.slice(0, 80) } }],
  );
}

const isLabelValue = (text: string): boolean => text === '' || (/^[A-Za-z0-9._-]{1,63}$/.test(text) && /^[A-Za-z0-9]/.test(text) && /[A-Za-z0-9]$/.test(text));
