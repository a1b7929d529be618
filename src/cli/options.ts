import { type Command, Option } from 'commander';
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
