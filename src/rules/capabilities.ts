import { get, itemsOf, type Node, textOf } from '../manifest/yaml.ts';
import type { Placed } from './objects.ts';

/** A capability a container adds or drops: upper case, without the prefix `CAP_` that some write. */
export interface Capability {
  readonly name: string;
  readonly node: Node;
}

export const capabilitiesOf = ({ container }: Placed, change: 'add' | 'drop'): readonly Capability[] =>
  itemsOf(get(container.node, 'securityContext', 'capabilities', change)).flatMap((node) => {
    const name = textOf(node);
    return name === undefined ? [] : [{ name: name.toUpperCase().replace(/^CAP_/, ''), node }];
  });
