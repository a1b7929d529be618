import { expect, test } from 'vitest';
import type { LiveObject } from './object.ts';
import { statusOf } from './status.ts';

const world = (objects: readonly unknown[] = []) => ({
  all: ((kind: string) => (objects as LiveObject[]).filter((object) => object.kind === kind)) as never,
  find: (() => undefined) as never,
});
const live = (kind: string, rest: Record<string, unknown>, metadata: Record<string, unknown> = {}): LiveObject =>
  ({ apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'n', generation: 1, ...metadata }, ...rest }) as LiveObject;

test.each<[string, LiveObject, string]>([
  [
    'all replicas available',
    live('Deployment', { spec: { replicas: 2 }, status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 } }),
    'ready',
  ],
  [
    'one replica short',
    live('Deployment', { spec: { replicas: 2 }, status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 } }),
    'waiting',
  ],
  [
    'an old replica left',
    live('Deployment', { spec: { replicas: 1 }, status: { observedGeneration: 1, replicas: 2, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 } }),
    'waiting',
  ],
  [
    'a status from before the change',
    live(
      'Deployment',
      { spec: { replicas: 1 }, status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 } },
      { generation: 2 },
    ),
    'waiting',
  ],
  [
    'past its progress deadline',
    live('Deployment', {
      spec: {},
      status: { observedGeneration: 1, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
    }),
    'failed',
  ],
  ['scaled to nothing', live('Deployment', { spec: { replicas: 0 }, status: { observedGeneration: 1 } }), 'ready'],
  [
    'a set on its new revision',
    live('StatefulSet', {
      spec: { replicas: 1 },
      status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
    }),
    'ready',
  ],
  [
    'a set between revisions',
    live('StatefulSet', {
      spec: { replicas: 1 },
      status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    }),
    'waiting',
  ],
  ['a Job that runs', live('Job', { spec: {}, status: { active: 1 } }), 'waiting'],
  ['a Job that is done', live('Job', { spec: {}, status: { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] } }), 'ready'],
  ['a Job that gave up', live('Job', { spec: {}, status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] } }), 'failed'],
  ['an unbound claim', live('PersistentVolumeClaim', { spec: {}, status: { phase: 'Pending' } }), 'waiting'],
  [
    'an autoscaler that sees nothing',
    live('HorizontalPodAutoscaler', {
      spec: {},
      status: { conditions: [{ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message: 'm' }] },
    }),
    'waiting',
  ],
  ['a custom resource that says Ready False', live('Widget', { status: { conditions: [{ type: 'Ready', status: 'False', message: 'm' }] } }), 'waiting'],
  ['a custom resource that says nothing', live('Widget', {}), 'ready'],
  ['being deleted', live('ConfigMap', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'terminating'],
])('%s', (_, object, is) => {
  expect(statusOf(object, world()).is).toBe(is);
});

test('a Service is ready with an endpoint that is ready and has a port', () => {
  const service = live('Service', { spec: { clusterIP: '10.0.0.1', selector: { app: 'x' }, ports: [{ port: 80 }] } });
  const slice = (ready: boolean, ports: unknown) => ({
    kind: 'EndpointSlice',
    metadata: { namespace: 'n', labels: { 'kubernetes.io/service-name': 'x' } },
    endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready } }],
    ports,
  });
  expect(statusOf(service, world([slice(true, [{ port: 8080 }])])).is).toBe('ready');
  expect(statusOf(service, world([slice(false, [{ port: 8080 }])])).is).toBe('waiting');
  expect(statusOf(service, world([slice(true, null)])).is).toBe('waiting'); // no pod has the named port
  expect(statusOf(service, world()).is).toBe('waiting');
});

test('a claim that binds late waits for nobody when no pod uses it', () => {
  const claim = live('PersistentVolumeClaim', { spec: {}, status: { phase: 'Pending' } }, { uid: 'u' });
  const late = { kind: 'Event', reason: 'WaitForFirstConsumer', involvedObject: { uid: 'u' } };
  const user = { kind: 'Pod', metadata: { namespace: 'n' }, spec: { volumes: [{ persistentVolumeClaim: { claimName: 'x' } }] } };
  expect(statusOf(claim, world([late])).is).toBe('ready');
  expect(statusOf(claim, world([late, user])).is).toBe('waiting');
});
