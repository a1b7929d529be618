import { get, placeAt, textOf } from '../manifest/yaml.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const rolloutDeadlock = defineRule({
  id: 'rollout-deadlock',
  severity: 'medium',
  says: '{workload} can never be updated: it may have neither a pod more nor a pod less.',
  because: 'With maxSurge 0 and maxUnavailable 0 no pod may be replaced; the API server refuses the pair.',
  fix: 'Set maxSurge to 1.',
  fails: 'rollout-deadlock/both-zero.yaml',
  passes: 'rollout-deadlock/one-more.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory, 'Deployment', 'DaemonSet')) {
      const strategy = workload.kind === 'Deployment' ? 'strategy' : 'updateStrategy';
      const [surge, unavailable] = ['maxSurge', 'maxUnavailable'].map((field) => textOf(get(workload.node, 'spec', strategy, 'rollingUpdate', field)));
      // A DaemonSet surges by 0 unless told otherwise.
      const isStuck = isZero(unavailable) && (isZero(surge) || (surge === undefined && workload.kind === 'DaemonSet'));
      if (isStuck) yield { at: placeAt(workload.node, 'spec', strategy, 'rollingUpdate', 'maxUnavailable'), args: { workload: titleOf(workload) } };
    }
  },
});

const isZero = (text: string | undefined): boolean => text !== undefined && /^0+%?$/.test(text);
