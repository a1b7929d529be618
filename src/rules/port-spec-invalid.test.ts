import { portSpecInvalid } from './port-spec-invalid.ts';
import { deployment, object, testRule } from './test-rule.ts';

const ports = (list: string) => deployment('web', { container: `ports:\n${list}` });
const service = (list: string) => object('v1', 'Service', 'web', `spec:\n  ports:\n${list}`);

testRule(portSpecInvalid, {
  passes: {
    'fifteen characters': ports('  - { name: abcdefghij-2345, containerPort: 65535 }'),
    'no name': ports('  - containerPort: 80'),
    'one Service port without a name': service('    - port: 80'),
    'a Service port name may be longer': service('    - { name: a-name-of-more-than-fifteen-letters, port: 80 }'),
    'filled in later': ports('  - { name: $NAME, containerPort: $PORT }'),
  },
  fails: {
    'sixteen characters': [
      ports('  - { name: abcdefghij-23456, containerPort: 80 }'),
      ['- { name: abcdefghij-23456, containerPort: 80 }', { object: 'Container web of Deployment/web' }],
    ],
    'capital letters': [ports('  - name: HTTP\n    containerPort: 80'), 'name: HTTP'.replace('name', '- name')],
    'digits only': [ports('  - { name: "8080", containerPort: 80 }'), '- { name: "8080", containerPort: 80 }'],
    'one name twice': [
      ports('  - { name: http, containerPort: 80 }\n  - { name: http, containerPort: 81 }'),
      ['- { name: http, containerPort: 81 }', { problem: 'two ports named http' }],
    ],
    'out of range': [ports('  - containerPort: 70000'), '- containerPort: 70000'],
    'no number': [ports('  - name: http\n    containerPort:'), 'containerPort:'],
    'a targetPort that can be no name': [
      service('    - { port: 80, targetPort: http_server }'),
      ['- { port: 80, targetPort: http_server }', { object: 'Service/web' }],
    ],
    'a Service with two ports and one name': [service('    - { name: http, port: 80 }\n    - { port: 81 }'), '- { port: 81 }'],
  },
});
