import { setTimeout as sleep } from 'node:timers/promises';
import type {
  V1Deployment,
  V1EndpointSlice,
  V1Job,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1Service,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import { type Api, ApiError } from './api.ts';
import { pathOf, type ServedKind } from './discovery.ts';
import { PROOF_LABEL } from './guard.ts';
import type { LiveObject, Metadata, Wire } from './object.ts';

type Live<T> = Omit<Wire<T>, 'metadata' | 'apiVersion' | 'kind'> & { apiVersion: string; kind: string; metadata: Metadata };
export type Pod = Live<V1Pod>;
export type ReplicaSet = Live<V1ReplicaSet>;
export type Deployment = Live<V1Deployment>;
export type StatefulSet = Live<V1StatefulSet>;
export type Job = Live<V1Job>;
export type Service = Live<V1Service>;
export type EndpointSlice = Live<V1EndpointSlice>;
export type Claim = Live<V1PersistentVolumeClaim>;
export type Autoscaler = Live<V2HorizontalPodAutoscaler>;
export interface Event extends LiveObject {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
  eventTime?: string;
  series?: { count?: number; lastObservedTime?: string };
  involvedObject: { kind?: string; name?: string; namespace?: string; uid?: string; fieldPath?: string };
}

interface Kinds {
  Pod: Pod;
  ReplicaSet: ReplicaSet;
  Deployment: Deployment;
  StatefulSet: StatefulSet;
  Job: Job;
  Service: Service;
  EndpointSlice: EndpointSlice;
  PersistentVolumeClaim: Claim;
  HorizontalPodAutoscaler: Autoscaler;
  Event: Event;
}

/** Milliseconds without a word from the API server: a lease is renewed more often than that, where the network is as it should be. */
const SILENT = 8_000;

interface Seen {
  object: LiveObject;
  /** milliseconds since the epoch when this version reached us */
  at: number;
}

/**
 * A live copy of the proof's objects: one list and one watch for each kind and namespace, resumed when the connection or the API server breaks off.
 */
export class World {
  readonly #api: Api;
  readonly #label: string;
  readonly #end = new AbortController();
  readonly #byKind = new Map<string, Map<string, Seen>>();
  readonly #gone = new Map<string, { object: LiveObject; at: number }>();
  readonly #watched = new Set<string>();
  #waiting: (() => void)[] = [];
  /** watches that cannot be kept open, by path, since when (performance.now) */
  readonly #broken = new Map<string, number>();

  /** @param proof of the cluster-scoped objects only those that carry this proof's label are watched */
  constructor(api: Api, proof: string) {
    this.#api = api;
    this.#label = `${PROOF_LABEL}=${proof}`;
  }

  /** Starts to watch kinds that are not watched yet; resolves when each was listed once. */
  async watch(kinds: readonly ServedKind[], namespaces: readonly string[]): Promise<void> {
    const started: Promise<void>[] = [];
    for (const served of kinds) {
      if (!served.verbs.includes('watch') && served.verbs.length > 0) continue;
      for (const namespace of served.namespaced ? namespaces : [undefined]) {
        const path = pathOf(served, namespace);
        if (this.#watched.has(path)) continue;
        this.#watched.add(path);
        started.push(this.#follow(path, served));
      }
    }
    await Promise.all(started);
  }

  find<Kind extends keyof Kinds>(kind: Kind, namespace: string | undefined, name: string): Kinds[Kind] | undefined;
  find(kind: string, namespace: string | undefined, name: string): LiveObject | undefined;
  find(kind: string, namespace: string | undefined, name: string): LiveObject | undefined {
    return this.#byKind.get(kind)?.get(`${namespace ?? ''}/${name}`)?.object;
  }

  all<Kind extends keyof Kinds>(kind: Kind): Kinds[Kind][];
  all(kind: string): LiveObject[];
  all(kind: string): LiveObject[] {
    return Array.from(this.#byKind.get(kind)?.values() ?? [], ({ object }) => object);
  }

  /** When the version that we have of an object reached us. */
  seenAt(object: LiveObject): number {
    return this.#byKind.get(object.kind)?.get(keyOf(object))?.at ?? Date.now();
  }

  /** The last version of an object that was deleted while we watched, unless it came back. */
  gone(kind: string, namespace: string | undefined, name: string): { object: LiveObject; at: number } | undefined {
    return this.find(kind, namespace, name) ? undefined : this.#gone.get(`${kind} ${namespace ?? ''}/${name}`);
  }

  /** For how many milliseconds what is seen here may be old: a watch is broken, or the server says nothing. */
  get lostFor(): number {
    const now = performance.now();
    return Math.max(this.#api.silentFor, ...Array.from(this.#broken.values(), (since) => now - since));
  }

  /** Whether what is seen here may be old at this moment, so that nothing can be said to have stayed as it is. */
  get isBlind(): boolean {
    return this.#broken.size > 0 || this.#api.silentFor > SILENT;
  }

  /** The API server's address, for messages. */
  get address(): string {
    return this.#api.address;
  }

  /** Resolves at the next change, or after `within` milliseconds. */
  async changed(within: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(resolve, within);
    });
    clearTimeout(timer);
  }

  /** Lets `changed` resolve: something else than an object is new. */
  wake(): void {
    this.#notify();
  }

  close(): void {
    this.#end.abort();
    this.#notify();
  }

  async #follow(path: string, served: ServedKind): Promise<void> {
    let version = await this.#list(path, served);
    void (async () => {
      while (!this.#end.signal.aborted) {
        try {
          if (version === '') version = await this.#list(path, served);
          const query = { ...this.#selector(served), watch: true, resourceVersion: version, allowWatchBookmarks: true, timeoutSeconds: 290 };
          for await (const line of this.#api.lines(path, query, this.#end.signal, () => this.#broken.delete(path))) {
            const { type, object } = JSON.parse(line) as { type: string; object: LiveObject & { code?: number } };
            if (type === 'ERROR') {
              version = ''; // 410: the server has forgotten what came after our version
              break;
            }
            version = object.metadata.resourceVersion ?? version;
            if (type !== 'BOOKMARK') this.#take({ ...object, kind: served.kind }, type === 'DELETED');
          }
        } catch (error) {
          if (this.#end.signal.aborted) return;
          if (error instanceof ApiError && error.status === 410) version = '';
          if (!this.#broken.has(path)) this.#broken.set(path, performance.now());
          this.#notify();
          await sleep(500);
        }
      }
    })();
  }

  async #list(path: string, served: ServedKind): Promise<string> {
    const { metadata, items } = await this.#api.json<{ metadata: { resourceVersion?: string }; items: LiveObject[] }>(path, {
      query: this.#selector(served),
      signal: this.#end.signal,
    });
    const present = new Set<string>();
    for (const item of items) {
      // Items of a list come without apiVersion and kind.
      const object = { ...item, kind: served.kind, apiVersion: item.apiVersion ?? (served.group ? `${served.group}/${served.version}` : served.version) };
      present.add(keyOf(object));
      this.#take(object, false);
    }
    const namespace = /\/namespaces\/([^/]+)\/[^/]+$/.exec(path)?.[1];
    for (const [key, { object }] of this.#byKind.get(served.kind) ?? []) {
      if (!present.has(key) && (namespace === undefined || object.metadata.namespace === namespace)) this.#take(object, true);
    }
    return metadata.resourceVersion ?? '';
  }

  #selector({ namespaced }: ServedKind): { labelSelector?: string } {
    return namespaced ? {} : { labelSelector: this.#label };
  }

  #take(object: LiveObject, deleted: boolean): void {
    let known = this.#byKind.get(object.kind);
    if (!known) {
      known = new Map();
      this.#byKind.set(object.kind, known);
    }
    const key = keyOf(object);
    if (deleted) {
      known.delete(key);
      this.#gone.set(`${object.kind} ${key}`, { object, at: Date.now() });
    } else if (known.get(key)?.object.metadata.resourceVersion !== object.metadata.resourceVersion) known.set(key, { object, at: Date.now() });
    this.#notify();
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

const keyOf = ({ metadata }: LiveObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** How often an event happened: repeats are folded into one Event. */
export const timesOf = (event: Event): number => event.series?.count ?? event.count ?? 1;

/** When an event last happened, RFC 3339. */
export const lastSeen = (event: Event): string =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
/** When an event first happened, RFC 3339. */
export const firstSeen = (event: Event): string => event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
