import { hpaDuplicate } from './hpa-duplicate.ts';
import { deployment, object, testRule } from './test-rule.ts';

const hpa = (name: string, target = 'web') =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, `spec:\n  scaleTargetRef:\n    kind: Deployment\n    name: ${target}`);

testRule(hpaDuplicate, {
  passes: {
    'one for each': deployment('web') + deployment('api') + hpa('web') + hpa('api', 'api'),
    'two files to choose from': { 'web.yaml': deployment('web'), 'hpa-cpu.yaml': hpa('web-cpu'), 'hpa-gpu.yaml': hpa('web-gpu') },
    'one for each environment': { 'web.yaml': deployment('web'), 'dev/hpa.yaml': hpa('web'), 'prod/hpa.yaml': hpa('web') },
  },
  fails: {
    'two names': [
      deployment('web') + hpa('web-cpu') + hpa('web-memory'),
      ['name: web', { autoscaler: 'HorizontalPodAutoscaler/web-memory', other: 'HorizontalPodAutoscaler/web-cpu', workload: 'Deployment/web' }],
    ],
    'one of KEDA': [
      deployment('web') + hpa('web') + object('keda.sh/v1alpha1', 'ScaledObject', 'web-queue', 'spec:\n  scaleTargetRef:\n    name: web'),
      'name: web',
    ],
  },
});
