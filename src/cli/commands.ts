import type { Command } from 'commander';
import type { Host } from './host.ts';

/** What a command's file exports: its arguments and options, and what it does. */
export interface CommandFile {
  /** Sets `command` up. The action gives the exit code to `exit`: 0 approved, 1 not approved, 2 could not tell. */
  define(command: Command, host: Host, exit: (code: number) => void): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandFile>;
}

/** Every command, in the order of the help. A file is loaded when its command is called. */
export const commands: readonly CommandEntry[] = [
  { name: 'review', summary: 'review a story: is what it says true?', load: () => import('./review.ts') },
  { name: 'lint', summary: 'check manifests against the rules, without a story', load: () => import('./lint.ts') },
  { name: 'verify', summary: 'apply manifests to a cluster and prove what becomes of them', load: () => import('./verify.ts') },
  { name: 'explain', summary: 'show why a claim got its verdict, or what a rule is for', load: () => import('./explain.ts') },
  { name: 'serve', summary: 'run the whole platform on this machine', load: () => import('./serve.ts') },
  { name: 'api', summary: 'answer HTTP requests, on PostgreSQL', load: () => import('./api.ts') },
  { name: 'worker', summary: 'run the reviews that the API takes, on PostgreSQL', load: () => import('./worker.ts') },
  { name: 'migrate', summary: 'bring the database to this version', load: () => import('./migrate.ts') },
  { name: 'token', summary: 'make, list and revoke tokens for the API', load: () => import('./token.ts') },
  { name: 'config', summary: 'show the settings in effect, secrets hidden', load: () => import('./config-command.ts') },
];
