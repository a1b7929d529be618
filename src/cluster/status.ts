import { type Condition, conditionOf, conditionsOf, type LiveObject, valueAt } from './object.ts';
import type { Autoscaler, Claim, Deployment, EndpointSlice, Job, Pod, ReplicaSet, Service, StatefulSet, World } from './watch.ts';

/**
 * How far an object is. `failed` means that its controller has given up, not that it looks bad;
 * `because` says what is missing, in terms of the fields that decide it.
 */
export interface Status {
  readonly is: 'ready' | 'waiting' | 'failed' | 'terminating' | 'gone';
  readonly because: string;
  /** of the object: the field that decided, for evidence */
  readonly field: string;
}

const ready = (field: string, because: string): Status => ({ is: 'ready', field, because });
const waiting = (field: string, because: string): Status => ({ is: 'waiting', field, because });
const failed = (field: string, because: string): Status => ({ is: 'failed', field, because });

/**
 * The status of a live object: kstatus' rules (sigs.k8s.io/cli-utils/pkg/kstatus), and stricter where a deployment is only done later:
 * a Job has to complete, a Service has to have endpoints, an autoscaler has to see its metrics.
 */
export function statusOf(object: LiveObject, world: Pick<World, 'all' | 'find'>): Status {
  if (object.metadata.deletionTimestamp) return { is: 'terminating', field: 'metadata.deletionTimestamp', because: 'it is being deleted' };
  const observed = valueAt(object, 'status', 'observedGeneration');
  if (typeof observed === 'number' && observed < (object.metadata.generation ?? 0)) {
    return waiting('status.observedGeneration', 'its controller has not seen the latest version');
  }
  const rule = RULES[object.kind];
  return rule ? rule(object, world) : genericStatus(object);
}

type Rule = (object: LiveObject, world: Pick<World, 'all' | 'find'>) => Status;

// The API server sends what its own schema says, so each rule trusts the type of its kind.
const RULES: Readonly<Record<string, Rule>> = {
  Deployment: (object) => deploymentStatus(object as unknown as Deployment),
  StatefulSet: (object) => statefulSetStatus(object as unknown as StatefulSet),
  DaemonSet: daemonSetStatus,
  ReplicaSet: (object) => replicasStatus(object as unknown as ReplicaSet),
  Pod: (object) => podStatus(object as unknown as Pod),
  Job: (object) => jobStatus(object as unknown as Job),
  PersistentVolumeClaim: (object, world) => claimStatus(object as unknown as Claim, world),
  Service: (object, world) => serviceStatus(object as unknown as Service, world),
  HorizontalPodAutoscaler: (object) => autoscalerStatus(object as unknown as Autoscaler),
  PodDisruptionBudget: budgetStatus,
  CustomResourceDefinition: definitionStatus,
};

function deploymentStatus({ spec, status, metadata }: Deployment): Status {
  if (status?.observedGeneration === undefined && metadata.generation) return waiting('status.observedGeneration', 'its controller has not seen it yet');
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return failed('status.conditions[Progressing]', progressing.message ?? 'its progress deadline is over');
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  if (updatedReplicas < wanted) return waiting('status.updatedReplicas', `${updatedReplicas} of ${wanted} replicas are updated`);
  if (replicas > updatedReplicas) return waiting('status.replicas', `${replicas - updatedReplicas} old replicas are still there`);
  if (readyReplicas < wanted) return waiting('status.readyReplicas', `${readyReplicas} of ${wanted} replicas are ready`);
  if (availableReplicas < wanted) return waiting('status.availableReplicas', `${availableReplicas} of ${wanted} replicas are available`);
  return ready('status.readyReplicas', `${readyReplicas} of ${wanted} replicas are ready`);
}

function statefulSetStatus({ spec, status, metadata }: StatefulSet): Status {
  if (status?.observedGeneration === undefined && metadata.generation) return waiting('status.observedGeneration', 'its controller has not seen it yet');
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = status ?? {};
  if (replicas < wanted) return waiting('status.replicas', `${replicas} of ${wanted} replicas exist`);
  if (readyReplicas < wanted) return waiting('status.readyReplicas', `${readyReplicas} of ${wanted} replicas are ready`);
  if (replicas > wanted) return waiting('status.replicas', `${replicas - wanted} replicas too many are still there`);
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (spec?.updateStrategy?.type !== 'OnDelete' && updatedReplicas < wanted - partition) {
    return waiting('status.updatedReplicas', `${updatedReplicas} of ${wanted - partition} replicas are updated`);
  }
  if (partition === 0 && spec?.updateStrategy?.type !== 'OnDelete' && currentRevision !== updateRevision) {
    return waiting('status.currentRevision', 'its new revision is not the current one yet');
  }
  return ready('status.readyReplicas', `${readyReplicas} of ${wanted} replicas are ready`);
}

function daemonSetStatus(object: LiveObject): Status {
  const status = (object.status ?? {}) as Record<string, number | undefined>;
  const wanted = status.desiredNumberScheduled;
  if (status.observedGeneration === undefined || wanted === undefined) return waiting('status.observedGeneration', 'its controller has not seen it yet');
  const { updatedNumberScheduled = 0, numberAvailable = 0, numberReady = 0 } = status;
  if (updatedNumberScheduled < wanted) return waiting('status.updatedNumberScheduled', `${updatedNumberScheduled} of ${wanted} nodes have it`);
  if (numberReady < wanted) return waiting('status.numberReady', `${numberReady} of ${wanted} pods are ready`);
  if (numberAvailable < wanted) return waiting('status.numberAvailable', `${numberAvailable} of ${wanted} pods are available`);
  return ready('status.numberReady', `${numberReady} of ${wanted} pods are ready`);
}

function replicasStatus({ spec, status }: ReplicaSet): Status {
  const wanted = spec?.replicas ?? 1;
  const { readyReplicas = 0 } = status ?? {};
  if (readyReplicas < wanted) return waiting('status.readyReplicas', `${readyReplicas} of ${wanted} replicas are ready`);
  return ready('status.readyReplicas', `${readyReplicas} of ${wanted} replicas are ready`);
}

function podStatus(pod: Pod): Status {
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Succeeded') return ready('status.phase', 'it has completed');
  if (phase === 'Failed') return failed('status.phase', pod.status?.message ?? 'it has failed');
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (condition?.status === 'True') return ready('status.conditions[Ready]', 'it is ready');
  return waiting('status.conditions[Ready]', condition?.message ?? `its phase is ${phase}`);
}

function jobStatus({ spec, status }: Job): Status {
  const wanted = spec?.completions ?? 1;
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type && each.status === 'True');
  const failure = condition('Failed') ?? condition('FailureTarget');
  if (failure) return failed('status.conditions[Failed]', `${failure.reason}: ${failure.message ?? ''}`);
  if (condition('Complete')) return ready('status.succeeded', `${status?.succeeded ?? wanted} of ${wanted} completions`);
  if (spec?.suspend) return ready('spec.suspend', 'it is suspended');
  return waiting('status.succeeded', `${status?.succeeded ?? 0} of ${wanted} completions`);
}

function claimStatus(claim: Claim, world: Pick<World, 'all'>): Status {
  const phase = claim.status?.phase ?? 'Pending';
  if (phase === 'Bound') return ready('status.phase', 'it is bound');
  if (phase === 'Lost') return failed('status.phase', 'its volume is gone');
  const used = world
    .all('Pod')
    .some(
      ({ metadata, spec }) =>
        metadata.namespace === claim.metadata.namespace &&
        spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name),
    );
  const late = world.all('Event').some(({ reason, involvedObject }) => reason === 'WaitForFirstConsumer' && involvedObject.uid === claim.metadata.uid);
  if (late && !used) return ready('status.phase', 'no pod uses it, and its class binds at first use');
  return waiting('status.phase', `it is ${phase}`);
}

function serviceStatus(service: Service, world: Pick<World, 'all'>): Status {
  const { spec } = service;
  if (spec?.type === 'ExternalName') return ready('spec.type', 'it is only a name');
  if (!spec?.clusterIP) return waiting('spec.clusterIP', 'it has no address yet');
  if (Object.keys(spec.selector ?? {}).length === 0) return ready('spec.clusterIP', 'it has an address, and no selector to fill it');
  const { filled, unready } = endpointsOf(service, world.all('EndpointSlice'));
  if (filled > 0) return ready('endpoints', `${filled} endpoints are ready`);
  if (spec.ports === undefined || spec.ports.length === 0) return ready('spec.ports', 'it has no port');
  if (spec.publishNotReadyAddresses && unready > 0) return ready('endpoints', `${unready} endpoints are published`);
  return waiting('endpoints', unready > 0 ? `none of its ${unready} endpoints is ready` : 'no pod is behind it');
}

/** Ready and unready addresses behind a Service. */
export function endpointsOf(service: Service, slices: readonly EndpointSlice[]): { filled: number; unready: number; ports: readonly number[] } {
  const own = slices.filter(
    ({ metadata }) => metadata.namespace === service.metadata.namespace && metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  const endpoints = own.flatMap(({ endpoints }) => endpoints ?? []);
  const filled = endpoints.filter(({ conditions }) => conditions?.ready !== false).reduce((sum, { addresses }) => sum + addresses.length, 0);
  const ports = own.flatMap(({ ports }) => (ports ?? []).flatMap(({ port }) => port ?? []));
  // A slice without ports is one whose named target port no pod has.
  return { filled: ports.length > 0 ? filled : 0, unready: endpoints.length - (ports.length > 0 ? filled : 0), ports };
}

function autoscalerStatus({ status }: Autoscaler): Status {
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  const able = condition('AbleToScale');
  if (able?.status === 'False') return waiting('status.conditions[AbleToScale]', `${able.reason}: ${able.message}`);
  const active = condition('ScalingActive');
  if (active?.status === 'True') return ready('status.conditions[ScalingActive]', `${active.reason}: ${active.message}`);
  if (active?.reason === 'ScalingDisabled') return ready('status.conditions[ScalingActive]', 'its target has no replicas, so it does not scale');
  return waiting('status.conditions[ScalingActive]', active ? `${active.reason}: ${active.message}` : 'it has not looked at its metrics yet');
}

function budgetStatus(object: LiveObject): Status {
  const { currentHealthy = 0, desiredHealthy = 0, observedGeneration } = (object.status ?? {}) as Record<string, number | undefined>;
  if (observedGeneration === undefined) return waiting('status.observedGeneration', 'its controller has not seen it yet');
  if (currentHealthy < desiredHealthy) return waiting('status.currentHealthy', `${currentHealthy} of ${desiredHealthy} pods are healthy`);
  return ready('status.currentHealthy', `${currentHealthy} pods are healthy, ${desiredHealthy} are asked for`);
}

function definitionStatus(object: LiveObject): Status {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed('status.conditions[NamesAccepted]', `${names.reason}: ${names.message}`);
  if (conditionOf(object, 'Established')?.status === 'True') return ready('status.conditions[Established]', 'it is served');
  return waiting('status.conditions[Established]', 'it is not served yet');
}

/** kstatus' rule for kinds that nobody knows: what they say of themselves in conditions. */
function genericStatus(object: LiveObject): Status {
  const is = (type: string, status: string): Condition | undefined => conditionsOf(object).find((each) => each.type === type && each.status === status);
  const stalled = is('Stalled', 'True');
  if (stalled) return failed('status.conditions[Stalled]', stalled.message ?? 'it has stalled');
  const reconciling = is('Reconciling', 'True');
  if (reconciling) return waiting('status.conditions[Reconciling]', reconciling.message ?? 'its controller works on it');
  const notReady = is('Ready', 'False') ?? is('Ready', 'Unknown');
  if (notReady) return waiting('status.conditions[Ready]', notReady.message ?? notReady.reason ?? 'it is not ready');
  return ready('metadata.uid', 'it exists');
}
