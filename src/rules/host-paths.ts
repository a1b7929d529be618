import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import type { Workload } from '../manifest/resource.ts';
import { get, itemsOf, type Node, textOf } from '../manifest/yaml.ts';
import { workloads } from './objects.ts';

/** A folder or file of the node that a pod mounts. */
export interface HostPath {
  readonly workload: Workload;
  /** the volume's name */
  readonly name: string;
  /** without a slash at its end */
  readonly path: string;
  /** the volume */
  readonly volume: Node;
}

export const hostPaths = once((inventory: Inventory): readonly HostPath[] =>
  workloads(inventory).flatMap((workload) =>
    itemsOf(get(workload.pod, 'volumes')).flatMap((volume) => {
      const path = textOf(get(volume, 'hostPath', 'path'));
      return path === undefined ? [] : [{ workload, volume, name: textOf(get(volume, 'name')) ?? '', path: path === '/' ? path : path.replace(/\/$/, '') }];
    }),
  ),
);

/** Whether the path is the socket through which a container runtime is told what to run. */
export const isRuntimeSocket = (path: string): boolean => /\/(?:docker|containerd|crio|cri-dockerd|podman|k3s|frakti)(?:-\w+)?\.sock$/.test(path);
