import { apiVersionDeprecated } from './api-version-deprecated.ts';
import { object, testRule } from './test-rule.ts';

testRule(apiVersionDeprecated, {
  passes: {
    'served today': object('apps/v1', 'Deployment', 'web'),
    'a beta that is still served': object('gateway.networking.k8s.io/v1beta1', 'HTTPRoute', 'web'),
    'the same version of another group': object('example.com/v1beta1', 'Ingress', 'web'),
  },
  fails: {
    'an Ingress': [
      object('networking.k8s.io/v1beta1', 'Ingress', 'web'),
      ['apiVersion: networking.k8s.io/v1beta1', { object: 'Ingress/web', release: '1.22', replacement: 'networking.k8s.io/v1' }],
    ],
    'a Deployment of long ago': [object('extensions/v1beta1', 'Deployment', 'web'), ['apiVersion: extensions/v1beta1', { release: '1.16' }]],
    'what nothing replaces': [object('policy/v1beta1', 'PodSecurityPolicy', 'web'), ['apiVersion: policy/v1beta1', { replacement: 'Pod Security admission' }]],
    'a template too': [{ 'hpa.yaml.example': object('autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'web') }, 'apiVersion: autoscaling/v2beta2'],
  },
});
