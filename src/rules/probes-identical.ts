import { get, type Node, numberOf, plain } from '../manifest/yaml.ts';
import { inContainer, mainContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const probesIdentical = defineRule({
  id: 'probes-identical',
  severity: 'medium',
  optIn: true,
  says: 'Container {container} of {workload} is restarted for the very reason that should only keep traffic away: both probes ask the same.',
  because:
    'A slow dependency or a start that takes long makes a container unready for a while; asked the same question, the liveness probe restarts it, on every replica at once.',
  fix: 'Let the liveness probe ask something that only the process itself can fail, or give it a higher failureThreshold.',
  fails: 'probes-identical/same.yaml',
  passes: 'probes-identical/patient.yaml',
  *find(inventory) {
    for (const placed of mainContainers(inventory)) {
      const [liveness, readiness] = [get(placed.container.node, 'livenessProbe'), get(placed.container.node, 'readinessProbe')];
      if (!liveness || !readiness || question(liveness) !== question(readiness)) continue;
      if (patience(liveness) > patience(readiness)) continue; // the documented pattern: one endpoint, and liveness waits longer
      yield { at: inContainer(placed, 'livenessProbe'), args: namesOf(placed) };
    }
  },
});

const question = (probe: Node): string => JSON.stringify(['httpGet', 'tcpSocket', 'exec', 'grpc'].map((handler) => [handler, plainOf(get(probe, handler))]));
const plainOf = (node: Node | undefined): unknown => (node ? plain(node) : null);

/** Seconds until the kubelet acts on a probe that fails; 10 and 3 are the API's defaults. */
const patience = (probe: Node): number => (numberOf(get(probe, 'periodSeconds')) ?? 10) * (numberOf(get(probe, 'failureThreshold')) ?? 3);
