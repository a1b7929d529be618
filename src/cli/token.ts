import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Scope, scopes } from '../api/operation.ts';
import { readConfig } from '../config.ts';
import { takeDataFolder } from '../data-folder.ts';
import { notFound, Problem } from '../errors.ts';
import { migrate, schemaTrouble } from '../store/migrate.ts';
import { openStore, type Store } from '../store/store.ts';
import { defaultTenant, ensureTenant, findTenant } from '../store/tenants.ts';
import { createToken, listTokens, revokeToken } from '../store/tokens.ts';
import type { Host } from './host.ts';

interface Options {
  readonly tenant: string;
  readonly data?: string;
}
interface CreateOptions extends Options {
  readonly scope: readonly Scope[];
  readonly days?: number;
}

export function define(command: Command, host: Host, exit: (code: number) => void): void {
  command.usage('create|list|revoke [options]').addHelpText(
    'after',
    `
Works on the database of AI_AGENTS_DATABASE_OWNER_URL or AI_AGENTS_DATABASE_URL, else on the data folder of a \`serve\` that is stopped.

Examples:
  ai-agents token create ci --scope write --days 90
  ai-agents token list --tenant team-a
  ai-agents token revoke 5e0b3b1c-7d2f-4c1e-9a54-0f6b1f3f2d11`,
  );
  const sub = (text: string, summary: string) =>
    command
      .command(text)
      .description(summary)
      .copyInheritedSettings(command)
      .option('--tenant <name>', 'whose tokens; `create` makes a tenant that is new', defaultTenant)
      .option('--data <folder>', 'the data folder of `serve`, when there is no database to connect to');
  sub('create <name>', 'make a token and print it, this once')
    .option('--scope <scopes>', `${scopes.join(', ')}, with commas between them; each includes the ones before it`, scopesOf, ['write'])
    .option('--days <number>', 'after which it expires (default: never)', daysOf)
    .action(async (name: string, options: CreateOptions) => exit(await withStore(options, host, 'make', (store) => create(name, options, store, host))));
  sub('list', 'list tokens: id, scopes, last use, end').action(async (options: Options) =>
    exit(await withStore(options, host, 'find', (store) => list(options, store, host))),
  );
  sub('revoke <id>', 'end a token for good').action(async (id: string, options: Options) =>
    exit(await withStore(options, host, 'find', (store) => revoke(id, options, store, host))),
  );
}

async function create(name: string, { tenant, scope, days }: CreateOptions, store: Store, host: Host): Promise<number> {
  const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * 86_400_000);
  const { text, token } = await createToken(store, await ensureTenant(store, tenant), { name, scopes: [...scope], expiresAt });
  await host.stderr.write(`token ${token.id} of tenant ${tenant}: ${scope.join(', ')}${expiresAt ? `, until ${expiresAt.toISOString()}` : ''}\n`);
  await host.stdout.write(`${text}\n`);
  return 0;
}

async function list({ tenant }: Options, store: Store, host: Host): Promise<number> {
  const time = (at: Date | null, none: string) => at?.toISOString().slice(0, 16) ?? none;
  const rows = (await listTokens(store, await tenantId(store, tenant))).map((token) => {
    const end = token.revoked_at ? `revoked ${time(token.revoked_at, '')}` : token.expires_at ? `until ${time(token.expires_at, '')}` : 'no end';
    return [token.id, token.name, token.scopes.join(','), `used ${time(token.last_used_at, 'never')}`, end].join('\t');
  });
  await host.stdout.write(rows.map((row) => `${row}\n`).join(''));
  return 0;
}

async function revoke(id: string, { tenant }: Options, store: Store, host: Host): Promise<number> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const token = isId ? await revokeToken(store, await tenantId(store, tenant), id) : undefined;
  if (!token) throw new Problem('NOT_FOUND', `tenant ${tenant} has no token ${id}`, { hint: 'See `ai-agents token list`; it prints ids.' });
  await host.stdout.write(`${token.id} (${token.name}) is revoked\n`);
  return 0;
}

async function tenantId(store: Store, name: string): Promise<string> {
  const id = await findTenant(store, name);
  if (id === undefined) throw notFound('tenant', name, '`ai-agents token create` makes a tenant with its first token.');
  return id;
}

/** Opens the configured database, or the one of `serve`, for as long as `work` takes. Only whoever makes something makes a database for it. */
async function withStore(options: Options, host: Host, intent: 'make' | 'find', work: (store: Store) => Promise<number>): Promise<number> {
  const config = readConfig();
  const url = config.databaseOwnerUrl ?? config.databaseUrl;
  if (url !== undefined && options.data === undefined) {
    await using store = await openStore({ url, maxConnections: 2 });
    return await work(store);
  }
  const folder = resolve(host.cwd, options.data ?? config.dataFolder);
  if (intent === 'find' && !existsSync(join(folder, 'database'))) {
    throw new Problem('NOT_FOUND', `there is no database in ${folder}`, {
      hint: 'Name the data folder of `ai-agents serve` with --data, or a server with AI_AGENTS_DATABASE_URL.',
    });
  }
  return withDataFolder(folder, work);
}

async function withDataFolder(folder: string, work: (store: Store) => Promise<number>): Promise<number> {
  await using _taken = await takeDataFolder(folder);
  await using store = await openStore({ folder: join(folder, 'database') });
  if ((await schemaTrouble(store)) !== undefined) await migrate(store);
  return await work(store);
}

function scopesOf(text: string): Scope[] {
  return text.split(',').map((word) => {
    const scope = scopes.find((known) => known === word);
    if (!scope) throw new InvalidArgumentError(`expected ${scopes.join(', ')}.`);
    return scope;
  });
}

function daysOf(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new InvalidArgumentError('expected a whole number of days from 1 to 3650.');
  return days;
}
