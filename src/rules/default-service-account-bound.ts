import { placeAt } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { bindings, subjectsOf } from './roles.ts';
import { defineRule } from './rule.ts';

export const defaultServiceAccountBound = defineRule({
  id: 'default-service-account-bound',
  severity: 'medium',
  security: true,
  says: '{binding} gives its role to the default service account.',
  because: 'Every pod that names no account runs as that one, so pods that never asked get the role.',
  fix: 'Make an account for the workload, and name it in the binding and in serviceAccountName.',
  fails: 'default-service-account-bound/default.yaml',
  passes: 'default-service-account-bound/own.yaml',
  *find(inventory) {
    for (const binding of bindings(inventory)) {
      for (const { kind, name, node } of subjectsOf(binding)) {
        if (kind === 'ServiceAccount' && name === 'default') yield { at: placeAt(node, 'name'), args: { binding: titleOf(binding) } };
      }
    }
  },
});
