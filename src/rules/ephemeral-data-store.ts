import { isPatched } from '../manifest/kustomization.ts';
import type { Container, Workload } from '../manifest/resource.ts';
import { get, itemsOf, type Node, textOf } from '../manifest/yaml.ts';
import { inContainer, namesOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

/** Where the official images of Docker Hub keep their data, by repository; their documentation says so. */
const DATA_FOLDERS: Readonly<Record<string, string>> = {
  cassandra: '/var/lib/cassandra',
  couchdb: '/opt/couchdb/data',
  influxdb: '/var/lib/influxdb2',
  mariadb: '/var/lib/mysql',
  mongo: '/data/db',
  mysql: '/var/lib/mysql',
  neo4j: '/data',
  percona: '/var/lib/mysql',
  postgres: '/var/lib/postgresql/data',
  rabbitmq: '/var/lib/rabbitmq',
  'postgis/postgis': '/var/lib/postgresql/data',
  'timescale/timescaledb': '/var/lib/postgresql/data',
};

export const ephemeralDataStore = defineRule({
  id: 'ephemeral-data-store',
  severity: 'high',
  says: 'Container {container} of {workload} keeps its data in {folder}, which {problem}.',
  because: 'When the pod is replaced, by an update or because its node went, the database starts empty.',
  fix: 'Mount a PersistentVolumeClaim there.',
  fails: 'ephemeral-data-store/empty-dir.yaml',
  passes: 'ephemeral-data-store/claim.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'StatefulSet', 'ReplicationController', 'Pod', 'ReplicaSet')) {
      if (isPatched(inventory, workload, 'volumes') || isPatched(inventory, workload, 'volumeClaimTemplates')) continue;
      for (const container of workload.containers) {
        const folder = dataFolderOf(container);
        if (folder === undefined || isClient(container)) continue;
        const volume = volumeAt(workload, container, folder);
        const problem = volume === undefined ? 'is no volume' : get(volume, 'emptyDir') ? 'is an emptyDir' : undefined;
        const placed = { workload, container };
        if (problem) yield { at: inContainer(placed, 'volumeMounts'), args: { ...namesOf(placed), folder, problem } };
      }
    }
  },
});

function dataFolderOf({ image, env }: Container): string | undefined {
  if (!image || (image.registry !== undefined && image.registry !== 'docker.io')) return undefined;
  const repository = image.repository.replace(/^library\//, '');
  const folder = DATA_FOLDERS[repository];
  if (folder !== '/var/lib/postgresql/data') return folder;
  const pgdata = env.find(({ name }) => name === 'PGDATA');
  if (pgdata) return pgdata.value?.startsWith('/') ? pgdata.value : undefined;
  // https://github.com/docker-library/postgres/pull/1259: from 18 on the data lies in a folder of its version
  const major = repository === 'postgres' ? Number.parseInt(image.tag ?? '', 10) : 0;
  return major >= 18 ? `/var/lib/postgresql/${major}/docker` : folder;
}

/** The image runs another program than its server: psql, mysqldump, a shell. */
const isClient = ({ node }: Container): boolean => {
  const command = itemsOf(get(node, 'command')).flatMap((word) => textOf(word) ?? []);
  return command.length > 0 && !/(?:^|\/)(?:docker-entrypoint\.sh|postgres|mysqld|mariadbd|mongod|rabbitmq-server|influxd|neo4j|cassandra)$/.test(command[0]!);
};

/** The volume that holds a folder: one mounted there, above it, or, as with a sub-folder of its own, below it. */
function volumeAt(workload: Workload, container: Container, folder: string): Node | undefined {
  const mount = itemsOf(get(container.node, 'volumeMounts')).find((each) => {
    const path = textOf(get(each, 'mountPath'))?.replace(/\/$/, '') ?? '';
    return folder === path || folder.startsWith(`${path}/`) || (path.startsWith(`${folder}/`) && !/\.\w+$/.test(path));
  });
  const name = textOf(get(mount, 'name'));
  if (name === undefined) return undefined;
  return (
    itemsOf(get(workload.node, 'spec', 'volumeClaimTemplates')).find((claim) => textOf(get(claim, 'metadata', 'name')) === name) ??
    itemsOf(get(workload.pod, 'volumes')).find((volume) => textOf(get(volume, 'name')) === name) ??
    mount
  );
}
