import type { Inventory } from '../manifest/inventory.ts';
import { dataOf, type Workload } from '../manifest/resource.ts';
import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import { named } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

/** Official images of Docker Hub that start one server, which knows nothing of others unless it is told. */
const SINGLE = new Set(['mariadb', 'mysql', 'postgres', 'redis', 'valkey/valkey', 'percona', 'mongo']);

export const statefulReplicasNoClustering = defineRule({
  id: 'stateful-replicas-no-clustering',
  severity: 'high',
  says: '{workload} starts {replicas} servers of {image} that know nothing of each other.',
  because: 'Each has its own data, and a Service sends every connection to another one: what was written is there, or is not, by chance.',
  fix: 'Run one replica, or set replication up, which an operator does best.',
  fails: 'stateful-replicas-no-clustering/three.yaml',
  passes: 'stateful-replicas-no-clustering/one.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'StatefulSet')) {
      const replicas = workload.replicas ?? 1;
      if (replicas < 2 || speaksOfReplication(inventory, workload)) continue;
      const container = workload.containers.find(
        ({ image }) => image && (image.registry === undefined || image.registry === 'docker.io') && SINGLE.has(image.repository.replace(/^library\//, '')),
      );
      if (!container) continue;
      const args = { workload: titleOf(workload), replicas: String(replicas), image: container.image!.reference };
      yield { at: placeAt(workload.node, 'spec', 'replicas'), args };
    }
  },
});

const REPLICATION = /replic|primary|master|slave|standby|sentinel|cluster|repmgr|patroni|galera|wsrep|replSet|group_|MONGO_INITDB|leader|follower|headless/i;

/** Whether anything in the pod, or in the configuration that it mounts, speaks of other servers. */
function speaksOfReplication(inventory: Inventory, workload: Workload): boolean {
  const containers = [...workload.initContainers, ...workload.containers];
  const words = [
    workload.name,
    ...containers.flatMap(({ name, command, env }) => [name, ...command, ...env.flatMap((variable) => [variable.name, variable.value ?? ''])]),
  ];
  const configs = itemsOf(get(workload.pod, 'volumes')).flatMap((volume) => {
    const name = textOf(get(volume, 'configMap', 'name'));
    return name === undefined
      ? []
      : named(inventory, 'ConfigMap', name, workload).flatMap((config) => Array.from(dataOf(config), ([key, { value }]) => `${key} ${textOf(value) ?? ''}`));
  });
  return [...words, ...configs].some((text) => REPLICATION.test(text));
}
