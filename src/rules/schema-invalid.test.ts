import { schemaInvalid } from './schema-invalid.ts';
import { deployment, object, service, testRule } from './test-rule.ts';

testRule(schemaInvalid, {
  passes: {
    'texts in quotes': deployment('web', { container: 'env: [{ name: PORT, value: "8080" }]', labels: 'app: web\nversion: "7"' }),
    'no value': deployment('web', { container: 'env: [{ name: PORT, value: }]' }),
    'filled in later': deployment('web', { spec: 'replicas: $REPLICAS', container: 'ports: [{ containerPort: $PORT }]' }),
    'a date, which is a text': object('v1', 'ConfigMap', 'web', 'data: { since: 2024-01-01 }'),
    'a custom resource of the same kind name': object('serving.knative.dev/v1', 'Service', 'web', 'spec: { type: 7 }'),
    'an Ingress of an older version': object('networking.k8s.io/v1beta1', 'Ingress', 'web', 'spec: { rules: [{ http: { paths: [{ path: / }] } }] }'),
  },
  fails: {
    'a number in the environment': [
      deployment('web', { container: 'env:\n  - name: PORT\n    value: 8080' }),
      ['value: 8080', { object: 'Deployment/web', problem: 'the value of PORT is a number and must be a text' }],
    ],
    'a switch in a ConfigMap': [
      object('v1', 'ConfigMap', 'web', 'data:\n  debug: true'),
      ['debug: true', { problem: 'debug under data is a switch and must be a text' }],
    ],
    'yes is a switch': [object('v1', 'ConfigMap', 'web', 'data:\n  debug: yes'), 'debug: yes'],
    'a number as a label': [deployment('web', { labels: 'app: web\nversion: 7' }), 'version: 7'],
    'a number among the arguments': [
      deployment('web', { container: 'args: [--port, 8080]' }),
      ['args: [--port, 8080]', { problem: 'args holds a number and takes texts only' }],
    ],
    'a command that is no list': [deployment('web', { container: 'command: sleep 1' }), 'command: sleep 1'],
    'a port in quotes': [deployment('web', { container: 'ports:\n  - containerPort: "8080"' }), '- containerPort: "8080"'],
    'replicas in quotes': [deployment('web', { spec: 'replicas: "2"' }), ['replicas: "2"', { problem: 'replicas is a text and must be a whole number' }]],
    'a switch in quotes': [deployment('web', { container: 'securityContext:\n  runAsNonRoot: "true"' }), 'runAsNonRoot: "true"'],
    'a word in other capitals': [
      deployment('web', { container: 'imagePullPolicy: always' }),
      ['imagePullPolicy: always', { problem: 'imagePullPolicy is always and must be one of Always, IfNotPresent, Never' }],
    ],
    'a type that does not exist': [service('web', { spec: 'type: Headless' }), 'type: Headless'],
    'an Ingress path without its type': [
      object('networking.k8s.io/v1', 'Ingress', 'web', 'spec:\n  rules:\n    - http:\n        paths:\n          - path: /'),
      ['- path: /', { problem: 'pathType is missing' }],
    ],
    'two containers of one name': [
      deployment('web') + '        - name: web\n          image: b:1\n',
      ['- name: web', { problem: 'two containers are named web' }],
    ],
  },
});
