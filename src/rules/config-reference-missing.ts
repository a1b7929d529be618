import { placeAt } from '../manifest/yaml.ts';
import { problemOfReference } from './config-references.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { allContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

const FIELDS = { ConfigMap: 'configMapKeyRef', Secret: 'secretKeyRef' } as const;

export const configReferenceMissing = defineRule({
  id: 'config-reference-missing',
  severity: 'high',
  says: 'Container {container} of {workload} cannot start: {what} needs what is not there, {problem}.',
  because: 'The kubelet waits for a ConfigMap, Secret or key that a container reads; until it exists the pod stands in CreateContainerConfigError.',
  fix: 'Correct the name or the key, add the object, or set optional: true.',
  fails: 'config-reference-missing/other-key.yaml',
  passes: 'config-reference-missing/matching.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      const { container, workload } = placed;
      for (const { name, node, from } of container.env) {
        if (typeof from !== 'object' || from.optional || hasPlaceholder(from.name + from.key)) continue;
        const problem = problemOfReference(inventory, workload, from);
        if (problem)
          yield {
            at: placeAt(node, 'valueFrom', FIELDS[from.kind], problem.includes(' no key ') ? 'key' : 'name'),
            args: { ...namesOf(placed), what: name, problem },
          };
      }
      for (const { kind, name, optional, node } of container.envFrom) {
        if (optional || hasPlaceholder(name)) continue;
        const problem = problemOfReference(inventory, workload, { kind, name, key: undefined });
        if (problem)
          yield { at: placeAt(node, kind === 'ConfigMap' ? 'configMapRef' : 'secretRef', 'name'), args: { ...namesOf(placed), what: 'envFrom', problem } };
      }
    }
  },
});
