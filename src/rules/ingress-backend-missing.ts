import type { Inventory } from '../manifest/inventory.ts';
import type { Resource } from '../manifest/resource.ts';
import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { problemOfBackend } from './backends.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule, type Found } from './rule.ts';

export const ingressBackendMissing = defineRule({
  id: 'ingress-backend-missing',
  severity: 'high',
  says: '{ingress} leads nowhere: {problem}.',
  because: 'Requests for that path are answered with 503 or 404 although the pods run.',
  fix: 'Name a Service of the same namespace and one of its ports.',
  fails: 'ingress-backend-missing/other-port.yaml',
  passes: 'ingress-backend-missing/by-name.yaml',
  *find(inventory) {
    for (const ingress of objects(inventory, 'Ingress')) {
      for (const field of ['defaultBackend', 'backend']) yield* wrongBackend(inventory, ingress, get(ingress.node, 'spec'), field);
      for (const rule of itemsOf(get(ingress.node, 'spec', 'rules'))) {
        for (const path of itemsOf(get(rule, 'http', 'paths'))) yield* wrongBackend(inventory, ingress, path, 'backend');
      }
    }
  },
});

function* wrongBackend(inventory: Inventory, ingress: Resource, holder: Node | undefined, field: string): Iterable<Found> {
  const backend = get(holder, field);
  if (!holder || !backend || get(backend, 'resource')) return;
  const old = textOf(get(backend, 'serviceName'));
  const name = textOf(get(backend, 'service', 'name'));
  if (name === undefined && old !== undefined && ingress.apiVersion === 'networking.k8s.io/v1') {
    const problem = `serviceName ${old} is how an older API version says it, so it names no Service`;
    yield { at: placeAt(holder, field, 'serviceName'), args: { ingress: titleOf(ingress), problem } };
    return;
  }
  const service = name ?? old;
  const port = textOf(get(backend, 'service', 'port', 'number')) ?? textOf(get(backend, 'service', 'port', 'name')) ?? textOf(get(backend, 'servicePort'));
  if (service === undefined || port === 'use-annotation') return; // the AWS controller takes its backend from an annotation
  const problem = problemOfBackend(inventory, ingress, { service, port });
  if (problem)
    yield {
      at: name === undefined ? placeAt(holder, field, 'serviceName') : placeAt(holder, field, 'service', 'name'),
      args: { ingress: titleOf(ingress), problem },
    };
}
