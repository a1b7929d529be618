import path from 'node:path';
import type { Resource } from '../manifest/resource.ts';
import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const ingressDuplicateRoute = defineRule({
  id: 'ingress-duplicate-route',
  severity: 'high',
  says: '{ingress} claims {route}, and so does {other}.',
  because: 'Which of the two answers is left to the controller, often to the age of the objects; ingress-nginx refuses the second one.',
  fix: 'Give the path to one Ingress.',
  fails: 'ingress-duplicate-route/twice.yaml',
  passes: 'ingress-duplicate-route/two-paths.yaml',
  *find(inventory) {
    const first = new Map<string, Resource>();
    for (const ingress of objects(inventory, 'Ingress')) {
      if (ingress.annotations.has('nginx.ingress.kubernetes.io/canary')) continue;
      const own = new Set<string>();
      for (const rule of itemsOf(get(ingress.node, 'spec', 'rules'))) {
        if (hasPlaceholder(textOf(get(rule, 'host')) ?? '')) continue;
        for (const item of itemsOf(get(rule, 'http', 'paths'))) {
          const key = routeOf(ingress, rule, item);
          const other = first.get(key);
          if (other && other.name !== ingress.name) {
            const route = `${textOf(get(rule, 'host')) ?? 'every host'}${textOf(get(item, 'path')) ?? '/'}`;
            yield { at: placeAt(item, 'path'), args: { ingress: titleOf(ingress), other: titleOf(other), route } };
          }
          own.add(key);
        }
      }
      for (const key of own) if (!first.has(key)) first.set(key, ingress);
    }
  },
});

/** Files of other folders may be another environment's or another example's, unless both state the same namespace. */
function routeOf(ingress: Resource, rule: Node, item: Node): string {
  const isPlaced = ingress.namespace !== undefined && ingress.namespace !== 'default';
  const set = isPlaced ? ingress.namespace : path.posix.dirname(ingress.source.path);
  const ofClass = textOf(get(ingress.node, 'spec', 'ingressClassName')) ?? ingress.annotations.get('kubernetes.io/ingress.class');
  return JSON.stringify([isPlaced, set, ofClass, textOf(get(rule, 'host')), textOf(get(item, 'path')), textOf(get(item, 'pathType'))]);
}
