import { placeAt } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

const SNIPPET = /^nginx\.ingress\.kubernetes\.io\/(?:[a-z-]+-)?snippet$/;

export const ingressNginxSnippet = defineRule({
  id: 'ingress-nginx-snippet',
  severity: 'high',
  security: true,
  says: '{ingress} writes its own lines into the configuration of the ingress controller ({annotation}).',
  because:
    'Whoever may edit the Ingress can read every Secret of the cluster through the controller (CVE-2021-25742); ingress-nginx refuses snippets by default since 1.9.',
  fix: 'Use an annotation of the controller for what the snippet does, or do it in the application.',
  fails: 'ingress-nginx-snippet/snippet.yaml',
  passes: 'ingress-nginx-snippet/annotation.yaml',
  *find(inventory) {
    for (const ingress of objects(inventory, 'Ingress')) {
      for (const annotation of ingress.annotations.keys()) {
        if (SNIPPET.test(annotation))
          yield { at: placeAt(ingress.node, 'metadata', 'annotations', annotation), args: { ingress: titleOf(ingress), annotation } };
      }
    }
  },
});
