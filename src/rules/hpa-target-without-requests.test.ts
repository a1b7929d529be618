import { hpaTargetWithoutRequests } from './hpa-target-without-requests.ts';
import { deployment, object, testRule } from './test-rule.ts';

const hpa = (spec: string, apiVersion = 'autoscaling/v2') =>
  object(apiVersion, 'HorizontalPodAutoscaler', 'web', `spec:\n  maxReplicas: 3\n  scaleTargetRef: { kind: Deployment, name: web }\n${spec}`);
const CPU = '  metrics:\n    - type: Resource\n      resource:\n        name: cpu\n        target: { type: Utilization, averageUtilization: 70 }';

testRule(hpaTargetWithoutRequests, {
  passes: {
    'a request': deployment('web', { container: 'resources: { requests: { cpu: 100m } }' }) + hpa(CPU),
    'a limit, which is a request too': deployment('web', { container: 'resources: { limits: { cpu: 1 } }' }) + hpa(CPU),
    'an average value': deployment('web') + hpa(CPU.replace('type: Utilization, averageUtilization: 70', 'type: AverageValue, averageValue: 500m')),
    'no target here': hpa(CPU),
  },
  fails: {
    'no request': [
      deployment('web') + hpa(CPU),
      ['name: cpu', { autoscaler: 'HorizontalPodAutoscaler/web', resource: 'cpu', container: 'web', workload: 'Deployment/web' }],
    ],
    'a request for something else': [deployment('web', { container: 'resources: { requests: { memory: 1Gi } }' }) + hpa(CPU), 'name: cpu'],
    'a sidecar without one': [
      deployment('web', { container: 'resources: { requests: { cpu: 100m } }' }) + '        - { name: proxy, image: proxy:1 }\n' + hpa(CPU),
      ['name: cpu', { container: 'proxy' }],
    ],
    'the form of autoscaling/v1': [deployment('web') + hpa('  targetCPUUtilizationPercentage: 80', 'autoscaling/v1'), 'targetCPUUtilizationPercentage: 80'],
  },
});
