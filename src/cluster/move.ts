/**
 * Moves an object to the proof's namespaces: every place where Kubernetes, or a program that reads cluster DNS names, would look for the old one.
 */
export interface Move {
  /** from the manifests' namespaces to the proof's */
  readonly namespaces: ReadonlyMap<string, string>;
  /** names of the Services in the manifests: only these are known to have moved along */
  readonly services: ReadonlySet<string>;
}

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
type Fields = { [field: string]: Json };

/**
 * Changes `object` in place.
 * @returns what changed, one line each, without what it said before (that may be a secret)
 */
export function move(object: Fields, target: string | undefined, { namespaces, services }: Move): string[] {
  const changes: string[] = [];
  const renamed = (namespace: Json | undefined): string | undefined => (typeof namespace === 'string' ? namespaces.get(namespace) : undefined);

  if (target !== undefined) fieldsOf(object, 'metadata').namespace = target;
  for (const subject of listOf(object.subjects)) {
    const to = isFields(subject) ? renamed(subject.namespace) : undefined;
    if (isFields(subject) && (to || subject.kind === 'ServiceAccount')) {
      const moved = to ?? (subject.namespace === undefined ? target : undefined);
      if (moved && moved !== subject.namespace) {
        subject.namespace = moved;
        changes.push(`subject ${String(subject.name)} is in the proof's namespace`);
      }
    }
  }
  walk(object, [], (holder, field, path) => {
    const value = holder[field];
    if (field === 'kubernetes.io/metadata.name' && path.at(-1) === 'matchLabels') {
      const to = renamed(value);
      if (to) {
        holder[field] = to;
        changes.push("a namespace selector names the proof's namespace");
      }
    } else if (field === 'values' && holder.key === 'kubernetes.io/metadata.name' && Array.isArray(value)) {
      holder.values = value.map((each) => renamed(each) ?? each);
      changes.push("a namespace selector names the proof's namespace");
    } else if (field === 'namespace' && path.length > 0 && path[0] === 'spec') {
      const to = renamed(value);
      if (to) {
        holder[field] = to;
        changes.push(`${[...path, field].join('.')} names the proof's namespace`);
      }
    } else if (field === 'value' && typeof holder.name === 'string' && /namespace$/i.test(holder.name) && renamed(value)) {
      holder[field] = renamed(value)!;
      changes.push(`variable ${holder.name} names the proof's namespace`);
    } else if (typeof value === 'string') {
      const moved = moveNames(value, namespaces, services);
      if (moved !== value) {
        holder[field] = moved;
        changes.push(`${[...path, field].join('.')} names Services in the proof's namespace`);
      }
    }
  });
  if (object.kind === 'Secret') moveSecretData(object, namespaces, services, changes);
  return changes;
}

const DOTTED = /[A-Za-z0-9.-]+/g;

/** Rewrites `service.namespace`, with whatever follows (`.svc`, `.svc.cluster.local`), in a text. */
export function moveNames(text: string, namespaces: ReadonlyMap<string, string>, services: ReadonlySet<string>): string {
  return text.replace(DOTTED, (name) => {
    const parts = name.split('.');
    // A StatefulSet's pod has a name of its own before the Service's: redis-0.redis.shop.svc
    for (let at = 1; at < parts.length; at++) {
      const to = namespaces.get(parts[at]!);
      if (to && (parts[at + 1] === 'svc' || (services.has(parts[at - 1]!) && at === parts.length - 1))) {
        return [...parts.slice(0, at), to, ...parts.slice(at + 1)].join('.');
      }
    }
    return name;
  });
}

function moveSecretData(object: Fields, namespaces: ReadonlyMap<string, string>, services: ReadonlySet<string>, changes: string[]): void {
  const data = fieldsOf(object, 'data');
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') continue;
    const text = Buffer.from(value, 'base64').toString('utf8');
    const moved = moveNames(text, namespaces, services);
    if (moved === text || text.includes('\uFFFD')) continue;
    data[key] = Buffer.from(moved).toString('base64');
    changes.push(`data.${key} names Services in the proof's namespace`);
  }
  if (Object.keys(data).length === 0) delete object.data;
}

function walk(at: Json, path: string[], visit: (holder: Fields, field: string, path: readonly string[]) => void): void {
  if (Array.isArray(at)) {
    at.forEach((item, index) => {
      if (typeof item === 'string') {
        const holder: Fields = { item };
        visit(holder, 'item', path);
        at[index] = holder.item!;
      } else walk(item, [...path, String(index)], visit);
    });
  } else if (isFields(at)) {
    for (const field of Object.keys(at)) {
      visit(at, field, path);
      walk(at[field]!, [...path, field], visit);
    }
  }
}

const isFields = (value: Json | undefined): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

function fieldsOf(object: Fields, field: string): Fields {
  const value = object[field];
  if (isFields(value)) return value;
  const fresh: Fields = {};
  object[field] = fresh;
  return fresh;
}
