import { serviceTargetPortMismatch } from './service-target-port-mismatch.ts';
import { deployment, object, service, testRule } from './test-rule.ts';

const web = (container = 'ports: [{ name: http, containerPort: 8080 }]') => deployment('web', { container });

testRule(serviceTargetPortMismatch, {
  passes: {
    'by name': web() + service('web', { port: '80\n      targetPort: http' }),
    'by number': web() + service('web', { port: '80\n      targetPort: 8080' }),
    'no targetPort, the same number': web() + service('web', { port: '8080' }),
    'a number, and the pod declares none': web('command: [web]') + service('web'),
    'a number that a flag mentions': web('ports: [{ containerPort: 8080 }]\nargs: ["--metrics=:9090"]') + service('web', { port: '9090' }),
    'one port fits, and another number may only not be declared':
      web() + service('web', { port: '80\n      name: http\n      targetPort: http\n    - port: 81\n      name: admin' }),
    'a number in a configuration that the pod mounts':
      deployment('web', { container: 'ports: [{ containerPort: 8080 }]', pod: 'volumes: [{ name: c, configMap: { name: web } }]' }) +
      object('v1', 'ConfigMap', 'web', 'data:\n  nginx.conf: listen 9090;') +
      service('web', { port: '9090' }),
    'one of two versions has the port':
      web() +
      deployment('web2', { labels: 'app: web', container: 'ports: [{ name: api, containerPort: 1 }]' }) +
      service('web', { port: '80\n      targetPort: api' }),
    'a Service without pods here': service('web', { port: '80\n      targetPort: http' }),
  },
  fails: {
    'no targetPort, another number': [
      web() + service('web'),
      ['- port: 80', { service: 'Service/web', port: '80', workload: 'Deployment/web', ports: 'http (8080)' }],
    ],
    'a name that no container has': [web() + service('web', { port: '80\n      targetPort: web' }), 'targetPort: web'],
    'a name, and the pod declares none': [
      web('command: [web]') + service('web', { port: '80\n      targetPort: http' }),
      ['targetPort: http', { ports: 'none' }],
    ],
    'another number': [web() + service('web', { port: '80\n      targetPort: 8000' }), 'targetPort: 8000'],
  },
});
