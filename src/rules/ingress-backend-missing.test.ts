import { ingressBackendMissing } from './ingress-backend-missing.ts';
import { object, service, testRule } from './test-rule.ts';

const ingress = (backend: string, namespace?: string) =>
  object(
    'networking.k8s.io/v1',
    'Ingress',
    'web',
    `spec:\n  rules:\n    - http:\n        paths:\n          - path: /\n            backend:\n${backend}`,
    namespace,
  );
const web = (port: string, name = 'web') => `              service:\n                name: ${name}\n                port: { ${port} }`;

testRule(ingressBackendMissing, {
  passes: {
    'by number': ingress(web('number: 80')) + service('web'),
    'by name': ingress(web('name: http')) + service('web', { port: '80\n      name: http' }),
    'a bucket instead of a Service': ingress('              resource: { kind: StorageBucket, name: assets }') + service('web'),
    'no Service in the set at all': ingress(web('number: 80')),
    'a rule without http': object('networking.k8s.io/v1', 'Ingress', 'web', 'spec: { rules: [{ host: example.com }] }') + service('web'),
    'a Service that a chart makes':
      ingress(web('number: 80', 'grafana')) + service('web') + object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'grafana', 'spec: {}'),
    'a Service that a guide installs': {
      'k8s/web.yaml': ingress(web('number: 80', 'grafana')) + service('web'),
      'README.md': '    helm install grafana grafana/grafana\n',
    },
    'an action of the AWS controller': ingress(web('name: use-annotation', 'ssl-redirect')) + service('web'),
    'the Service states a namespace, the Ingress none': ingress(web('number: 80')) + service('web', { namespace: 'shop' }),
    'the same name with another port elsewhere': { 'a/web.yaml': ingress(web('number: 80')) + service('web'), 'b/web.yaml': service('web', { port: '8080' }) },
  },
  fails: {
    'another name': [
      ingress(web('number: 80', 'wbe')) + service('web'),
      ['name: wbe', { ingress: 'Ingress/web', problem: 'there is no Service wbe in its namespace' }],
    ],
    'the port of the container': [
      ingress(web('number: 8080')) + service('web', { port: '80\n      targetPort: 8080' }),
      ['name: web', { problem: 'Service/web has no port 8080, only 80' }],
    ],
    'a port name that the Service does not have': [
      ingress(web('name: web')) + service('web', { port: '80\n      name: http' }),
      ['name: web', { problem: 'Service/web has no port web, only http (80)' }],
    ],
    'another namespace': [ingress(web('number: 80'), 'a') + service('web', { namespace: 'b' }) + service('api', { namespace: 'a' }), 'name: web'],
    'the default backend': [
      object('networking.k8s.io/v1', 'Ingress', 'web', 'spec:\n  defaultBackend:\n    service: { name: wbe, port: { number: 80 } }') + service('web'),
      'service: { name: wbe, port: { number: 80 } }',
    ],
    'the old form, correct under the old API version': [
      object('extensions/v1beta1', 'Ingress', 'web', 'spec:\n  backend:\n    serviceName: wbe\n    servicePort: 80') + service('web'),
      'serviceName: wbe',
    ],
    'the old form under the new API version': [
      object('networking.k8s.io/v1', 'Ingress', 'web', 'spec:\n  rules:\n    - http: { paths: [{ backend: { serviceName: web, servicePort: 80 } }] }') +
        service('web'),
      '- http: { paths: [{ backend: { serviceName: web, servicePort: 80 } }] }',
    ],
  },
});
