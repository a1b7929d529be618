import type { Resource } from '../manifest/resource.ts';
import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule, type Found } from './rule.ts';

const REWRITE = 'nginx.ingress.kubernetes.io/rewrite-target';

export const ingressPathShadowed = defineRule({
  id: 'ingress-path-shadowed',
  severity: 'medium',
  says: '{ingress} hides what lies behind {path}: {problem}.',
  because: 'Requests for those paths get the answer of another page, which looks like a fault of the application.',
  fix: 'Take the rest of the path along (path: /app(/|$)(.*), rewrite-target: /$2), or remove the annotation; give each path once.',
  fails: 'ingress-path-shadowed/rewrite-to-root.yaml',
  passes: 'ingress-path-shadowed/rewrite-with-group.yaml',
  *find(inventory) {
    for (const ingress of objects(inventory, 'Ingress')) {
      yield* swallowed(ingress);
      yield* repeated(ingress);
    }
  },
});

/** ingress-nginx since 0.22: the target replaces the whole path, so what shall remain of it must be captured in a group. */
function* swallowed(ingress: Resource): Iterable<Found> {
  const target = ingress.annotations.get(REWRITE);
  if (target === undefined) return;
  const used = Math.max(0, ...Array.from(target.matchAll(/\$(\d)/g), ([, group]) => Number(group)));
  for (const rule of itemsOf(get(ingress.node, 'spec', 'rules'))) {
    for (const item of itemsOf(get(rule, 'http', 'paths'))) {
      const path = textOf(get(item, 'path')) ?? '/';
      if (textOf(get(item, 'pathType')) === 'Exact') continue;
      const groups = path.split(/(?<!\\)\((?!\?)/).length - 1;
      if (used > 0 && used <= groups) continue;
      const problem =
        used === 0 ? `rewrite-target makes ${target} of every request below it` : `rewrite-target uses $${used}, and the path captures ${groups} groups`;
      yield { at: placeAt(ingress.node, 'metadata', 'annotations', REWRITE), args: { ingress: titleOf(ingress), path, problem } };
      return; // the annotation is one for all paths
    }
  }
}

function* repeated(ingress: Resource): Iterable<Found> {
  const seen = new Set<string>();
  for (const rule of itemsOf(get(ingress.node, 'spec', 'rules'))) {
    for (const item of itemsOf(get(rule, 'http', 'paths'))) {
      const path = textOf(get(item, 'path')) ?? '/';
      const key = JSON.stringify([textOf(get(rule, 'host')), path, textOf(get(item, 'pathType'))]);
      if (seen.has(key)) yield { at: placeAt(item, 'path'), args: { ingress: titleOf(ingress), path, problem: 'an earlier rule has the same host and path' } };
      seen.add(key);
    }
  }
}
