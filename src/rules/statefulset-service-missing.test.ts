import { statefulsetServiceMissing } from './statefulset-service-missing.ts';
import { deployment, object, service, testRule } from './test-rule.ts';

const db = (spec = 'serviceName: db', namespace?: string) => deployment('db', { kind: 'StatefulSet', spec, namespace });
const headless = (name: string, selector = 'app: db') => service(name, { selector, spec: 'clusterIP: None' });

testRule(statefulsetServiceMissing, {
  passes: {
    'a headless Service': db() + headless('db'),
    'no serviceName': db('replicas: 1'),
    'an operator makes it': db() + object('monitoring.coreos.com/v1', 'Prometheus', 'db'),
    'the Service states a namespace': db() + object('v1', 'Service', 'db', 'spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 1 }] }', 'shop'),
  },
  fails: {
    'no Service of that name': [
      db('serviceName: dbs') + headless('db'),
      ['serviceName: dbs', { workload: 'StatefulSet/db', problem: 'there is no Service dbs in its namespace' }],
    ],
    'not headless': [db('serviceName: db\nreplicas: 3') + service('db'), ['serviceName: db', { problem: 'Service/db is not headless' }]],
    'other pods': [db() + headless('db', 'app: web'), ['serviceName: db', { problem: 'Service/db selects other pods' }]],
  },
});
