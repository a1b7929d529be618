import type { V1Container, V1ContainerStatus } from '@kubernetes/client-node';
import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { isWorkload, type Resource, type Workload } from '../manifest/resource.ts';
import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import type { Rejection, Warned } from './apply.ts';
import type { Facts } from './evidence.ts';
import type { Inquiry } from './inquiry.ts';
import { type LiveObject, type OwnerReference, refOf, type Wire } from './object.ts';
import type { LeftOut, Prepared } from './prepare.ts';
import { type Status, statusOf } from './status.ts';
import { type Event, firstSeen, lastSeen, type Pod, type Service, type World } from './watch.ts';

/** An object of the manifests with what became of it. */
export interface Member {
  readonly prepared: Prepared;
  readonly live: LiveObject | undefined;
  readonly status: Status;
}

export interface ContainerView {
  readonly name: string;
  readonly init: boolean;
  readonly spec: Wire<V1Container>;
  readonly status: Wire<V1ContainerStatus> | undefined;
}

/** A pod and the manifest that it comes from. */
export interface PodView {
  readonly pod: Pod;
  readonly member: Member;
  readonly workload: Workload;
  readonly containers: readonly ContainerView[];
}

/** What a pod's container wrote last. */
export interface Lines {
  readonly text: string;
  readonly previous: boolean;
}

/** What may be asked of the cluster beside what is watched. */
export interface Questions {
  logs(pod: Pod, container: string, previous: boolean): Promise<string>;
  /** ports on which something listens in the pod, each with the addresses it listens on; null when the container cannot tell */
  listening(pod: Pod, container: string): Promise<readonly Socket[] | null>;
  /** what the nodes have: for what cannot be scheduled and for images that are already there */
  nodes(): Promise<readonly NodeView[]>;
  storageClasses(): Promise<readonly string[]>;
  /** whether something accepts connections behind a Service's port, as the API server sees it; rejects when that cannot be told */
  serviceAnswers(service: Service, port: number): Promise<{ refused: boolean; says: string }>;
}

export interface Socket {
  readonly port: number;
  readonly address: string;
}

export interface NodeView {
  readonly name: string;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly architecture: string;
  readonly images: readonly string[];
}

/** Everything a cause may look at, at one moment. */
export class Scene {
  readonly members: readonly Member[];
  readonly pods: readonly PodView[];
  readonly rejections: readonly Rejection[];
  readonly warnings: readonly Warned[];
  readonly leftOut: readonly LeftOut[];
  readonly facts: Facts;
  readonly world: World;
  readonly inventory: Inventory;
  readonly inquiry: Inquiry;
  readonly questions: Questions;
  /** from the manifests' namespaces to the proof's */
  readonly namespaces: ReadonlyMap<string, string>;
  /** whether the proof keeps pods from reaching what is outside */
  readonly guarded: boolean;
  readonly now: number;
  readonly #events: Map<string, Event[]>;

  constructor(given: {
    prepared: readonly Prepared[];
    rejections: readonly Rejection[];
    warnings: readonly Warned[];
    leftOut: readonly LeftOut[];
    namespaces: ReadonlyMap<string, string>;
    guarded: boolean;
    world: World;
    inventory: Inventory;
    facts: Facts;
    inquiry: Inquiry;
    questions: Questions;
    now: number;
  }) {
    const { world } = given;
    this.rejections = given.rejections;
    this.warnings = given.warnings;
    this.leftOut = given.leftOut;
    this.namespaces = given.namespaces;
    this.guarded = given.guarded;
    this.world = world;
    this.inventory = given.inventory;
    this.facts = given.facts;
    this.inquiry = given.inquiry;
    this.questions = given.questions;
    this.now = given.now;
    this.#events = Map.groupBy(world.all('Event').map(uncombined), ({ involvedObject }) =>
      keyOf(involvedObject.kind, involvedObject.namespace, involvedObject.name),
    );
    this.members = given.prepared.map((prepared) => this.#memberOf(prepared));
    const byKey = new Map(
      this.members.map((member) => [keyOf(member.prepared.object.kind, member.prepared.namespace, member.prepared.object.metadata.name), member]),
    );
    this.pods = world.all('Pod').flatMap((pod) => {
      const member = this.#ownerOf(pod, byKey);
      return member && isWorkload(member.prepared.resource) ? [{ pod, member, workload: member.prepared.resource, containers: containersOf(pod) }] : [];
    });
  }

  /** Events about an object, newest first. */
  eventsOn(object: { kind: string; metadata: { namespace?: string; name: string } }): readonly Event[] {
    const found = this.#events.get(keyOf(object.kind, object.metadata.namespace, object.metadata.name)) ?? [];
    return found.toSorted((a, b) => lastSeen(b).localeCompare(lastSeen(a)));
  }

  podsOf(member: Member): readonly PodView[] {
    return this.pods.filter((pod) => pod.member === member);
  }

  /** The member of a kind and name in the same namespace as `near`. */
  member(kind: string, name: string, near: Member): Member | undefined {
    return this.members.find(
      ({ prepared }) => prepared.object.kind === kind && prepared.object.metadata.name === name && prepared.namespace === near.prepared.namespace,
    );
  }

  /** What a container wrote last, newest lines last; the run that ended when it has ended. Undefined while it is not read yet. */
  logs({ pod }: PodView, { name, status }: ContainerView): Lines | undefined {
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    if (!ended && !status?.state?.running) return undefined;
    const previous = !status?.state?.terminated && ended !== undefined;
    const key = `logs ${pod.metadata.uid} ${name}`;
    const ask = () => this.questions.logs(pod, name, previous);
    // A container that runs is asked again every three seconds: what it waits for may only show later.
    const text = ended
      ? this.inquiry.ask(`${key} ${ended.containerID ?? status?.restartCount}`, ask)
      : this.inquiry.askAgain(key, this.#third(status?.state?.running?.startedAt), ask);
    return text === undefined ? undefined : { text: this.facts.redact(text), previous };
  }

  /**
   * Why the kubelet cannot make a container, in its words. Its Event comes at once; the pod's status only says it when the kubelet looks at the pod again,
   * which takes up to fifteen seconds.
   */
  refusal({ pod }: PodView, { name, status }: ContainerView): { message: string; field: string } | undefined {
    const { waiting, running, terminated } = status?.state ?? {};
    if (waiting?.reason === REFUSED) return { message: waiting.message ?? '', field: 'state.waiting' };
    if (running || terminated || status?.lastState?.terminated) return undefined;
    const said = this.eventsOn(pod).find(
      ({ reason, message, involvedObject }) => reason === 'Failed' && message?.startsWith('Error: ') && involvedObject.fieldPath?.includes(`{${name}}`),
    );
    return said && { message: said.message!.slice('Error: '.length), field: 'event Failed' };
  }

  /** When the kubelet first said that it cannot start a container, RFC 3339. */
  refusedSince({ pod }: PodView, { name }: ContainerView): string | undefined {
    const said = this.eventsOn(pod).filter(({ type, involvedObject }) => type === 'Warning' && involvedObject.fieldPath?.includes(`{${name}}`));
    return said.map(firstSeen).sort()[0] ?? pod.status?.startTime ?? undefined;
  }

  /** Ports on which something listens in a pod; asked again every three seconds, since a program may begin to listen late. */
  listening({ pod }: PodView, { name, status }: ContainerView): readonly Socket[] | null | undefined {
    const startedAt = status?.state?.running?.startedAt;
    if (startedAt === undefined) return undefined;
    return this.inquiry.askAgain(`listening ${pod.metadata.uid} ${name} ${status?.restartCount}`, this.#third(startedAt), () =>
      this.questions.listening(pod, name),
    );
  }

  #third(since: string | undefined): number {
    return Math.floor((this.now - Date.parse(since ?? '')) / 3_000);
  }

  #memberOf(prepared: Prepared): Member {
    const { object, namespace } = prepared;
    const live = this.world.find(object.kind, namespace, object.metadata.name);
    if (live) return { prepared, live, status: statusOf(live, this.world) };
    const gone = this.world.gone(object.kind, namespace, object.metadata.name);
    const status: Status = gone
      ? { is: 'gone', field: 'metadata.uid', because: 'it was deleted while the proof ran' }
      : { is: 'waiting', field: 'metadata.uid', because: 'it is not in the cluster' };
    return { prepared, live: undefined, status };
  }

  #ownerOf(pod: Pod, members: ReadonlyMap<string, Member>): Member | undefined {
    let at: LiveObject = pod as unknown as LiveObject;
    for (let step = 0; step < 4; step++) {
      const owner: OwnerReference | undefined = at.metadata.ownerReferences?.find(({ controller }) => controller);
      const member = members.get(keyOf(at.kind, at.metadata.namespace, at.metadata.name));
      if (member) return member;
      if (!owner) return undefined;
      const above: LiveObject | undefined = this.world.find(owner.kind as string, at.metadata.namespace, owner.name);
      if (!above) return members.get(keyOf(owner.kind, at.metadata.namespace, owner.name));
      at = above;
    }
    return undefined;
  }
}

/** More than ten Events that differ only in their words become one with this before the newest of them (client-go's EventAggregator). */
const uncombined = (event: Event): Event => (event.message?.startsWith(COMBINED) ? { ...event, message: event.message.slice(COMBINED.length) } : event);
const COMBINED = '(combined from similar events): ';

const REFUSED = 'CreateContainerConfigError';

const keyOf = (kind: string | undefined, namespace: string | undefined, name: string | undefined): string => `${kind} ${namespace ?? ''}/${name}`;

function containersOf({ spec, status }: Pod): ContainerView[] {
  const view =
    (init: boolean) =>
    (container: Wire<V1Container>): ContainerView => ({
      name: container.name,
      init,
      spec: container,
      status: (init ? status?.initContainerStatuses : status?.containerStatuses)?.find(({ name }) => name === container.name),
    });
  return [...(spec?.initContainers ?? []).map(view(true)), ...(spec?.containers ?? []).map(view(false))];
}

/** A place in a resource's manifest. */
export const placeIn = (resource: Resource, ...path: readonly (string | number)[]): Place => placeAt(resource.node, ...path);

/** A place in a container of a workload's manifest. */
export function placeInContainer(workload: Workload, { name, init }: Pick<ContainerView, 'name' | 'init'>, ...path: readonly (string | number)[]): Place {
  const field = init ? 'initContainers' : 'containers';
  const index = itemsOf(get(workload.pod, field)).findIndex((node) => textOf(get(node, 'name')) === name);
  return placeAt(workload.node, ...workload.podPath, field, index, ...path);
}

/** `Pod/api-7d9-x2 container api`: how evidence names a container. */
export const containerRef = ({ pod }: PodView, { name, init }: ContainerView): string => `${refOf(pod)} ${init ? 'init container' : 'container'} ${name}`;
