import { type Command, Option } from 'commander';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import type { Proof } from '../cluster/proof.ts';
import { manifestsMissing } from '../errors.ts';
import { readInventory } from '../manifest/inventory.ts';
import { visibleLine } from '../report/visible.ts';
import { deliver } from './deliver.ts';
import { type Host, wantsColour } from './host.ts';
import { type ClusterOptions, type RepositoryOptions, withCluster, withRepository } from './options.ts';
import { clusterOf, prove } from './prove.ts';

interface Options extends RepositoryOptions, ClusterOptions {
  readonly clean?: true;
  readonly format: 'text' | 'md' | 'json';
  readonly output?: string;
}

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command.usage('[PATH...] --context NAME [options]').argument('[path...]', 'files or folders with the manifests; the whole repository when none is named');
  withCluster(command, 'the cluster, by its context in the kubeconfig; never guessed')
    .option('--clean', 'only remove what earlier proofs left in the cluster')
    .addOption(new Option('--format <name>', 'how the proof is written; `review --proof` reads json').choices(['text', 'md', 'json']).default('text'))
    .option('--output <file>', 'write it there instead of to standard output')
    .addHelpText(
      'after',
      `
Exit code: 0 proven, 1 refuted or not proven, 2 could not verify.

Examples:
  ai-agents verify k8s --context kind-test
  ai-agents verify k8s --context kind-test --format json --output proof.json
  ai-agents verify --clean --context kind-test`,
    )
    .action(async (paths: string[], options: Options) => exit(await run(paths, options, host)));
  withRepository(command);
}

async function run(paths: readonly string[], options: Options, host: Host): Promise<number> {
  if (options.clean) return removeLeftovers(options, host);
  const repository = options.repo ?? host.cwd;
  const checkout = await openCheckout(repository, options.ref, host.signal);
  const asked = paths.map((path) => locate(checkout, path, [host.cwd, repository]));
  const inventory = await readInventory(checkout, asked.includes('') ? [] : asked, host.signal);
  if (inventory.resources.length === 0) throw manifestsMissing(paths.join(', ') || repository);
  const proof = await prove(options, inventory, checkout, [], host);
  const colour = options.output === undefined && wantsColour(host.stdout, host.env);
  await deliver(await written(proof, options.format, colour), options.output, host);
  return proof.outcome === 'proven' && proof.leftBehind.length === 0 ? 0 : 1;
}

async function written(proof: Proof, format: Options['format'], colour: boolean): Promise<string> {
  if (format === 'md') return (await import('../report/proof-md.ts')).proofMarkdown(proof);
  if (format === 'text') return (await import('../report/proof-text.ts')).proofText(proof, { colour });
  return (await import('../report/visible.ts')).visibleJson(`${JSON.stringify(proof, undefined, 2)}\n`);
}

async function removeLeftovers(options: Options, host: Host): Promise<number> {
  host.catchInterrupts();
  const { cleanLeftovers } = await import('../cluster/clean.ts');
  const { removed, inUse, left } = await cleanLeftovers(clusterOf(options, host), 120_000, host.signal, (event) => {
    const says =
      event.is === 'removing' ? `removing ${event.objects.join(', ')}` : `looking again in ${event.seconds} s: a proof that runs has to be left alone`;
    void host.stderr.write(`${visibleLine(says)}\n`);
  });
  const lines = [
    ...removed.map((object) => `removed ${object}`),
    ...inUse.map((name) => `left Namespace/${name} alone: a proof is running in it`),
    ...left.map(({ object, because, remove }) => `could not remove ${object}: ${because}; try: ${remove}`),
  ];
  await host.stdout.write(`${lines.length > 0 ? lines.join('\n') : 'nothing was left'}\n`);
  return left.length > 0 ? 1 : 0;
}
