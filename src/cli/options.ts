import { type Command, Option } from 'commander';
import { usage } from '../errors.ts';
import { type FormatName, formats } from '../report/formats.ts';

/** Options that several commands share, in the order of their help. */

export const withRepository = (command: Command): Command =>
  command
    .option('--repo <dir>', 'the repository, or a folder in it (default: the current folder)')
    .option('--ref <ref>', 'review this commit, branch or tag instead of the work tree; nothing is checked out');

export const withManifests = (command: Command): Command =>
  command.addOption(new Option('--manifests <path>', 'look for manifests only there; may be given several times').default([], 'everywhere').argParser(collect));

export const withReport = (command: Command, levels: readonly string[], failOn: string): Command =>
  command
    .addOption(new Option('--format <name>', 'how the report is written').choices(Object.keys(formats)).default('text'))
    .option('--output <file>', 'write the report there instead of to standard output')
    .addOption(new Option('--fail-on <level>', failOn).choices(levels));

/** Where and how a proof runs; without the options that say what becomes of it. */
export const withCluster = (command: Command, context: string): Command =>
  command
    .option('--context <name>', context)
    .option('--kubeconfig <file>', 'the kubeconfig (default: KUBECONFIG, else ~/.kube/config)')
    .option('--namespace <name>', 'work there (default: a fresh name); it may exist only when an earlier proof made it')
    .option('--secrets <file>', "Secrets that take the place of the manifests' own or of their templates")
    .addOption(new Option('--set-image <old=new>', 'run another image; may be given several times').default(new Map(), 'none').argParser(imagePair))
    .addOption(new Option('--requests <share>', 'ask for this share of the requested CPU and memory, on a small cluster').default(1, '100%').argParser(share))
    .addOption(new Option('--timeout <time>', 'how long everything may take to become ready').default(300_000, '5m').argParser(duration))
    .addOption(new Option('--stable <time>', 'how long it has to stay so').default(10_000, '10s').argParser(duration))
    .option('--keep', 'leave the namespace there; `verify --clean` removes it')
    .option('--allow-egress', 'let the pods reach what is outside of the namespace')
    .option('--allow-cluster-scoped', "also apply the manifests' cluster-scoped objects, and remove them afterwards")
    .option('--rollout', 'also roll out every Deployment behind a Service once more, under load: is a request dropped?')
    .option('--probe-image <image>', 'for probe pods: an image with sh, nc and nslookup', 'docker.io/library/busybox:1.37');

export interface ClusterOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly secrets?: string;
  readonly setImage: ReadonlyMap<string, string>;
  readonly requests: number;
  /** milliseconds, as is `stable` */
  readonly timeout: number;
  readonly stable: number;
  readonly keep?: true;
  readonly allowEgress?: true;
  readonly allowClusterScoped?: true;
  readonly rollout?: true;
  readonly probeImage: string;
}

export interface RepositoryOptions {
  readonly repo?: string;
  readonly ref?: string;
}
export interface ManifestOptions {
  readonly manifests: readonly string[];
}
export interface ReportOptions<Level> {
  readonly format: FormatName;
  readonly output?: string;
  readonly failOn?: Level;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) throw usage(`"${text}" is no length of time`, 'Write it as 90s, 5m or 1h.');
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[(match[2] ?? 's') as 's'];
}

function share(text: string): number {
  const percent = /^(\d{1,3})%$/.exec(text)?.[1];
  if (!percent || Number(percent) < 1 || Number(percent) > 100) throw usage(`"${text}" is no share of the requests`, 'Write it as 25%, from 1% to 100%.');
  return Number(percent) / 100;
}

function imagePair(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw usage(`--set-image takes OLD=NEW, not "${text}"`);
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}
