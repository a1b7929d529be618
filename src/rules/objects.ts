import type { Inventory } from '../manifest/inventory.ts';
import { isFragment, isPatched } from '../manifest/kustomization.ts';
import { once } from '../manifest/once.ts';
import { type Container, isWorkload, type Resource, type Workload } from '../manifest/resource.ts';
import { get, type Node, placeAt, textOf } from '../manifest/yaml.ts';

/**
 * What rules judge: the Kubernetes objects that are applied as they stand. Pieces of objects (kustomize patches) and
 * templates to be filled in are left out here; as neighbours they still count (neighbours.ts).
 */
const judged = once((inventory: Inventory): { byKind: ReadonlyMap<string, readonly Resource[]>; workloads: readonly Workload[] } => {
  const whole = inventory.resources.filter((resource) => !resource.template && isBuiltIn(resource) && !isFragment(inventory, resource));
  return { byKind: Map.groupBy(whole, ({ kind }) => kind), workloads: whole.filter(isWorkload) };
});

/** Whole objects of these built-in kinds. */
export const objects = (inventory: Inventory, ...kinds: string[]): readonly Resource[] => {
  const { byKind } = judged(inventory);
  return kinds.length === 1 ? (byKind.get(kinds[0]!) ?? []) : kinds.flatMap((kind) => byKind.get(kind) ?? []);
};

/** Whole objects that run pods; of these kinds, when some are named. */
export const workloads = (inventory: Inventory, ...kinds: string[]): readonly Workload[] => {
  const all = judged(inventory).workloads;
  return kinds.length === 0 ? all : all.filter(({ kind }) => kinds.includes(kind));
};

/** The part of an apiVersion before the slash; empty for the core group. */
export const groupOf = ({ apiVersion }: Pick<Resource, 'apiVersion'>): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

const BUILT_IN_GROUPS = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);

/** Whether the API server itself knows the kind, so that its name means what the documentation says (Knative has a Service of its own). */
export const isBuiltIn = (resource: Pick<Resource, 'apiVersion' | 'kind'>): boolean => {
  const group = groupOf(resource);
  return BUILT_IN_GROUPS.has(group) || group.endsWith('.k8s.io') || (group === 'argoproj.io' && resource.kind === 'Rollout');
};

/** How a sentence names an object: `Deployment/api`. */
export const titleOf = ({ kind, name }: Pick<Resource, 'kind' | 'name'>): string => `${kind}/${name}`;

/** A container where it runs. */
export interface Placed {
  readonly workload: Workload;
  readonly container: Container;
}

/** Every container of every whole workload, init containers too. */
export const allContainers = (inventory: Inventory): readonly Placed[] => placed(inventory).all;

/** Every container that runs as long as its pod does: no init containers, except those that restart and so are sidecars. */
export const mainContainers = (inventory: Inventory): readonly Placed[] => placed(inventory).main;

const placed = once((inventory: Inventory) => {
  const all = workloads(inventory).flatMap((workload) => [...workload.initContainers, ...workload.containers].map((container) => ({ workload, container })));
  const linux = all.filter(({ workload }) => !runsOnWindows(workload));
  return { all, linux, main: all.filter(({ container }) => !container.init || textOf(get(container.node, 'restartPolicy')) === 'Always') };
});

/** Every container that runs on Linux: the others have no users, capabilities or seccomp of that kind. */
export const linuxContainers = (inventory: Inventory): readonly Placed[] => placed(inventory).linux;

const runsOnWindows = ({ pod }: Workload): boolean =>
  textOf(get(pod, 'os', 'name')) === 'windows' || textOf(get(pod, 'nodeSelector', 'kubernetes.io/os')) === 'windows';

/** What a sentence calls them. */
export const namesOf = ({ workload, container }: Placed): { container: string; workload: string } => ({
  container: container.name,
  workload: titleOf(workload),
});

/** Whether the container has nothing at `path` and no kustomize patch adds it. */
export const lacks = (inventory: Inventory, { workload, container }: Placed, ...path: readonly (string | number)[]): boolean =>
  isEmpty(get(container.node, ...path)) && !isPatched(inventory, workload, String(path.at(-1)));

/** Whether the pod has nothing at `path` and no kustomize patch adds it. */
export const podLacks = (inventory: Inventory, workload: Workload, ...path: readonly (string | number)[]): boolean =>
  isEmpty(get(workload.pod, ...path)) && !isPatched(inventory, workload, String(path.at(-1)));

/** Absent, or written without a value. */
export const isEmpty = (node: Node | undefined): boolean => node === undefined || (node.is === 'scalar' && node.value === null);

/** A security setting that the pod gives to every container that does not set its own. */
export const securityOf = ({ workload, container }: Placed, ...path: readonly string[]): Node | undefined => {
  const own = get(container.node, 'securityContext', ...path);
  return isEmpty(own) ? get(workload.pod, 'securityContext', ...path) : own;
};

/** The place of a container's field, or of its nearest parent that is there. */
export const inContainer = ({ container }: Placed, ...path: readonly (string | number)[]) => placeAt(container.node, ...path);

/** The place of a field in the pod's spec, or of its nearest parent that is there. */
export const inPod = (workload: Workload, ...path: readonly (string | number)[]) => placeAt(workload.node, ...workload.podPath, ...path);
