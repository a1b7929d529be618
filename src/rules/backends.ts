import type { Inventory } from '../manifest/inventory.ts';
import { isFragment } from '../manifest/kustomization.ts';
import type { Resource } from '../manifest/resource.ts';
import { hasPlaceholder, madeElsewhere } from './elsewhere.ts';
import { mayShareNamespace, named, nearest } from './neighbours.ts';
import { objects, titleOf } from './objects.ts';
import { servicePorts } from './ports.ts';

/** What a route leads to. */
export interface Backend {
  readonly service: string;
  /** number or name; undefined when the route does not say */
  readonly port: string | undefined;
}

/** Why a route's backend cannot answer, or undefined when it can, or when nobody can know. */
export function problemOfBackend(inventory: Inventory, route: Resource, { service, port }: Backend): string | undefined {
  if (hasPlaceholder(service)) return undefined;
  const services = named(inventory, 'Service', service, route);
  if (services.length === 0) {
    // A set that holds no Service at all leaves them to somebody else.
    const isExpected = objects(inventory, 'Service').some((other) => mayShareNamespace(other, route)) && !madeElsewhere(inventory, 'Service', service, route);
    return isExpected ? `there is no Service ${service} in its namespace` : undefined;
  }
  if (port === undefined || hasPlaceholder(port)) return undefined;
  const whole = nearest(
    services.filter((each) => !isFragment(inventory, each) && servicePorts(each).length > 0),
    route,
  );
  if (whole.length === 0 || whole.some((each) => servicePorts(each).some((offered) => offered.port === port || offered.name === port))) return undefined;
  const ports = servicePorts(whole[0]!).map(({ port, name }) => (name ? `${name} (${port})` : port));
  return `${titleOf(whole[0]!)} has no port ${port}, only ${ports.join(', ')}`;
}
