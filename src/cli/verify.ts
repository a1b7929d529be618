import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import { Source } from '../checkout/source.ts';
import { fileUnreadable, manifestsMissing, usage } from '../errors.ts';
import { readInventory } from '../manifest/inventory.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { deliver } from './deliver.ts';
import { type Host, wantsColour } from './host.ts';
import { type RepositoryOptions, withRepository } from './options.ts';
import { verifyProgress } from './verify-progress.ts';

interface Options extends RepositoryOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly secrets?: string;
  readonly setImage: ReadonlyMap<string, string>;
  readonly timeout: number;
  readonly stable: number;
  readonly keep?: true;
  readonly allowEgress?: true;
  readonly allowClusterScoped?: true;
  readonly rollout?: true;
  readonly probeImage: string;
  readonly clean?: true;
  readonly format: 'text' | 'md' | 'json';
  readonly output?: string;
}

const PROBE_IMAGE = 'docker.io/library/busybox:1.37';

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('[PATH...] --context NAME [options]')
    .argument('[path...]', 'files or folders with the manifests; the whole repository when none is named')
    .option('--context <name>', 'the cluster, by its context in the kubeconfig; never guessed')
    .option('--kubeconfig <file>', 'the kubeconfig (default: KUBECONFIG, else ~/.kube/config)')
    .option('--namespace <name>', 'work there (default: a fresh name); it may exist only when an earlier proof made it')
    .option('--secrets <file>', "Secrets that take the place of the manifests' own or of their templates")
    .addOption(new Option('--set-image <old=new>', 'run another image; may be given several times').default(new Map(), 'none').argParser(imagePair))
    .addOption(new Option('--timeout <time>', 'how long everything may take to become ready').default(300_000, '5m').argParser(duration))
    .addOption(new Option('--stable <time>', 'how long it has to stay so').default(10_000, '10s').argParser(duration))
    .option('--keep', 'leave the namespace there; `verify --clean` removes it')
    .option('--allow-egress', 'let the pods reach what is outside of the namespace')
    .option('--allow-cluster-scoped', "also apply the manifests' cluster-scoped objects, and remove them afterwards")
    .option('--rollout', 'also roll out every Deployment behind a Service once more, under load: is a request dropped?')
    .option('--probe-image <image>', 'for probe pods: an image with sh, nc and nslookup', PROBE_IMAGE)
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
  host.catchInterrupts();
  const cluster = { context: options.context ?? '', kubeconfig: options.kubeconfig && resolve(host.cwd, options.kubeconfig) };
  if (options.clean) return removeLeftovers(cluster, host);
  const repository = options.repo ?? host.cwd;
  const checkout = await openCheckout(repository, options.ref, host.signal);
  const asked = paths.map((path) => locate(checkout, path, [host.cwd, repository]));
  const inventory = await readInventory(checkout, asked.includes('') ? [] : asked, host.signal);
  if (inventory.resources.length === 0) throw manifestsMissing(paths.join(', ') || repository);
  const [{ verify }, { givenSecrets }] = await Promise.all([import('../cluster/verify.ts'), import('../cluster/secrets.ts')]);
  const { progress, end } = verifyProgress(host);
  const proof = await verify(
    {
      cluster,
      namespace: options.namespace,
      secrets: options.secrets === undefined ? new Map() : givenSecrets(documentsIn(resolve(host.cwd, options.secrets))),
      images: options.setImage,
      timeout: options.timeout,
      stable: options.stable,
      keep: options.keep === true,
      allowEgress: options.allowEgress === true,
      allowClusterScoped: options.allowClusterScoped === true,
      rollout: options.rollout === true,
      probeImage: options.probeImage,
      checks: [],
    },
    inventory,
    checkout,
    { clock: { now: Date.now }, progress },
    host.signal,
  ).finally(end);
  const colour = options.output === undefined && wantsColour(host.stdout, host.env);
  await deliver(await written(proof, options.format, colour), options.output, host);
  return proof.outcome === 'proven' && proof.leftBehind.length === 0 ? 0 : 1;
}

async function written(proof: import('../cluster/proof.ts').Proof, format: Options['format'], colour: boolean): Promise<string> {
  if (format === 'md') return (await import('../report/proof-md.ts')).proofMarkdown(proof);
  if (format === 'text') return (await import('../report/proof-text.ts')).proofText(proof, { colour });
  return (await import('../report/visible.ts')).visibleJson(`${JSON.stringify(proof, undefined, 2)}\n`);
}

async function removeLeftovers(choice: { context: string; kubeconfig: string | undefined }, host: Host): Promise<number> {
  const [{ connect }, { cleanLeftovers }] = await Promise.all([import('../cluster/connect.ts'), import('../cluster/clean.ts')]);
  const cluster = await connect(choice, host.signal);
  const { removed, inUse, left } = await cleanLeftovers(cluster, 120_000, host.signal);
  cluster.api.close();
  const lines = [
    ...removed.map((object) => `removed ${object}`),
    ...inUse.map((name) => `left Namespace/${name} alone: a proof is running in it`),
    ...left.map(({ object, because, remove }) => `could not remove ${object}: ${because}; try: ${remove}`),
  ];
  await host.stdout.write(`${lines.length > 0 ? lines.join('\n') : 'nothing was left'}\n`);
  return left.length > 0 ? 1 : 0;
}

function documentsIn(path: string) {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileUnreadable(path, error);
  }
  const { documents, problem } = parseYaml(new Source(path, text));
  if (problem) throw problem.problem;
  return documents;
}

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) throw usage(`"${text}" is no length of time`, 'Write it as 90s, 5m or 1h.');
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[(match[2] ?? 's') as 's'];
}

function imagePair(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw usage(`--set-image takes OLD=NEW, not "${text}"`);
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}
