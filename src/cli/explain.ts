import type { Command } from 'commander';
import { distance } from 'fastest-levenshtein';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import { lineOf } from '../checkout/source.ts';
import { claimMissing, ruleUnknown } from '../errors.ts';
import { explainClaim, explainRule } from '../report/explain.ts';
import { reportOf } from '../report/report.ts';
import { ruleIds, wordingOf } from '../report/wording.ts';
import { type JudgedClaim, review } from '../review/review.ts';
import { type Host, wantsColour } from './host.ts';
import { type ManifestOptions, type RepositoryOptions, withManifests, withRepository } from './options.ts';
import { progressLine } from './progress.ts';

type Options = RepositoryOptions & ManifestOptions;

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('STORY:LINE | RULE-ID [options]')
    .argument('<what>', 'a line of a story with a claim on it, or the id of a rule')
    .addHelpText(
      'after',
      `
Exit code: 0 explained, 2 could not.

Examples:
  ai-agents explain docs/stories/1-6.md:72
  ai-agents explain image-tag-latest`,
    )
    .action(async (what: string, options: Options) => {
      const look = { colour: wantsColour(host.stdout, host.env) };
      const place = /^(.+):([1-9][0-9]{0,8})$/.exec(what);
      await host.stdout.write(place ? await explainLine(place[1]!, Number(place[2]), options, host, look) : explainRule(knownRule(what), look));
      exit(0);
    });
  withManifests(withRepository(command));
}

function knownRule(id: string) {
  const rule = wordingOf(id);
  if (rule) return rule;
  const nearest = ruleIds().reduce((best, candidate) => (distance(id, candidate) < distance(id, best) ? candidate : best));
  // Further away than half of the id it is no misspelling, and a guess would mislead.
  throw ruleUnknown(id, distance(id, nearest) <= id.length / 2 ? nearest : undefined);
}

async function explainLine(story: string, line: number, options: Options, host: Host, look: { colour: boolean }): Promise<string> {
  const repository = options.repo ?? host.cwd;
  const checkout = await openCheckout(repository, options.ref, host.signal);
  const path = (given: string) => locate(checkout, given, [host.cwd, repository]);
  const file = path(story);
  const manifests = options.manifests.map(path);
  const { progress, clear } = progressLine(host);
  const finished = await review({ stories: [file], manifests: manifests.includes('') ? [] : manifests }, checkout, host.signal, progress).finally(clear);
  const at = claimAt(finished.claims, line);
  if (at < 0) throw claimMissing(`${file}:${line}`, nearestClaims(finished.claims, line));
  return explainClaim(finished.claims[at]!, reportOf(finished).claims[at]!, look);
}

/** The claim whose words stand on that line: of a task and its sub-task the one that begins later. */
function claimAt(claims: readonly JudgedClaim[], line: number): number {
  return claims.findLastIndex(({ claim: { place } }) => {
    const last = place.source.position(Math.max(place.start, place.end - 1)).line;
    return lineOf(place) <= line && line <= last;
  });
}

function nearestClaims(claims: readonly JudgedClaim[], line: number): string {
  const places = claims.map(({ claim }) => ({ id: claim.id, line: lineOf(claim.place) }));
  const before = places.findLast((place) => place.line < line);
  const after = places.find((place) => place.line > line);
  return `The nearest: ${[before, after].flatMap((place) => (place ? [`line ${place.line} (${place.id})`] : [])).join(', ')}.`;
}
