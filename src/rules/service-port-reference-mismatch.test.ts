import { servicePortReferenceMismatch } from './service-port-reference-mismatch.ts';
import { deployment, object, service, testRule } from './test-rule.ts';

const api = service('api', { namespace: 'shop', port: '80\n      targetPort: 8080' });
const web = (value: string) => deployment('web', { namespace: 'shop', container: `env:\n  - name: API\n    value: ${value}` });

testRule(servicePortReferenceMismatch, {
  passes: {
    'the port of the Service': web('http://api:80/v1') + api,
    'no port': web('http://api/v1') + api,
    'a name with its namespace': web('api.shop:80') + api,
    'the full name': web('http://api.shop.svc.cluster.local:80') + api,
    'a host of the outside': web('https://api.example.com:8443') + api,
    'a host that only begins alike': web('http://api-eu:8443') + api,
    'an image in a variable': web('postgres:16') + service('postgres', { namespace: 'shop', port: '5432' }),
    'an image of a registry': web('ghcr.io/shop/api:8080') + api,
    'a path of a file': web('/etc/api:8080') + api,
    'a namespace that is not here': web('http://db.data.svc.cluster.local:5432') + api,
    'a headless Service leads to any port of its pods':
      web('http://api:9000') +
      deployment('api', { namespace: 'shop', container: 'ports: [{ containerPort: 9000 }]' }) +
      service('api', { namespace: 'shop', spec: 'clusterIP: None' }),
    'a comment in a configuration file':
      object('v1', 'ConfigMap', 'web', 'data:\n  web.conf: |\n    # http://api:8080 was the old one\n    server http://api:80', 'shop') + api,
    'a Service that a chart makes': web('http://cache.shop.svc:6379') + api + object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'cache', 'spec: {}', 'shop'),
  },
  fails: {
    'the port of the container': [
      web('http://api:8080/v1') + api,
      ['value: http://api:8080/v1', { where: 'Container web of Deployment/web', address: 'http://api:8080', problem: 'Service/api has only port 80' }],
    ],
    'without a scheme': [web('api:8080') + api, 'value: api:8080'],
    'with a password, which is not repeated': [
      web('amqp://guest:guest@api:5672') + api,
      ['value: amqp://guest:guest@api:5672', { address: 'amqp://api:5672' }],
    ],
    'an argument': [deployment('web', { namespace: 'shop', container: 'args: ["--api=http://api:8080"]' }) + api, 'args: ["--api=http://api:8080"]'],
    'a line of a configuration file': [
      object('v1', 'ConfigMap', 'web', 'data:\n  web.conf: |\n    location / {\n      proxy_pass http://api.shop:8080;\n    }', 'shop') + api,
      ['proxy_pass http://api.shop:8080;', { where: 'ConfigMap/web' }],
    ],
    'a Service that this namespace does not have': [
      web('http://apo.shop.svc.cluster.local') + api,
      ['value: http://apo.shop.svc.cluster.local', { problem: 'namespace shop has no Service apo' }],
    ],
  },
});
