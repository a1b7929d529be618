import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import { fileUnreadable, storyMissing } from '../errors.ts';
import { formats } from '../report/formats.ts';
import { reportOf } from '../report/report.ts';
import { type Prover, review } from '../review/review.ts';
import { deliver } from './deliver.ts';
import { REVIEW_LEVELS, type ReviewLevel, reviewExitCode } from './fail-on.ts';
import { type Host, wantsColour } from './host.ts';
import { type ManifestOptions, type ReportOptions, type RepositoryOptions, withManifests, withReport, withRepository } from './options.ts';
import { progressLine } from './progress.ts';

type Options = RepositoryOptions & ManifestOptions & ReportOptions<ReviewLevel> & { readonly proof?: string };

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('STORY... [options]')
    .argument('[story...]', "the story's files: seen from here, from --repo, or from the repository's top folder")
    .addHelpText(
      'after',
      `
Exit code: 0 approved, 1 not approved, 2 could not review.

Examples:
  ai-agents review docs/stories/1-6.md
  ai-agents review docs/stories/1-6.md --ref main --format md --output review.md
  ai-agents review specs/7/spec.md specs/7/tasks.md --repo ../shop --manifests k8s
  ai-agents review docs/stories/1-6.md --fail-on high`,
    )
    .option('--proof <file>', 'what `ai-agents verify --format json` found, for the claims that only a run can decide')
    .action(async (stories: string[], options: Options) => exit(await run(stories, options, host)));
  withReport(withManifests(withRepository(command)), REVIEW_LEVELS, 'exit with 1 only from this level on (default: whenever the outcome is not APPROVE)');
}

async function run(stories: readonly string[], options: Options, host: Host): Promise<number> {
  if (stories.length === 0) throw storyMissing();
  const repository = options.repo ?? host.cwd;
  const checkout = await openCheckout(repository, options.ref, host.signal);
  const path = (given: string) => locate(checkout, given, [host.cwd, repository]);
  const manifests = options.manifests.map(path);
  const request = { stories: stories.map(path), manifests: manifests.includes('') ? [] : manifests };
  const { progress, clear } = progressLine(host);
  const prover = options.proof === undefined ? undefined : await proverOf(resolve(host.cwd, options.proof), checkout.commit);
  const finished = await review(request, checkout, host.signal, progress, prover).finally(clear);
  const report = reportOf(finished);
  const format = await formats[options.format]();
  const colour = options.output === undefined && wantsColour(host.stdout, host.env);
  await deliver(format.review(report, { colour }), options.output, host);
  return reviewExitCode(report, options.failOn);
}

/** Asks a stored proof; one of other files or of another commit answers nothing. */
async function proverOf(path: string, commit: string | null): Promise<Prover> {
  const { proveClaim, readProof, staleness } = await import('../cluster/stored-proof.ts');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileUnreadable(path, error);
  });
  const proof = readProof(text, path);
  return ({ text: words }, inventory) => {
    const because = staleness(proof, inventory, commit);
    return because === undefined ? proveClaim(words, inventory, proof) : { is: 'not-run', because, evidence: [] };
  };
}
