import type { Checkout } from '../checkout/checkout.ts';
import type { Check } from '../checks/check.ts';
import type { Verdict } from '../checks/verdict.ts';
import type { FileProblem } from '../errors.ts';
import type { Finding } from '../rules/rule.ts';
import type { Claim, Story } from '../story/story.ts';

/** A claim with what it was read as, and what that gave. */
export interface JudgedClaim {
  readonly claim: Claim;
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
}

export type Outcome = 'APPROVE' | 'CHANGES REQUESTED' | 'BLOCKED';

/** One finished review: everything a report shows. Same bytes under review, same review. */
export interface Review {
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly story: Story;
  readonly claims: readonly JudgedClaim[];
  /** of the rules and of the claims themselves (a ticked task that is not done), accepted ones included; worst first, then by place */
  readonly findings: readonly Finding[];
  /** files that could not be read */
  readonly problems: readonly FileProblem[];
  /** SHA-256 of every file that is cited, by path */
  readonly files: ReadonlyMap<string, string>;
  readonly outcome: Outcome;
}

export interface ReviewRequest {
  /** paths of the story's files below the checkout's root */
  readonly stories: readonly string[];
  /** files or folders to look for manifests in; everywhere when empty */
  readonly manifests: readonly string[];
}

/** What happens while a review runs, for progress lines and events. */
export type Progress = (stage: 'reading' | 'judging' | 'done', done: number, of: number) => void;

/**
 * Reviews a story against a checkout.
 * @throws Problem when no honest review is possible: no story, no claims, no manifest
 */
export async function review(_request: ReviewRequest, _checkout: Checkout, _signal: AbortSignal, _progress?: Progress): Promise<Review> {
  throw new Error('not built yet');
}
