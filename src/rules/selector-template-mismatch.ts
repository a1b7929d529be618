import { kustomized } from '../manifest/kustomization.ts';
import { selects } from '../manifest/resource.ts';
import { get, placeAt } from '../manifest/yaml.ts';
import { isSelector } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const selectorTemplateMismatch = defineRule({
  id: 'selector-template-mismatch',
  severity: 'high',
  says: '{workload} {problem}.',
  because: 'The API server refuses an object whose selector does not match the pods that it makes itself.',
  fix: 'Let spec.selector.matchLabels repeat labels of spec.template.metadata.labels.',
  fails: 'selector-template-mismatch/typing-error.yaml',
  passes: 'selector-template-mismatch/subset.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet')) {
      const selector = get(workload.node, 'spec', 'selector');
      if (!selector) {
        // Older API versions take the template's labels, and kustomize writes the labels it adds into selectors too.
        if (workload.apiVersion !== 'apps/v1' || kustomized(inventory).addsLabels) continue;
        yield { at: placeAt(workload.node, 'spec'), args: { workload: titleOf(workload), problem: 'has no selector' } };
      } else if (!isSelector(selector)) {
        yield {
          at: placeAt(workload.node, 'spec', 'selector'),
          args: { workload: titleOf(workload), problem: 'has labels right under selector, not under matchLabels' },
        };
      } else if (!selects(selector, workload.podLabels)) {
        yield { at: placeAt(workload.node, 'spec', 'selector'), args: { workload: titleOf(workload), problem: 'does not select its own pods' } };
      }
    }
  },
});
