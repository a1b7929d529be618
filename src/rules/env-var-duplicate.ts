import { placeAt } from '../manifest/yaml.ts';
import { allContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const envVarDuplicate = defineRule({
  id: 'env-var-duplicate',
  severity: 'medium',
  says: 'Container {container} of {workload} sets {variable} twice.',
  because: 'The last value wins, so the first line says something that is not true; and server-side apply refuses the list.',
  fix: 'Keep the one that is meant.',
  fails: 'env-var-duplicate/twice.yaml',
  passes: 'env-var-duplicate/once.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      const seen = new Set<string>();
      for (const { name, node } of placed.container.env) {
        if (seen.has(name)) yield { at: placeAt(node, 'name'), args: { ...namesOf(placed), variable: name } };
        seen.add(name);
      }
    }
  },
});
