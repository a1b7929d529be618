import { combine } from '../checks/answer.ts';
import type { Verdict } from '../checks/verdict.ts';

/**
 * A claim with sub-claims: met when every part that was decided is, unmet when none is, else partial.
 * What only a run can tell leaves the files' part of it standing; what could not be decided does not.
 * @param own what its own words gave; it counts only where it decided something
 */
export function judgeParent(own: Verdict, children: readonly { verdict: Verdict; aside: boolean }[]): Verdict {
  const counted = children.filter(({ aside }) => !aside).map(({ verdict }) => verdict);
  const decided = own.is === 'met' || own.is === 'partial' || own.is === 'unmet';
  if (counted.length === 0) return own;
  const files = counted.filter(({ is }) => is !== 'not-run');
  if (files.length === 0) return own.is === 'unmet' || own.is === 'partial' ? own : counted[0]!;
  return combine(decided ? [...files, own] : files);
}
