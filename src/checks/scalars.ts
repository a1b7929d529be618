import type { Node, ScalarNode } from '../manifest/yaml.ts';

/** The scalars below a node in file order, keys of maps among them. */
export function scalarsBelow(node: Node): ScalarNode[] {
  if (node.is === 'scalar') return [node];
  if (node.is === 'list') return node.items.flatMap(scalarsBelow);
  return Array.from(node.entries.values(), ({ key, value }) => [key, ...scalarsBelow(value)]).flat();
}

/** Whether a text has these words as words: `main` is not in `domain`, `v1` not in `v12`. Case does not matter. */
export function saysWord(text: string, words: string): boolean {
  const [inside, wanted] = [text.toLowerCase(), words.toLowerCase()];
  for (let at = inside.indexOf(wanted); at >= 0; at = inside.indexOf(wanted, at + 1)) {
    if (!/[a-z0-9]/.test(inside[at - 1] ?? '') || !/[a-z0-9]/.test(wanted[0]!)) {
      if (!/[a-z0-9]/.test(inside[at + wanted.length] ?? '') || !/[a-z0-9]/.test(wanted.at(-1)!)) return true;
    }
  }
  return false;
}
