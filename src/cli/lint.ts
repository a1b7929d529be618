import { statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import type { Checkout } from '../checkout/checkout.ts';
import { TOTAL_LIMIT } from '../checkout/decode.ts';
import { openFolders, openText } from '../checkout/folder.ts';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import { fileNotFound, inputTooLarge, manifestsMissing, Problem } from '../errors.ts';
import { readInventory } from '../manifest/inventory.ts';
import { formats } from '../report/formats.ts';
import { lintReportOf } from '../report/report.ts';
import { findAll } from '../rules/find.ts';
import { deliver } from './deliver.ts';
import { LINT_LEVELS, type LintLevel, lintExitCode } from './fail-on.ts';
import { type Host, wantsColour } from './host.ts';
import { type ReportOptions, withReport } from './options.ts';

type Options = ReportOptions<LintLevel>;

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command
    .usage('PATH... [options]')
    .argument('<path...>', 'files or folders of one repository, or of one folder that is in none; - for what is piped in')
    .addHelpText(
      'after',
      `
A comment \`# ai-agents: allow RULE reason\` above a line accepts one place.

Exit code: 0 nothing found, 1 something found or a file that could not be read, 2 could not lint.

Examples:
  ai-agents lint k8s
  ai-agents lint . --format json --output lint.json
  ai-agents lint k8s/api.yaml --fail-on low
  kustomize build overlays/production | ai-agents lint -`,
    )
    .action(async (paths: string[], options: Options) => exit(await run(paths, options, host)));
  withReport(command, LINT_LEVELS, 'exit with 1 from this level on (default: medium)');
}

async function run(paths: readonly string[], options: Options, host: Host): Promise<number> {
  const piped = paths.length === 1 && paths[0] === '-';
  const checkout = piped
    ? openText('stdin.yaml', await everything(host.stdin))
    : await openAny(
        paths.map((path) => folderOf(resolve(host.cwd, path))),
        host.cwd,
        host.signal,
      );
  const asked = piped ? [''] : paths.map((path) => locate(checkout, path, [host.cwd]));
  const everywhere = asked.includes('');
  const inventory = await readInventory(checkout, everywhere ? [] : asked, host.signal);
  if (inventory.resources.length === 0 && inventory.unrendered.length === 0) throw manifestsMissing(paths.join(', '));
  const inside = (path: string) => everywhere || asked.some((root) => path === root || path.startsWith(`${root}/`));
  const report = lintReportOf({
    commit: checkout.commit,
    dirty: checkout.dirty,
    findings: findAll(inventory).filter(({ at }) => inside(at.source.path)),
    problems: inventory.problems.filter(({ path }) => inside(path)),
  });
  const format = await formats[options.format]();
  const colour = options.output === undefined && wantsColour(host.stdout, host.env);
  await deliver(format.lint(report, { colour }), options.output, host);
  return lintExitCode(report, options.failOn);
}

const folderOf = (path: string): string => (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path));

/** Rules ask for no commit: folders that are in no repository will do, shown from `cwd` where they are below it. */
async function openAny(folders: readonly string[], cwd: string, signal: AbortSignal): Promise<Checkout> {
  try {
    return await openCheckout(folders[0]!, undefined, signal);
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'NOT_A_REPOSITORY')) throw error;
    const missing = folders.find((folder) => !statSync(folder, { throwIfNoEntry: false })?.isDirectory());
    if (missing !== undefined) throw fileNotFound(missing);
    let root = folders.every((folder) => isBelow(cwd, folder)) ? cwd : folders[0]!;
    while (!folders.every((folder) => isBelow(root, folder))) root = dirname(root);
    return openFolders(root, folders);
  }
}

const isBelow = (root: string, folder: string): boolean => folder === root || folder.startsWith(root === sep ? root : root + sep);

async function everything(stream: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > TOTAL_LIMIT) throw inputTooLarge(TOTAL_LIMIT);
  }
  return Buffer.concat(chunks);
}
