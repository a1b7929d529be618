import type { Inventory } from '../manifest/inventory.ts';
import { get, placeAt, textOf } from '../manifest/yaml.ts';
import type { RelationCheck } from './check.ts';
import { locate } from './fragment.ts';
import { type Evidence, quote, type Verdict } from './verdict.ts';

/** Whether each target refers to something that is there. */
export function answerRelation(check: RelationCheck, inventory: Inventory): Verdict {
  const good: Evidence[] = [];
  const bad: { evidence: Evidence; says: string }[] = [];
  for (const target of check.targets) {
    const found = locate(target, inventory);
    if (!found?.resource) continue;
    const { resource } = found;
    if (check.relation === 'selects') {
      const place = quote(placeAt(resource.node, 'spec', 'selector'));
      if (inventory.selectedBy(resource).length > 0) good.push(place);
      else bad.push({ evidence: place, says: `Service ${resource.name} selects no workload` });
    } else if (check.relation === 'scales') {
      const [kind, name] = [textOf(get(resource.node, 'spec', 'scaleTargetRef', 'kind')), textOf(get(resource.node, 'spec', 'scaleTargetRef', 'name'))];
      const place = quote(placeAt(resource.node, 'spec', 'scaleTargetRef', 'name'));
      if (kind && name && inventory.find(kind, name, resource)) good.push(place);
      else bad.push({ evidence: place, says: `${resource.kind} ${resource.name} targets ${kind}/${name}, which is not there` });
    } else {
      const place = quote(placeAt(resource.node, 'spec', 'rules'));
      good.push(place);
    }
  }
  const [firstGood] = good;
  const [firstBad] = bad;
  if (firstBad) {
    const evidence: [Evidence, ...Evidence[]] = [firstBad.evidence, ...bad.slice(1).map(({ evidence }) => evidence), ...good];
    return { is: firstGood ? 'partial' : 'unmet', because: bad.map(({ says }) => says).join('; '), evidence };
  }
  if (!firstGood) return { is: 'unproven', because: `nothing that ${check.says} could be asked of`, evidence: [] };
  return { is: 'met', because: check.says, evidence: [firstGood, ...good.slice(1)] };
}
