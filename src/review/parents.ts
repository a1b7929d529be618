import { combine } from '../checks/answer.ts';
import type { Verdict } from '../checks/verdict.ts';

/**
 * A claim with sub-claims: met when every part that was decided is, unmet when none is, else partial.
 * What only a run can tell leaves the files' part of it standing; what could not be decided does not.
 * @param own what its own words gave; of a task it counts only where it decided something
 */
export function judgeParent(own: Verdict, children: readonly { verdict: Verdict; aside: boolean }[], criterion = false): Verdict {
  const counted = children.filter(({ aside }) => !aside).map(({ verdict }) => verdict);
  // a criterion is its own words; scenarios and boxes below it only add to them
  if (criterion) {
    const below = children.map(({ verdict }) => verdict).filter(({ is }) => is !== 'not-run' && is !== 'unproven');
    return combine([own, ...below]);
  }
  const decided = own.is === 'met' || own.is === 'partial' || own.is === 'unmet';
  if (counted.length === 0) return own;
  const files = counted.filter(({ is }) => is !== 'not-run');
  if (files.length === 0) return own.is === 'unmet' || own.is === 'partial' ? own : counted[0]!;
  return combine(decided ? [...files, own] : files);
}
