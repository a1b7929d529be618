import { ingressTlsMissing } from './ingress-tls-missing.ts';
import { object, testRule } from './test-rule.ts';

const ingress = (spec: string, annotations = '') => object('networking.k8s.io/v1', 'Ingress', 'web', `${annotations}spec:\n${spec}`);

testRule(ingressTlsMissing, {
  passes: {
    tls: ingress('  tls: [{ secretName: web }]'),
    'a certificate of the AWS load balancer': ingress('  rules: []', '  annotations: { alb.ingress.kubernetes.io/certificate-arn: "arn:aws:acm:x" }\n'),
    'a patch that adds it': {
      'base/web.yaml': ingress('  rules: []'),
      'prod/kustomization.yaml': 'patches:\n  - target: { kind: Ingress }\n    patch: |\n      - { op: add, path: /spec/tls, value: [{ secretName: web }] }\n',
    },
  },
  fails: {
    none: [ingress('  rules: [{ host: example.com }]'), ['spec:', { ingress: 'Ingress/web' }]],
    'an empty list': [ingress('  tls: []'), 'tls: []'],
    'a comment only': [ingress('  rules: []\n  # tls:\n  # - secretName: web'), 'spec:'],
  },
});
