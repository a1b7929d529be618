import type { Place } from '../checkout/source.ts';
import { isWorkload, type Resource } from '../manifest/resource.ts';
import { entriesOf, get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { isBuiltIn, objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

interface Wrong {
  readonly at: Place;
  readonly problem: string;
}

export const schemaInvalid = defineRule({
  id: 'schema-invalid',
  severity: 'high',
  says: '{object} is refused by the API server: {problem}.',
  because: 'The object cannot be applied as it stands. Not every mistake is found here: only texts, numbers and words of fields that are often wrong.',
  fix: 'Quote a text that looks like a number or a switch; leave the quotes off a number; use the exact words of the API.',
  fails: 'schema-invalid/number.yaml',
  passes: 'schema-invalid/text.yaml',
  *find(inventory) {
    const kinds = new Set(inventory.resources.filter(isBuiltIn).map(({ kind }) => kind));
    for (const resource of objects(inventory, ...kinds)) {
      for (const { at, problem } of wrongIn(resource)) yield { at, args: { object: titleOf(resource), problem } };
    }
  },
});

function* wrongIn(resource: Resource): Iterable<Wrong> {
  const { node, kind } = resource;
  for (const field of ['labels', 'annotations']) yield* texts(get(node, 'metadata', field), `metadata.${field}`);
  if (kind === 'ConfigMap') yield* texts(get(node, 'data'), 'data');
  if (kind === 'Secret') yield* texts(get(node, 'stringData'), 'stringData');
  if (kind === 'Service') yield* service(node);
  if (kind === 'Ingress' && resource.apiVersion === 'networking.k8s.io/v1') yield* ingress(node);
  if (kind === 'HorizontalPodAutoscaler') yield* required(node, ['spec', 'maxReplicas']);
  if (kind === 'CronJob') {
    yield* required(node, ['spec', 'schedule']);
    yield* words(node, ['spec', 'concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']);
  }
  if (kind === 'Deployment') yield* words(node, ['spec', 'strategy', 'type'], ['Recreate', 'RollingUpdate']);
  for (const field of ['replicas', 'minReplicas', 'maxReplicas', 'revisionHistoryLimit']) yield* numbers(node, ['spec', field]);
  if (isWorkload(resource)) yield* pod(resource.pod, get(node, ...resource.podPath.slice(0, -1), 'metadata'));
}

function* service(node: Node): Iterable<Wrong> {
  yield* words(node, ['spec', 'type'], ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']);
  yield* texts(get(node, 'spec', 'selector'), 'spec.selector');
  for (const port of itemsOf(get(node, 'spec', 'ports'))) {
    for (const field of ['port', 'nodePort']) yield* numbers(port, [field]);
    yield* words(port, ['protocol'], PROTOCOLS);
  }
}

function* ingress(node: Node): Iterable<Wrong> {
  for (const rule of itemsOf(get(node, 'spec', 'rules'))) {
    for (const path of itemsOf(get(rule, 'http', 'paths'))) {
      yield* required(path, ['pathType']);
      yield* words(path, ['pathType'], ['Exact', 'Prefix', 'ImplementationSpecific']);
      yield* numbers(path, ['backend', 'service', 'port', 'number']);
    }
  }
}

function* pod(spec: Node | undefined, metadata: Node | undefined): Iterable<Wrong> {
  if (!spec) return;
  for (const field of ['labels', 'annotations']) yield* texts(get(metadata, field), `the template's ${field}`);
  yield* texts(get(spec, 'nodeSelector'), 'nodeSelector');
  yield* words(spec, ['restartPolicy'], ['Always', 'OnFailure', 'Never']);
  yield* numbers(spec, ['terminationGracePeriodSeconds']);
  const names = new Set<string>();
  for (const container of [...itemsOf(get(spec, 'initContainers')), ...itemsOf(get(spec, 'containers'))]) {
    yield* required(container, ['name']);
    const name = textOf(get(container, 'name'));
    if (name !== undefined && names.has(name)) yield { at: placeAt(container, 'name'), problem: `two containers are named ${name}` };
    if (name !== undefined) names.add(name);
    yield* insideContainer(container);
  }
}

function* insideContainer(container: Node): Iterable<Wrong> {
  yield* words(container, ['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never']);
  for (const variable of itemsOf(get(container, 'env'))) {
    const value = get(variable, 'value');
    if (value && !isText(value))
      yield { at: placeAt(variable, 'value'), problem: `the value of ${textOf(get(variable, 'name'))} is a ${sort(value)} and must be a text` };
  }
  for (const field of ['command', 'args']) {
    for (const word of itemsOf(get(container, field))) if (!isText(word)) yield { at: word, problem: `${field} holds a ${sort(word)} and takes texts only` };
    const list = get(container, field);
    if (list?.is === 'scalar' && list.value !== null && !hasPlaceholder(list.text)) yield { at: placeAt(container, field), problem: `${field} must be a list` };
  }
  for (const port of itemsOf(get(container, 'ports'))) {
    for (const field of ['containerPort', 'hostPort']) yield* numbers(port, [field]);
    yield* words(port, ['protocol'], PROTOCOLS);
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    for (const field of ['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold', 'successThreshold'])
      yield* numbers(container, [probe, field]);
  }
  for (const field of ['privileged', 'runAsNonRoot', 'readOnlyRootFilesystem', 'allowPrivilegeEscalation'])
    yield* switches(container, ['securityContext', field]);
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

/** Every value of a map of texts. */
function* texts(map: Node | undefined, where: string): Iterable<Wrong> {
  for (const [name, { key, value }] of entriesOf(map))
    if (!isText(value)) yield { at: key, problem: `${name} under ${where} is a ${sort(value)} and must be a text` };
}

function* numbers(node: Node, path: readonly string[]): Iterable<Wrong> {
  const value = get(node, ...path);
  if (value?.is !== 'scalar' || value.value === null || Number.isInteger(value.value) || hasPlaceholder(value.text)) return;
  yield { at: placeAt(node, ...path), problem: `${path.at(-1)} is a ${sort(value)} and must be a whole number` };
}

function* switches(node: Node, path: readonly string[]): Iterable<Wrong> {
  const value = get(node, ...path);
  if (value?.is !== 'scalar' || value.value === null || typeof value.value === 'boolean' || hasPlaceholder(value.text)) return;
  yield { at: placeAt(node, ...path), problem: `${path.at(-1)} is a ${sort(value)} and must be true or false` };
}

function* words(node: Node, path: readonly string[], allowed: readonly string[]): Iterable<Wrong> {
  const text = textOf(get(node, ...path));
  if (text === undefined || allowed.includes(text) || hasPlaceholder(text)) return;
  yield { at: placeAt(node, ...path), problem: `${path.at(-1)} is ${text} and must be one of ${allowed.join(', ')}` };
}

function* required(node: Node, path: readonly string[]): Iterable<Wrong> {
  if (get(node, ...path) === undefined) yield { at: placeAt(node, ...path), problem: `${path.at(-1)} is missing` };
}

/** A text, or nothing: the API takes null for an absent value. */
const isText = (node: Node): boolean => node.is === 'scalar' && (node.value === null || typeof node.value === 'string' || hasPlaceholder(node.text));
const sort = (node: Node): string =>
  node.is !== 'scalar' ? node.is : typeof node.value === 'boolean' ? 'switch' : typeof node.value === 'number' ? 'number' : 'text';
