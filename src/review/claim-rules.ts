import type { Finding, Rule } from '../rules/rule.ts';
import type { JudgedClaim } from './review.ts';

type Wording = Pick<Rule, 'id' | 'severity' | 'says' | 'because' | 'fix'>;

/** What the review itself finds: claims that are not as the story says. */
export const claimRules = {
  unmetTask: {
    id: 'task-not-done',
    severity: 'high',
    says: '{claim} is ticked and not done: {because}.',
    because: 'A ticked box is a claim that somebody signs for.',
    fix: 'Do it, or clear the box.',
  },
  partialTask: {
    id: 'task-questionable',
    severity: 'medium',
    says: '{claim} is ticked and only partly done: {because}.',
    because: 'A ticked box says that all of it is done.',
    fix: 'Do the rest, or say in the story what was decided instead.',
  },
  unmetCriterion: {
    id: 'criterion-missing',
    severity: 'high',
    says: '{claim} is missing: {because}.',
    because: 'An acceptance criterion is what the story was accepted for.',
    fix: 'Implement it, or change the criterion with the people who set it.',
  },
  partialCriterion: {
    id: 'criterion-partial',
    severity: 'medium',
    says: '{claim} is only partly implemented: {because}.',
    because: 'An acceptance criterion holds as a whole.',
    fix: 'Implement the rest, or change the criterion with the people who set it.',
  },
} as const satisfies Record<string, Wording>;

/** Of a parent and its children only the innermost are findings: the parent is wrong because they are. */
export function claimFindings(claims: readonly JudgedClaim[]): Finding[] {
  const wrong = claims.filter(({ claim, verdict }) => claim.ticked !== false && (verdict.is === 'unmet' || verdict.is === 'partial'));
  const parents = new Set(wrong.map(({ claim }) => claim.parent));
  return wrong
    .filter(({ claim }) => !parents.has(claim.id))
    .map(({ claim, verdict }) => {
      const criterion = claim.kind === 'criterion';
      const { id, severity } =
        verdict.is === 'unmet'
          ? criterion
            ? claimRules.unmetCriterion
            : claimRules.unmetTask
          : criterion
            ? claimRules.partialCriterion
            : claimRules.partialTask;
      return { rule: id, severity, at: claim.place, args: { claim: claim.id, because: verdict.because } };
    });
}
