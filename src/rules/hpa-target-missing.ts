import { placeAt } from '../manifest/yaml.ts';
import { autoscalers } from './autoscalers.ts';
import { hasPlaceholder, madeElsewhere } from './elsewhere.ts';
import { inNamespace, named } from './neighbours.ts';
import { isBuiltIn, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const hpaTargetMissing = defineRule({
  id: 'hpa-target-missing',
  severity: 'high',
  says: '{autoscaler} scales nothing: there is no {target} in its namespace.',
  because: 'Nothing complains about an autoscaler without a target; the load comes and the replicas stay as they are.',
  fix: 'Name a Deployment or StatefulSet of the same namespace in scaleTargetRef.',
  fails: 'hpa-target-missing/typing-error.yaml',
  passes: 'hpa-target-missing/matching.yaml',
  *find(inventory) {
    for (const { resource, target } of autoscalers(inventory)) {
      const { kind, name } = target;
      if (!isBuiltIn(target) || name === '' || hasPlaceholder(name) || named(inventory, kind, name, resource).length > 0) continue;
      // Where no workload stands at all, the target is somebody else's.
      if (inNamespace(inventory, resource).length === 0 || madeElsewhere(inventory, kind, name, resource)) continue;
      yield { at: placeAt(resource.node, 'spec', 'scaleTargetRef', 'name'), args: { autoscaler: titleOf(resource), target: `${kind}/${name}` } };
    }
  },
});
