import type { Checkout } from '../checkout/checkout.ts';
import { Source } from '../checkout/source.ts';
import { answerAll, type Ground } from '../checks/answer.ts';
import type { Check } from '../checks/check.ts';
import type { Verdict } from '../checks/verdict.ts';
import { compileStory, isEndless, type Reading } from '../claims/compile.ts';
import type { Resolution } from '../claims/context.ts';
import { pathsIn } from '../claims/lexicon.ts';
import type { RunOfReview } from '../cluster/proof.ts';
import { type FileProblem, manifestsMissing, storyMissing } from '../errors.ts';
import { type Inventory, isDeployed, isManifestPath, readInventory } from '../manifest/inventory.ts';
import { findAll, ruleOf, worstFirst } from '../rules/find.ts';
import type { Finding } from '../rules/rule.ts';
import { sentence } from '../rules/sentence.ts';
import { parseStory } from '../story/parse.ts';
import type { Claim, Story } from '../story/story.ts';
import { claimFindings } from './claim-rules.ts';
import { outcomeOf } from './outcome.ts';
import { judgeParent } from './parents.ts';
import { reread } from './reread.ts';

/** A claim with what it was read as, and what that gave. */
export interface JudgedClaim {
  readonly claim: Claim;
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
  /** how its nouns were resolved */
  readonly resolutions: readonly Resolution[];
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
  /** the runtime proof whose answers count here */
  readonly proof?: RunOfReview;
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

/** A claim with what it was read as, and what the files say of it. */
export type OpenClaim = Pick<JudgedClaim, 'claim' | 'checks' | 'verdict'>;

/** What a run on a cluster says: about the claims that it understands, by their ids, and about the manifests themselves. */
export interface Proven {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly findings: readonly Finding[];
  /** undefined when no proof speaks about these files */
  readonly proof?: RunOfReview;
}

/**
 * Asks a cluster, or a proof that was kept, what only a run can decide. Claims about policies come along, although the files decided them: what traffic
 * shows must not be otherwise.
 */
export type Prover = (open: readonly OpenClaim[], inventory: Inventory) => Promise<Proven>;

/**
 * Reviews a story against a checkout.
 * @throws Problem when no honest review is possible: no story, no claims, no manifest
 */
export async function review(request: ReviewRequest, checkout: Checkout, signal: AbortSignal, progress: Progress = () => {}, prover?: Prover): Promise<Review> {
  const story = parseStory(await storySources(request.stories, checkout, signal));
  progress('reading', 0, checkout.paths.length);
  const inventory = await readInventory(checkout, request.manifests, signal, namedFiles(story, checkout));
  if (inventory.resources.length === 0 && inventory.unrendered.length === 0) throw manifestsMissing(request.manifests.join(', ') || checkout.root);
  const readings = compileStory(story, inventory);
  const named = new Set(readings.flatMap(({ names }) => names));
  const ruled = findAll(inventory).filter(({ at: { source } }) => isDeployed(source.path, request.manifests) || named.has(source.path));
  const own = judgeEach(readings, inventory, ruled, progress);
  const proven = await prover?.(
    readings.flatMap(({ claim, checks }) => {
      const verdict = own.get(claim.id)!;
      return verdict.is === 'not-run' || checks.some(({ is }) => is === 'flow') ? [{ claim, checks, verdict }] : [];
    }),
    inventory,
  );
  const judged = judgeStory(readings, new Map([...own, ...(proven?.verdicts ?? [])]));
  const { claims, files } = await reread(judged, checkout, signal);
  const findings = [...ruled, ...(proven?.findings ?? []), ...claimFindings(claims)].sort(worstFirst);
  progress('done', claims.length, claims.length);
  const { commit, dirty } = checkout;
  const problems = [...story.problems, ...inventory.problems];
  const unread = story.problems.length > 0 || inventory.problems.some(({ path }) => isManifestPath(path, request.manifests));
  const proof = proven?.proof && { proof: proven.proof };
  return { commit, dirty, story, claims, findings, problems, files, ...proof, outcome: outcomeOf(findings, claims, unread) };
}

/** Files of the checkout that the story names in so many words. */
function namedFiles(story: Story, { paths }: Checkout): Set<string> {
  const known = new Set(paths);
  return new Set(
    story.claims
      .filter(({ text }) => !isEndless(text))
      .flatMap(({ text }) => pathsIn(text).map(([path]) => path.replace(/^\.?\//, '')))
      .filter((path) => known.has(path)),
  );
}

async function storySources(paths: readonly string[], checkout: Checkout, signal: AbortSignal): Promise<Source[]> {
  if (paths.length === 0) throw storyMissing();
  return (await checkout.read(paths, signal)).map((read) => {
    if (!(read instanceof Source)) throw read.problem;
    return read;
  });
}

/** What the files say about each claim by itself. */
function judgeEach(readings: readonly Reading[], inventory: Inventory, findings: readonly Finding[], progress: Progress): ReadonlyMap<string, Verdict> {
  const own = new Map<string, Verdict>();
  for (const [index, { claim, checks, names }] of readings.entries()) {
    progress('judging', index, readings.length);
    const ground: Ground = { inventory, findings, claimed: claim.place, say: ({ rule, args }) => sentence(ruleOf(rule)?.says ?? rule, args) };
    const lost = inventory.problems.find(({ path }) => names.includes(path));
    own.set(claim.id, lost ? { is: 'failed', because: lost.problem.message, problem: lost.problem, evidence: [] } : answerAll(checks, ground));
  }
  return own;
}

/** Each claim with what is below it. */
function judgeStory(readings: readonly Reading[], own: ReadonlyMap<string, Verdict>): JudgedClaim[] {
  const children = Map.groupBy(readings, ({ claim }) => claim.parent);
  const whole = (reading: Reading): Verdict => {
    const below = children.get(reading.claim.id) ?? [];
    const verdict = own.get(reading.claim.id)!;
    return below.length === 0
      ? verdict
      : judgeParent(
          verdict,
          below.map((child) => ({ verdict: whole(child), aside: isAside(child) })),
          reading.claim.kind === 'criterion',
        );
  };
  return readings.map((reading) => ({ claim: reading.claim, checks: reading.checks, resolutions: reading.resolutions, verdict: whole(reading) }));
}

const isAside = ({ checks }: Reading): boolean => checks.some((check) => check.is === 'unread' && check.aside);
