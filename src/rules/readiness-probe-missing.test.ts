import { readinessProbeMissing } from './readiness-probe-missing.ts';
import { deployment, service, testRule } from './test-rule.ts';

const PROBE = 'readinessProbe: { tcpSocket: { port: 80 } }';

testRule(readinessProbeMissing, {
  passes: {
    'a Deployment that no Service selects': deployment('web') + service('api'),
    'a probe': deployment('web', { container: PROBE }) + service('web'),
    'a Service of another namespace': deployment('web', { namespace: 'a' }) + service('web', { namespace: 'b' }),
    'a Job': deployment('web', { kind: 'Job' }) + service('web'),
    'a Service for peers that are not ready yet': deployment('db') + service('db', { spec: 'publishNotReadyAddresses: true' }),
    'a sidecar whose port the Service does not target':
      deployment('web', { container: `ports: [{ containerPort: 80 }]\n${PROBE}` }) + '        - name: logs\n          image: logs:1\n' + service('web'),
    'the same labels in an example that stands elsewhere': {
      'a/web.yaml': deployment('web', { container: PROBE }) + service('web'),
      'b/web.yaml': deployment('web'),
    },
  },
  fails: {
    'a Deployment behind a Service': [
      service('web') + deployment('web'),
      ['- name: web', { container: 'web', workload: 'Deployment/web', service: 'Service/web' }],
    ],
    'a Service in another file': [{ 'k8s/web.yaml': deployment('web'), 'k8s/service.yaml': service('web') }, '- name: web'],
    'the Service alone states a namespace': [deployment('web') + service('web', { namespace: 'shop' }), '- name: web'],
    'the container that serves, not the one with the probe': [
      deployment('web', { container: 'ports: [{ name: http, containerPort: 8080 }]' }) +
        `        - name: logs\n          image: logs:1\n          ${PROBE}\n` +
        service('web', { port: '80\n      targetPort: http' }),
      '- name: web',
    ],
    'no probe in a pod that declares no ports': [deployment('web') + '        - name: logs\n          image: logs:1\n' + service('web'), '- name: web'],
  },
});
