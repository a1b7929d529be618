import { statefulReplicasNoClustering } from './stateful-replicas-no-clustering.ts';
import { deployment, object, testRule } from './test-rule.ts';

const db = (image: string, container = '', pod = '') => deployment('db', { kind: 'StatefulSet', image, spec: 'replicas: 3', container, pod });

testRule(statefulReplicasNoClustering, {
  passes: {
    'one replica': deployment('db', { image: 'postgres:17', spec: 'replicas: 1' }),
    'a variable of replication': db('mysql:8', 'env: [{ name: MYSQL_REPLICATION_MODE, value: x }]'),
    'a flag of replication': db('mongo:8', 'args: [--replSet, rs0]'),
    'a configuration of replication':
      db('redis:7', '', 'volumes: [{ name: c, configMap: { name: redis } }]') +
      object('v1', 'ConfigMap', 'redis', 'data:\n  redis.conf: replicaof redis-0 6379'),
    'an image of somebody else': db('bitnami/postgresql:17'),
    'a program': db('web:1'),
  },
  fails: { 'three servers': [db('postgres:17'), ['replicas: 3', { workload: 'StatefulSet/db', replicas: '3', image: 'postgres:17' }]] },
});
