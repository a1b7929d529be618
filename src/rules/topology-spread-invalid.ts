import { get, itemsOf, type Node, numberOf, placeAt, textOf } from '../manifest/yaml.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const topologySpreadInvalid = defineRule({
  id: 'topology-spread-invalid',
  severity: 'medium',
  says: '{workload} has a topology spread constraint {problem}.',
  because: 'The API server refuses it, or it selects no pods and spreads nothing.',
  fix: 'Give maxSkew (1 or more), topologyKey, whenUnsatisfiable (DoNotSchedule or ScheduleAnyway) and a labelSelector for the pods.',
  fails: 'topology-spread-invalid/no-selector.yaml',
  passes: 'topology-spread-invalid/whole.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      for (const constraint of itemsOf(get(workload.pod, 'topologySpreadConstraints'))) {
        const wrong = problemOf(constraint);
        if (wrong) yield { at: placeAt(constraint, wrong.field), args: { workload: titleOf(workload), problem: wrong.problem } };
      }
    }
  },
});

function problemOf(constraint: Node): { field: string; problem: string } | undefined {
  const skew = numberOf(get(constraint, 'maxSkew'));
  if (skew === undefined || skew < 1) return { field: 'maxSkew', problem: 'without a maxSkew of 1 or more' };
  const domains = get(constraint, 'minDomains');
  if (domains && !((numberOf(domains) ?? 0) >= 1)) return { field: 'minDomains', problem: 'with minDomains below 1' };
  if (!textOf(get(constraint, 'topologyKey'))) return { field: 'topologyKey', problem: 'without a topologyKey' };
  const otherwise = textOf(get(constraint, 'whenUnsatisfiable'));
  if (otherwise !== 'DoNotSchedule' && otherwise !== 'ScheduleAnyway') {
    return { field: 'whenUnsatisfiable', problem: otherwise === undefined ? 'without whenUnsatisfiable' : `with whenUnsatisfiable: ${otherwise}` };
  }
  return get(constraint, 'labelSelector') || get(constraint, 'matchLabelKeys') ? undefined : { field: 'labelSelector', problem: 'without a labelSelector' };
}
