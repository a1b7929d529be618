import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { locate } from '../checkout/locate.ts';
import { openCheckout } from '../checkout/open.ts';
import { manifestsMissing } from '../errors.ts';
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
    .argument('<path...>', 'files or folders of one repository')
    .addHelpText(
      'after',
      `
A comment \`# ai-agents: allow RULE reason\` above a line accepts one place.

Exit code: 0 nothing found, 1 something found or a file that could not be read, 2 could not lint.

Examples:
  ai-agents lint k8s
  ai-agents lint . --format json --output lint.json
  ai-agents lint k8s/api.yaml --fail-on low`,
    )
    .action(async (paths: string[], options: Options) => exit(await run(paths, options, host)));
  withReport(command, LINT_LEVELS, 'exit with 1 from this level on (default: medium)');
}

async function run(paths: readonly string[], options: Options, host: Host): Promise<number> {
  const checkout = await openCheckout(folderOf(resolve(host.cwd, paths[0]!)), undefined, host.signal);
  const asked = paths.map((path) => locate(checkout, path, [host.cwd]));
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
