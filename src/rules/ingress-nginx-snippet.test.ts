import { ingressNginxSnippet } from './ingress-nginx-snippet.ts';
import { object, testRule } from './test-rule.ts';

const ingress = (name: string) =>
  object('networking.k8s.io/v1', 'Ingress', 'web', `  annotations:\n    nginx.ingress.kubernetes.io/${name}: |\n      deny all;`);

testRule(ingressNginxSnippet, {
  passes: { 'another annotation': ingress('proxy-body-size') },
  fails: {
    'configuration-snippet': [ingress('configuration-snippet'), 'nginx.ingress.kubernetes.io/configuration-snippet: |'],
    'server-snippet': [ingress('server-snippet'), 'nginx.ingress.kubernetes.io/server-snippet: |'],
  },
});
