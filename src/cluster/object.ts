/** What every Kubernetes object has, as the API server sends it: times are text, nothing is decoded. */
export interface LiveObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: { manager?: string; operation?: string; time?: string; fieldsV1?: Record<string, unknown> }[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A type of the client library as it is on the wire: the library decodes times to Date, we keep the text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Field in keyof T]: Wire<T[Field]> }
      : T;

/** `Deployment/api`: how reports and evidence name an object. */
export const refOf = (object: { kind: string; metadata: { name: string } }): string => `${object.kind}/${object.metadata.name}`;

/** The value at a path of an object, undefined when a step is missing. */
export function valueAt(object: unknown, ...path: readonly (string | number)[]): unknown {
  let at = object;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export const conditionsOf = (object: unknown): readonly Condition[] => {
  const found = valueAt(object, 'status', 'conditions');
  return Array.isArray(found) ? (found as Condition[]) : [];
};

export const conditionOf = (object: unknown, type: string): Condition | undefined => conditionsOf(object).find((condition) => condition.type === type);
