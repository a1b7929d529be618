import { isWorkload, type Resource } from '../manifest/resource.ts';
import { get, numberOf, textOf } from '../manifest/yaml.ts';
import type { RolloutCheck } from './check.ts';

interface Named {
  readonly resource: Resource;
  /** `Deployment/api` */
  readonly ref: string;
}

/** The check of a Deployment behind a Service that says by its probe that it speaks HTTP; undefined of any other. */
export function rolloutCheck(service: Named, workload: Named): RolloutCheck | undefined {
  const port = numberOf(get(service.resource.node, 'spec', 'ports', 0, 'port'));
  const path = isWorkload(workload.resource) ? textOf(get(workload.resource.containers[0]?.node, 'readinessProbe', 'httpGet', 'path')) : undefined;
  if (port === undefined || path === undefined) return undefined;
  const says = `${service.ref} answers every request while ${workload.ref} is rolled out`;
  return { asks: 'rollout', workload: workload.ref, service: service.ref, port, path, says };
}
