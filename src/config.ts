import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { configInvalid } from './errors.ts';
import { parseAllowedHost } from './repositories/location.ts';

interface Setting<T> {
  /** the variable's name; `<name>_FILE` names a file that holds the value instead */
  readonly variable: string;
  readonly says: string;
  readonly schema: z.ZodType<T>;
  /** what a value looks like, for the page and for the message when it does not */
  readonly expected: string;
  /** what holds when nothing is set, in words */
  readonly otherwise: string;
  readonly secret: boolean;
}

function setting<T>(
  variable: string,
  kind: { schema: z.ZodType<T>; expected: string },
  says: string,
  options: { otherwise?: string; secret?: boolean } = {},
): Setting<T> {
  return { variable, says, ...kind, otherwise: options.otherwise ?? 'not set', secret: options.secret ?? false };
}

const url = (protocols: readonly string[], example: string) => ({
  schema: z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol))
    .optional(),
  expected: `a URL like \`${example}\``,
});
const whole = (from: number, to: number, otherwise: number) => ({
  schema: z.coerce.number<string | undefined>().int().min(from).max(to).default(otherwise),
  expected: `a whole number from ${from} to ${to}`,
});
const path = (otherwise: string) => ({ schema: z.string().min(1).default(otherwise), expected: 'a path' });
const optionalPath = { schema: z.string().min(1).optional(), expected: 'a path' };
const key = z.string().refine((text) => /^[A-Za-z0-9+/]{43}=$/.test(text));

const stateFolder = join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'ai-agents');

const settings = {
  databaseUrl: setting(
    'AI_AGENTS_DATABASE_URL',
    url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/name'),
    'PostgreSQL, with the login that does the work: a member of the role `ai_agents_app` that owns no table. `serve` needs none.',
    { secret: true },
  ),
  databaseOwnerUrl: setting(
    'AI_AGENTS_DATABASE_OWNER_URL',
    url(['postgres:', 'postgresql:'], 'postgres://owner:password@host:5432/name'),
    'The same database with the login that owns the tables. Only `migrate` and `token` use it.',
    { secret: true, otherwise: '`AI_AGENTS_DATABASE_URL`' },
  ),
  databaseConnections: setting(
    'AI_AGENTS_DATABASE_CONNECTIONS',
    whole(2, 1000, 10),
    'The most connections to PostgreSQL that one process opens for its queries.',
    {
      otherwise: '10',
    },
  ),
  redisUrl: setting(
    'AI_AGENTS_REDIS_URL',
    url(['redis:', 'rediss:'], 'redis://:password@host:6379'),
    'Redis or Valkey for the queue. It may lose everything at any time; nothing is lost with it.',
    { secret: true, otherwise: 'the queue uses PostgreSQL' },
  ),
  host: setting('AI_AGENTS_HOST', { schema: z.string().min(1).optional(), expected: 'an address to listen on' }, 'Where `api` and `serve` listen.', {
    otherwise: '`0.0.0.0` for `api`, `127.0.0.1` for `serve`',
  }),
  port: setting('AI_AGENTS_PORT', whole(0, 65_535, 8000), 'The port of `api` and `serve`; 0 takes any that is free.', { otherwise: '8000' }),
  dataFolder: setting('AI_AGENTS_DATA', path(stateFolder), 'Where `serve` keeps its database.', {
    otherwise: '`$XDG_STATE_HOME/ai-agents`, or `~/.local/state/ai-agents`',
  }),
  logLevel: setting(
    'AI_AGENTS_LOG_LEVEL',
    {
      schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
      expected: 'one of `trace`, `debug`, `info`, `warn`, `error`, `silent`',
    },
    'How much is logged.',
    { otherwise: '`info`' },
  ),
  workerConcurrency: setting('AI_AGENTS_WORKER_CONCURRENCY', whole(1, 64, 2), 'Reviews that one worker runs at one time, each in a process of its own.', {
    otherwise: '2',
  }),
  tenantLimit: setting(
    'AI_AGENTS_TENANT_LIMIT',
    whole(1, 10_000, 8),
    'Reviews of one tenant that run at one time, over all workers. A tenant may have a number of its own: `max_running` in the table `tenants`.',
    { otherwise: '8' },
  ),
  workerGrace: setting(
    'AI_AGENTS_WORKER_GRACE',
    whole(0, 3600, 25),
    'Seconds that a worker told to stop lets its reviews go on before it hands them back. Keep it below `terminationGracePeriodSeconds`.',
    { otherwise: '25' },
  ),
  workerLease: setting(
    'AI_AGENTS_WORKER_LEASE',
    whole(2, 3600, 30),
    'Seconds without a sign of life after which a worker counts as dead and its reviews go to another.',
    { otherwise: '30' },
  ),
  workerHeartbeat: setting(
    'AI_AGENTS_WORKER_HEARTBEAT',
    path(join(tmpdir(), 'ai-agents-worker.alive')),
    'The file whose time a worker sets to now while its loop turns: for liveness.',
    {
      otherwise: '`ai-agents-worker.alive` in the temporary folder',
    },
  ),
  workerReady: setting(
    'AI_AGENTS_WORKER_READY',
    path(join(tmpdir(), 'ai-agents-worker.ready')),
    'The file that is there while a worker is connected and takes jobs: for readiness.',
    {
      otherwise: '`ai-agents-worker.ready` in the temporary folder',
    },
  ),
  reviewTimeout: setting('AI_AGENTS_REVIEW_TIMEOUT', whole(1, 86_400, 600), 'Seconds that one review may take, its clone included.', { otherwise: '600' }),
  reviewMemory: setting('AI_AGENTS_REVIEW_MEMORY', whole(64, 65_536, 512), 'MiB of JavaScript heap that one review may fill.', { otherwise: '512' }),
  reviewAttempts: setting(
    'AI_AGENTS_REVIEW_ATTEMPTS',
    whole(1, 20, 3),
    'Starts after which a review that keeps failing, or keeps killing its process, is given up.',
    {
      otherwise: '3',
    },
  ),
  cacheFolder: setting('AI_AGENTS_CACHE', optionalPath, 'Where clones are kept.', { otherwise: '`ai-agents-cache` in the temporary folder' }),
  cacheMegabytes: setting(
    'AI_AGENTS_CACHE_SIZE',
    whole(1, 10_000_000, 2048),
    'MiB that all clones may take together; the ones not used for longest go first.',
    {
      otherwise: '2048',
    },
  ),
  gitHosts: setting(
    'AI_AGENTS_GIT_HOSTS',
    {
      schema: z
        .string()
        .transform((text) => text.split(',').map((host) => host.trim().toLowerCase()))
        .pipe(z.array(z.string().refine((entry) => parseAllowedHost(entry) !== undefined)))
        .default([]),
      expected: '`[scheme://]host[:port][=network]`, with commas between them',
    },
    'The only hosts that repositories are cloned from: `github.com`, `*.example.com`, or `git.example.com=10.1.0.0/16` for a host at private addresses.',
    { otherwise: 'any public host' },
  ),
  credentialsKey: setting(
    'AI_AGENTS_CREDENTIALS_KEY',
    { schema: key.optional(), expected: '32 bytes in base64, as `openssl rand -base64 32` prints them' },
    'Encrypts the credentials of repositories. Without it none can be stored.',
    { secret: true },
  ),
  credentialsOldKeys: setting(
    'AI_AGENTS_CREDENTIALS_OLD_KEYS',
    {
      schema: z
        .string()
        .transform((text) => text.split(',').map((part) => part.trim()))
        .pipe(z.array(key))
        .default([]),
      expected: 'keys as above with commas between them',
    },
    'Keys that may still decrypt, while they are being replaced.',
    { secret: true },
  ),
  rateLimit: setting('AI_AGENTS_RATE_LIMIT', whole(1, 1_000_000, 600), 'Requests that one token may make in a minute.', { otherwise: '600' }),
};

type Settings = typeof settings;
type Name = keyof Settings;
export type Config = { readonly [K in Name]: Settings[K] extends Setting<infer T> ? T : never };

/** Where values come from: by default this process's environment and disk. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}
const thisProcess = (): ConfigSource => ({ env: process.env, readFile: (file) => readFileSync(file, 'utf8') });

/** What a child process needs of this one's environment to find its programs; nothing of ours, so no secret. */
export function plainEnvironment(): Record<string, string | undefined> {
  const { PATH, HOME, LANG, TZ, TMPDIR } = process.env;
  return { PATH, HOME, LANG, TZ, TMPDIR };
}

/** Where OpenTelemetry's variables send traces; undefined when they do not ask for any. The others of its variables are read by its own packages. */
export function tracesExporter({ env }: Pick<ConfigSource, 'env'> = thisProcess()): 'otlp' | 'console' | undefined {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = env;
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (disabled?.toLowerCase() === 'true') return undefined;
  if (exporter === 'otlp' || exporter === 'console') return exporter;
  return endpoint && !exporter ? 'otlp' : undefined;
}

/**
 * The configuration of this process, from `AI_AGENTS_*` variables.
 * @param needed what this process cannot do without
 * @throws Problem CONFIG_INVALID with every mistake at once
 */
export function readConfig(needed: readonly Name[] = [], source: ConfigSource = thisProcess()): Config {
  const mistakes = unknownVariables(source.env);
  const values: Partial<Record<Name, unknown>> = {};
  for (const [name, one] of entries()) {
    const found = given(one, source);
    if ('mistake' in found) {
      mistakes.push(found.mistake);
      continue;
    }
    const parsed = one.schema.safeParse(found.value);
    if (!parsed.success) mistakes.push(`${found.from}: expected ${one.expected}${isServiceLink(one.variable, found.value) ? SERVICE_LINK_HINT : ''}`);
    else if (parsed.data === undefined && needed.includes(name)) mistakes.push(`${one.variable}: missing; expected ${one.expected}`);
    else values[name] = parsed.data;
  }
  if (mistakes.length > 0) throw configInvalid(mistakes);
  return values as Config;
}

/** The effective values, a variable a line, secrets hidden. */
export function showConfig(config: Config): string {
  return entries()
    .map(([name, one]) => `${one.variable}=${shown(config[name], one.secret)}\n`)
    .join('');
}

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const rows = entries().map(([, one]) => `| \`${one.variable}\` | ${one.says} | ${one.expected}${one.secret ? '; secret' : ''} | ${one.otherwise} |`);
  return [
    '# Configuration',
    '',
    '<!-- Generated from src/config.ts by `npx vitest run src/config.test.ts -u`. -->',
    '',
    'Every process reads its settings from variables when it starts, and says all that is wrong with them at once. A name that starts with',
    '`AI_AGENTS_` and is not in this table is an error, so a misspelt setting cannot go unnoticed. Instead of `NAME`, `NAME_FILE` may name a file',
    'that holds the value, as mounted secrets do. `ai-agents config` prints what is in effect, with secrets hidden.',
    '',
    '| Variable | What it says | Value | When not set |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    'Kubernetes adds variables for each Service of a namespace; for a Service whose name starts with `ai-agents` they start with `AI_AGENTS_` too.',
    'They are told apart by their form and ignored. A Service that is called just `ai-agents` would set `AI_AGENTS_PORT`: set',
    '`enableServiceLinks: false` in the pods then.',
    '',
    'Traces are asked for by the standard variables of OpenTelemetry (`OTEL_EXPORTER_OTLP_ENDPOINT` and its kin): [platform.md](platform.md#traces).',
    '',
  ].join('\n');
}

const entries = () => Object.entries(settings) as [Name, Setting<unknown>][];

function given(one: Setting<unknown>, { env, readFile }: ConfigSource): { value: string | undefined; from: string } | { mistake: string } {
  const fileVariable = `${one.variable}_FILE`;
  const file = env[fileVariable];
  // An empty variable is how compose files and shells say "not set".
  const value = env[one.variable] === '' ? undefined : env[one.variable];
  if (file === undefined || file === '') return { value, from: one.variable };
  if (value !== undefined) return { mistake: `${fileVariable}: ${one.variable} is set too; expected one of them` };
  try {
    return { value: readFile(file).replace(/\r?\n$/, ''), from: fileVariable };
  } catch (error) {
    return { mistake: `${fileVariable}: expected a file that can be read, but ${error instanceof Error ? error.message : String(error)}` };
  }
}

function unknownVariables(env: ConfigSource['env']): string[] {
  const known = entries().flatMap(([, one]) => [one.variable, `${one.variable}_FILE`]);
  return Object.keys(env)
    .filter((name) => name.startsWith('AI_AGENTS_') && !known.includes(name) && !isServiceLink(name, env[name]))
    .sort()
    .map((name) => {
      const nearest = known.reduce((best, candidate) => (distance(name, candidate) < distance(name, best) ? candidate : best));
      // Further away than half of the name it is no misspelling, and a guess would mislead.
      const close = distance(name, nearest) <= (name.length - 'AI_AGENTS_'.length) / 2;
      return `${name}: there is no such setting${close ? `; did you mean ${nearest}?` : ''}`;
    });
}

const SERVICE_LINK_HINT = '; Kubernetes set this for a Service called ai-agents: set enableServiceLinks: false in the pod';

/** The variables that the kubelet adds for each Service: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables */
function isServiceLink(name: string, value: string | undefined): boolean {
  return (
    /_SERVICE_(HOST|PORT|PORT_[A-Z0-9_]+)$|_PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value ?? ''))
  );
}

function shown(value: unknown, secret: boolean): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  if (secret) return '(hidden)';
  return Array.isArray(value) ? value.join(',') : String(value);
}
