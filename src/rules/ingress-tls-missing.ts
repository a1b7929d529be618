import { isPatched } from '../manifest/kustomization.ts';
import { get, itemsOf, placeAt } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

/** Annotations by which a cloud's load balancer gets its certificate instead. */
const CERTIFICATE_ANNOTATIONS = [
  'alb.ingress.kubernetes.io/certificate-arn',
  'networking.gke.io/managed-certificates',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'appgw.ingress.kubernetes.io/appgw-ssl-certificate',
  'traefik.ingress.kubernetes.io/router.tls',
];

export const ingressTlsMissing = defineRule({
  id: 'ingress-tls-missing',
  severity: 'medium',
  security: true,
  says: '{ingress} serves plain HTTP.',
  because: 'Without a tls section everything between client and controller, passwords and cookies too, can be read and changed on the way.',
  fix: 'Add spec.tls with the hosts and a Secret, which cert-manager can fill.',
  fails: 'ingress-tls-missing/plain.yaml',
  passes: 'ingress-tls-missing/tls.yaml',
  *find(inventory) {
    for (const ingress of objects(inventory, 'Ingress')) {
      if (itemsOf(get(ingress.node, 'spec', 'tls')).length > 0 || isPatched(inventory, ingress, 'tls')) continue;
      if (CERTIFICATE_ANNOTATIONS.some((name) => ingress.annotations.has(name))) continue;
      yield { at: placeAt(ingress.node, 'spec', 'tls'), args: { ingress: titleOf(ingress) } };
    }
  },
});
