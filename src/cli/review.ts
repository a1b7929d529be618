import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Checkout } from '../checkout/checkout.ts';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import type { Proof } from '../cluster/proof.ts';
import { fileUnreadable, storyMissing, usage } from '../errors.ts';
import { formats } from '../report/formats.ts';
import { reportOf } from '../report/report.ts';
import type { Prover } from '../review/review.ts';
import { deliver } from './deliver.ts';
import { REVIEW_LEVELS, type ReviewLevel, reviewExitCode } from './fail-on.ts';
import { type Host, wantsColour } from './host.ts';
import {
  type ClusterOptions,
  type ManifestOptions,
  type ReportOptions,
  type RepositoryOptions,
  withCluster,
  withManifests,
  withReport,
  withRepository,
} from './options.ts';
import { progressLine } from './progress.ts';
import { prove } from './prove.ts';

type Options = RepositoryOptions & ManifestOptions & ReportOptions<ReviewLevel> & ClusterOptions & { readonly proof?: string };

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
  ai-agents review docs/stories/1-6.md --fail-on high
  ai-agents review docs/stories/1-6.md --manifests k8s --context kind-test`,
    )
    .action(async (stories: string[], options: Options) => {
      const stray = clusterOptions.find((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
      if (options.context === undefined && stray) throw usage(`${stray.long} is about a run on a cluster, and none was named`, 'Name one with --context NAME.');
      exit(await run(stories, options, host));
    });
  withReport(withManifests(withRepository(command)), REVIEW_LEVELS, 'exit with 1 only from this level on (default: whenever the outcome is not APPROVE)');
  const others = new Set(command.options);
  withCluster(command, 'also apply the manifests to this cluster, for what only a run can decide: a context of the kubeconfig, never guessed');
  const clusterOptions = command.options.filter((option) => !others.has(option));
  command.addOption(new Option('--proof <file>', 'instead: what `ai-agents verify --format json` found').conflicts('context'));
}

async function run(stories: readonly string[], options: Options, host: Host): Promise<number> {
  if (stories.length === 0) throw storyMissing();
  const repository = options.repo ?? host.cwd;
  // what reads is loaded while git looks
  const [checkout, { review }] = await Promise.all([openCheckout(repository, options.ref, host.signal), import('../review/review.ts')]);
  const path = (given: string) => locate(checkout, given, [host.cwd, repository]);
  const manifests = options.manifests.map(path);
  const request = { stories: stories.map(path), manifests: manifests.includes('') ? [] : manifests };
  const { progress, clear } = progressLine(host);
  let left = 0;
  const prover = await proverOf(options, checkout, host, clear, async (proof) => {
    left = proof.leftBehind.length;
    const { proofText } = await import('../report/proof-text.ts');
    await host.stderr.write(`${proofText(proof, { colour: wantsColour(host.stderr, host.env) })}\n`);
  });
  const finished = await review(request, checkout, host.signal, progress, prover).finally(clear);
  const report = reportOf(finished);
  const format = await formats[options.format]();
  const colour = options.output === undefined && wantsColour(host.stdout, host.env);
  await deliver(format.review(report, { colour }), options.output, host);
  const code = reviewExitCode(report, options.failOn);
  return left > 0 ? Math.max(code, 1) : code;
}

/** Who decides what files cannot: a cluster, a proof that was kept, or nobody. */
async function proverOf(
  options: Options,
  checkout: Checkout,
  host: Host,
  starts: () => Promise<void>,
  ended: (proof: Proof) => Promise<void>,
): Promise<Prover | undefined> {
  if (options.context !== undefined) {
    const { liveProver } = await import('../review/prover.ts');
    return liveProver(async (checks, inventory) => {
      await starts();
      const proof = await prove(options, inventory, checkout, checks, host);
      await ended(proof);
      return proof;
    });
  }
  if (options.proof === undefined) return undefined;
  const path = resolve(host.cwd, options.proof);
  const [{ readProof }, { storedProver }] = await Promise.all([import('../cluster/stored-proof.ts'), import('../review/prover.ts')]);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileUnreadable(path, error);
  }
  return storedProver(readProof(text, path), checkout.commit);
}
