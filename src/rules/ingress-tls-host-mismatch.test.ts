import { ingressTlsHostMismatch } from './ingress-tls-host-mismatch.ts';
import { object, testRule } from './test-rule.ts';

const ingress = (tls: string, host: string) => object('networking.k8s.io/v1', 'Ingress', 'web', `spec:\n  tls: [${tls}]\n  rules:\n    - host: ${host}`);

testRule(ingressTlsHostMismatch, {
  passes: {
    'the same host': ingress('{ hosts: [shop.example.com] }', 'shop.example.com'),
    'a wildcard': ingress('{ hosts: ["*.example.com"] }', 'shop.example.com'),
    'a wildcard for a wildcard': ingress('{ hosts: ["*.example.com"] }', '"*.example.com"'),
    'an entry without hosts': ingress('{ secretName: all }', 'shop.example.com'),
    'no tls, which is another finding': ingress('', 'shop.example.com'),
  },
  fails: {
    'another host': [
      ingress('{ hosts: [www.example.com] }', 'shop.example.com'),
      ['- host: shop.example.com', { host: 'shop.example.com', hosts: 'www.example.com' }],
    ],
    'two labels under a wildcard': [ingress('{ hosts: ["*.example.com"] }', 'a.shop.example.com'), '- host: a.shop.example.com'],
    'the domain of a wildcard': [ingress('{ hosts: ["*.example.com"] }', 'example.com'), '- host: example.com'],
  },
});
