import { ephemeralDataStore } from './ephemeral-data-store.ts';
import { deployment, testRule } from './test-rule.ts';

const CLAIM = 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]';
const postgres = (mountPath: string, pod = CLAIM, image = 'postgres:17', rest = '') =>
  deployment('db', { image, pod, container: `volumeMounts:\n  - { name: data, mountPath: ${mountPath} }\n${rest}` });

testRule(ephemeralDataStore, {
  passes: {
    'a claim': postgres('/var/lib/postgresql/data'),
    'a claim above it': postgres('/var/lib/postgresql'),
    'a claim template': deployment('db', {
      kind: 'StatefulSet',
      image: 'mysql:8',
      spec: 'volumeClaimTemplates: [{ metadata: { name: data } }]',
      container: 'volumeMounts: [{ name: data, mountPath: /var/lib/mysql }]',
    }),
    'a folder of its own choice': postgres('/data', CLAIM, 'postgres:17', 'env: [{ name: PGDATA, value: /data/pg }]'),
    'where PostgreSQL 18 keeps it': postgres('/var/lib/postgresql', CLAIM, 'postgres:18'),
    'an image of somebody else': deployment('db', { image: 'registry.example.com/postgres:17' }),
    'the client of the image': deployment('migrate', { image: 'postgres:17', container: 'command: [sh, -c, "psql -f migrate.sql"]' }),
    'a Job': deployment('dump', { kind: 'Job', image: 'postgres:17' }),
    'a cache': deployment('cache', { image: 'redis:7' }),
  },
  fails: {
    'no volume': [deployment('db', { image: 'postgres:17' }), ['- name: db', { folder: '/var/lib/postgresql/data', problem: 'is no volume' }]],
    'an emptyDir': [postgres('/var/lib/postgresql/data', 'volumes: [{ name: data, emptyDir: {} }]'), ['volumeMounts:', { problem: 'is an emptyDir' }]],
    'a volume somewhere else': [postgres('/backup'), 'volumeMounts:'],
    'where PostgreSQL kept it before 18': [
      postgres('/var/lib/postgresql/data', CLAIM, 'postgres:18.1'),
      ['volumeMounts:', { folder: '/var/lib/postgresql/18/docker' }],
    ],
    'library/mongo of Docker Hub': [deployment('db', { image: 'docker.io/library/mongo:8' }), ['- name: db', { folder: '/data/db' }]],
  },
});
