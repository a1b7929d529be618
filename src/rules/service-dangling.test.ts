import { serviceDangling } from './service-dangling.ts';
import { deployment, object, service, testRule } from './test-rule.ts';

testRule(serviceDangling, {
  passes: {
    'the labels match': deployment('web') + service('web'),
    'more labels than it asks for': deployment('web', { labels: 'app: web\ntier: front' }) + service('web'),
    'no selector: somebody else makes its endpoints': deployment('web') + object('v1', 'Service', 'db', 'spec:\n  ports: [{ port: 5432 }]'),
    'a name of another DNS':
      deployment('web') + object('v1', 'Service', 'db', 'spec:\n  type: ExternalName\n  externalName: db.example.com\n  selector: { app: db }'),
    'no workload stands near: its pods may be of another repository': { 'a/web.yaml': deployment('web'), 'b/service.yaml': service('db') },
    'an operator makes its pods': deployment('web') + service('db') + object('postgresql.cnpg.io/v1', 'Cluster', 'db', 'spec: { instances: 3 }'),
    'a chart makes its pods': {
      'a.yaml': deployment('web') + service('grafana'),
      'b.yaml': object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'grafana', 'spec: {}'),
    },
    'the Deployment states no namespace': deployment('web') + service('web', { namespace: 'shop' }),
    "Knative's own Service": deployment('web') + object('serving.knative.dev/v1', 'Service', 'api', 'spec: { selector: { app: api } }'),
  },
  fails: {
    'another value in the same file': [
      deployment('web') + service('web', { selector: 'app: webs' }),
      ['selector: { app: webs }', { service: 'Service/web', selector: 'app=webs', nearest: 'Deployment/web with app=web' }],
    ],
    'one label of two': [
      deployment('web', { labels: 'app: web\ntier: front' }) + service('web', { selector: 'app: web, tier: back' }),
      'selector: { app: web, tier: back }',
    ],
    'another namespace': [
      deployment('web', { namespace: 'shop' }) + service('web', { namespace: 'store' }),
      ['selector: { app: web }', { nearest: 'Deployment/web with app=web in namespace shop' }],
    ],
    'labels of the Deployment, not of its pods': [
      { 'k8s/a.yaml': deployment('web', { labels: 'run: web' }), 'k8s/b.yaml': service('web') },
      ['selector: { app: web }', { nearest: 'Deployment/web with run=web' }],
    ],
    'a Deployment of its name in another folder': [
      { 'apps/web.yaml': deployment('web', { labels: 'run: web' }), 'services/web.yaml': service('web') },
      'selector: { app: web }',
    ],
    'an operator that works in another namespace': [
      deployment('web', { namespace: 'shop' }) +
        service('web', { namespace: 'shop', selector: 'app: webs' }) +
        object('postgresql.cnpg.io/v1', 'Cluster', 'db', '', 'db'),
      'selector: { app: webs }',
    ],
  },
});
