import { hpaTargetMissing } from './hpa-target-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

const hpa = (target: string, namespace?: string) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', `spec:\n  maxReplicas: 3\n  scaleTargetRef:\n    ${target.replaceAll(', ', '\n    ')}`, namespace);

testRule(hpaTargetMissing, {
  passes: {
    'a Deployment': deployment('web') + hpa('kind: Deployment, name: web'),
    'a patch of it is enough to know that it is there': {
      'prod/kustomization.yaml': 'patches: [{ path: web.yaml }]\n',
      'prod/web.yaml': deployment('web'),
      'prod/hpa.yaml': hpa('kind: Deployment, name: web'),
    },
    'a kind that is not built in': deployment('web') + hpa('apiVersion: flagger.app/v1, kind: Canary, name: db'),
    'no workload at all in its namespace': hpa('kind: Deployment, name: web', 'shop') + deployment('api', { namespace: 'other' }),
    'a chart may make it': deployment('web') + hpa('kind: Deployment, name: grafana') + object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'grafana'),
  },
  fails: {
    'another name': [
      deployment('web') + hpa('kind: Deployment, name: wbe'),
      ['name: wbe', { autoscaler: 'HorizontalPodAutoscaler/web', target: 'Deployment/wbe' }],
    ],
    'another kind': [deployment('web', { kind: 'StatefulSet' }) + hpa('kind: Deployment, name: web'), 'name: web'],
    'another namespace': [deployment('web', { namespace: 'a' }) + deployment('api', { namespace: 'b' }) + hpa('kind: Deployment, name: web', 'b'), 'name: web'],
    'a ScaledObject of KEDA': [
      deployment('web') + object('keda.sh/v1alpha1', 'ScaledObject', 'web', 'spec:\n  scaleTargetRef:\n    name: wbe'),
      ['name: wbe', { autoscaler: 'ScaledObject/web' }],
    ],
  },
});
