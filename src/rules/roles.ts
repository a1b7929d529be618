import type { Inventory } from '../manifest/inventory.ts';
import { isFragment } from '../manifest/kustomization.ts';
import type { Resource } from '../manifest/resource.ts';
import { get, itemsOf, type Node, textOf } from '../manifest/yaml.ts';
import { named, nearest } from './neighbours.ts';
import { objects } from './objects.ts';

/** One rule of a Role: a list of groups, of resources and of verbs, each with its place. */
interface Grant {
  readonly node: Node;
  readonly groups: readonly Word[];
  readonly resources: readonly Word[];
  readonly verbs: readonly Word[];
}
export interface Word {
  readonly text: string;
  readonly node: Node;
}

export const roles = (inventory: Inventory): readonly Resource[] => objects(inventory, 'Role', 'ClusterRole');
export const bindings = (inventory: Inventory): readonly Resource[] => objects(inventory, 'RoleBinding', 'ClusterRoleBinding');

export const grantsOf = (role: Resource): readonly Grant[] =>
  itemsOf(get(role.node, 'rules')).map((node) => ({
    node,
    groups: wordsOf(get(node, 'apiGroups')),
    resources: wordsOf(get(node, 'resources')),
    verbs: wordsOf(get(node, 'verbs')),
  }));

const wordsOf = (list: Node | undefined): readonly Word[] => itemsOf(list).flatMap((node) => (node.is === 'scalar' ? [{ text: node.text, node }] : []));

/** What a role can give: some of these verbs on some of these resources of a group. */
interface Right {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Where a role names this right in so many words, for all objects; wildcards are another finding. */
export function namesRight(role: Resource, right: Right): Word | undefined {
  for (const { node, groups, resources, verbs } of grantsOf(role)) {
    if (get(node, 'resourceNames')) continue;
    const resource = resources.find(({ text }) => right.resources.includes(text));
    if (!resource || !groups.some(({ text }) => text === right.group || text === '*')) continue;
    if (verbs.some(({ text }) => right.verbs.includes(text) || text === '*')) return resource;
  }
  return undefined;
}

/** Where a role gives the right, in words or by a wildcard. */
export function gives(role: Resource, right: Right): Word | undefined {
  for (const { groups, resources, verbs } of grantsOf(role)) {
    const resource = resources.find(({ text }) => text === '*' || right.resources.includes(text));
    if (!resource || !groups.some(({ text }) => text === right.group || text === '*')) continue;
    if (verbs.some(({ text }) => right.verbs.includes(text) || text === '*')) return resource;
  }
  return undefined;
}

/** The role that a binding hands out, when it is in the files. */
export function boundRole(inventory: Inventory, binding: Resource): Resource | undefined {
  const kind = textOf(get(binding.node, 'roleRef', 'kind'));
  const name = textOf(get(binding.node, 'roleRef', 'name'));
  if ((kind !== 'Role' && kind !== 'ClusterRole') || name === undefined) return undefined;
  const whole = named(inventory, kind, name, binding).filter((role) => !isFragment(inventory, role));
  return nearest(whole, binding)[0];
}

/** Whether a role may do anything to everything. */
export const isAllPowerful = (role: Resource): boolean =>
  grantsOf(role).some(
    ({ groups, resources, verbs }) =>
      has(groups, '*') &&
      has(resources, '*') &&
      (has(verbs, '*') || ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'].every((verb) => has(verbs, verb))),
  );

const has = (words: readonly Word[], text: string): boolean => words.some((word) => word.text === text);

/** Who a binding gives its role to: `ServiceAccount shop/web`, `Group system:masters`. */
export const subjectsOf = (binding: Resource): readonly { kind: string; name: string; node: Node }[] =>
  itemsOf(get(binding.node, 'subjects')).map((node) => ({ kind: textOf(get(node, 'kind')) ?? '', name: textOf(get(node, 'name')) ?? '', node }));

/** Running commands in pods, and attaching to them. */
export const EXEC: Right = { group: '', resources: ['pods/exec', 'pods/attach'], verbs: ['get', 'create'] };
