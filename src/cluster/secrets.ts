import { randomBytes } from 'node:crypto';
import { lineOf } from '../checkout/source.ts';
import { secretsUnfit } from '../errors.ts';
import { dataOf, isWorkload, type Resource } from '../manifest/resource.ts';
import { entriesOf, get, itemsOf, type Node, numberOf, plain, textOf } from '../manifest/yaml.ts';
import type { LiveObject } from './object.ts';

/** A template's Secret with every placeholder filled in. */
export interface FilledSecret {
  readonly object: LiveObject;
  /** keys that got a made-up value */
  readonly filled: readonly string[];
}

const PLACEHOLDER = /placeholder|change[-_ ]?me|replace|your[-_ ]|todo|example|dummy|^x{3,}$|^\s*$|^<.*>$|^\$\{.*\}$|^\.\.\.$|base64/i;

/**
 * Fills the Secrets of templates (`secrets.yaml.example`) so that a proof can run: values that are real stay, placeholders get random ones of the
 * right shape. The shape comes from the comment above the key when it shows one (`Format: redis://…`, `openssl rand -base64 32`), else from the key's name.
 * @param resources all of the manifests: connection strings name their Services, and repeat the user and password of the database's own Secret
 */
export function fillTemplates(templates: readonly Resource[], resources: readonly Resource[]): ReadonlyMap<Resource, FilledSecret> {
  const values = new Map<Resource, Map<string, string | undefined>>();
  for (const template of templates) {
    values.set(template, new Map(Array.from(dataOf(template), ([key, { value }]) => [key, realValue(template, key, value)])));
  }
  // Plain values first: connection strings repeat them.
  for (const [template, keys] of values) {
    for (const [key, { value: node }] of dataOf(template)) {
      if (keys.get(key) === undefined && !isUrlKey(key)) keys.set(key, madeUp(key, commentAbove(node)));
    }
  }
  const database = databaseOf(resources, values);
  return new Map(
    templates.map((template) => {
      const keys = values.get(template)!;
      const filled: string[] = [];
      const data: Record<string, string> = {};
      for (const [key, { value: node }] of dataOf(template)) {
        const value = keys.get(key) ?? connectionString(key, commentAbove(node), resources, database);
        if (realValue(template, key, node) === undefined) filled.push(key);
        data[key] = Buffer.from(value).toString('base64');
      }
      const { stringData: _, ...rest } = plain(template.node) as LiveObject & { stringData?: unknown };
      return [template, { object: { ...rest, data }, filled }];
    }),
  );
}

/** The decoded value when it is one, undefined when somebody is meant to fill it in. */
function realValue(template: Resource, key: string, node: Node): string | undefined {
  const text = textOf(node) ?? '';
  if (PLACEHOLDER.test(text)) return undefined;
  if (get(template.node, 'stringData', key)) return text;
  const decoded = Buffer.from(text, 'base64');
  if (decoded.toString('base64').replace(/=+$/, '') !== text.trim().replace(/=+$/, '')) return undefined; // not base64: the API server would refuse it
  const value = decoded.toString('utf8');
  return PLACEHOLDER.test(value) ? undefined : value;
}

const isUrlKey = (key: string): boolean => /(?:url|uri|dsn|connection|broker|endpoint)/i.test(key);

function madeUp(key: string, comment: string): string {
  const [, encoding, bytes] = /\bopenssl rand -(base64|hex) (\d{1,3})\b/.exec(comment) ?? [];
  if (encoding) return randomBytes(Number(bytes)).toString(encoding as 'base64' | 'hex');
  if (/user(?:name)?$/i.test(key)) return 'app';
  if (/(?:database|db|dbname)$/i.test(key)) return 'app';
  if (/port$/i.test(key)) return '5432';
  // Letters and digits only: a password ends up in URLs, shells and configuration files.
  return randomBytes(32)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 32);
}

interface Database {
  user: string;
  password: string;
  name: string;
}

/** What a PostgreSQL of the manifests is started with: its POSTGRES_* variables, followed into the Secrets. */
function databaseOf(resources: readonly Resource[], values: ReadonlyMap<Resource, ReadonlyMap<string, string | undefined>>): Database {
  const secretValue = (secret: string, key: string): string | undefined => {
    for (const [template, keys] of values) if (template.name === secret) return keys.get(key);
    const given = resources.find((each) => each.kind === 'Secret' && each.name === secret && !each.template);
    const node = given && dataOf(given).get(key)?.value;
    if (!given || !node) return undefined;
    return get(given.node, 'stringData', key) ? textOf(node) : Buffer.from(textOf(node) ?? '', 'base64').toString('utf8');
  };
  const found = new Map<string, string>();
  for (const workload of resources.filter(isWorkload)) {
    for (const { name, value, from } of workload.containers.flatMap(({ env }) => env)) {
      if (!name.startsWith('POSTGRES_')) continue;
      const known = value ?? (typeof from === 'object' && from.kind === 'Secret' ? secretValue(from.name, from.key) : undefined);
      if (known !== undefined) found.set(name, known);
    }
  }
  const user = found.get('POSTGRES_USER') ?? 'postgres';
  return { user, password: found.get('POSTGRES_PASSWORD') ?? '', name: found.get('POSTGRES_DB') ?? user };
}

const SERVERS: readonly { readonly key: RegExp; readonly scheme: string; readonly port: number }[] = [
  { key: /redis|valkey|broker|celery|queue|cache/i, scheme: 'redis', port: 6379 },
  { key: /amqp|rabbit/i, scheme: 'amqp', port: 5672 },
  { key: /mongo/i, scheme: 'mongodb', port: 27017 },
  { key: /mysql|maria/i, scheme: 'mysql', port: 3306 },
  { key: /database|postgres|pg|db|dsn|sql/i, scheme: 'postgresql', port: 5432 },
];

function connectionString(key: string, comment: string, resources: readonly Resource[], database: Database): string {
  const shown = /\b([a-z][a-z0-9+]*):\/\/([^\s"'`]+)/.exec(comment);
  const server = SERVERS.find(({ scheme }) => shown?.[1]?.startsWith(scheme)) ?? SERVERS.find(({ key: pattern }) => pattern.test(key));
  if (shown && (!server || shown[2]!.includes('.svc'))) {
    // The template's own words, with the credentials that the database really gets.
    const credentials = server?.scheme === 'postgresql' ? `${database.user}:${database.password}@` : undefined;
    return `${shown[1]}://${credentials ? shown[2]!.replace(/^[^/@]*@/, credentials) : shown[2]}`;
  }
  if (!server) return 'http://localhost';
  const service = resources.find(
    (each) => each.kind === 'Service' && itemsOf(get(each.node, 'spec', 'ports')).some((port) => numberOf(get(port, 'port')) === server.port),
  );
  const host = service?.name ?? 'localhost';
  const scheme = shown?.[1] ?? server.scheme;
  if (server.scheme === 'postgresql') return `${scheme}://${database.user}:${database.password}@${host}:${server.port}/${database.name}`;
  return `${scheme}://${host}:${server.port}${server.scheme === 'redis' ? '/0' : ''}`;
}

/** The comment lines right above a key's value. */
function commentAbove({ source, start }: Node): string {
  const lines: string[] = [];
  for (let line = source.position(start).line - 1; line > 0; line--) {
    const text = source.lines(line).trim();
    if (!text.startsWith('#')) break;
    lines.unshift(text.slice(1).trim());
  }
  return lines.join('\n');
}

const PUBLIC_KEY = /(?:user(?:name)?|host(?:name)?|port|db|database|dbname|name|schema|region|mode)$/i;

/** The values of a Secret object that no report may show, decoded; not user names and the like, which are ordinary words in a log. */
export function secretValues(object: LiveObject): string[] {
  const decoded = Object.entries((object.data ?? {}) as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const,
  );
  return [...decoded, ...Object.entries((object.stringData ?? {}) as Record<string, string>)]
    .filter(([key, value]) => !PUBLIC_KEY.test(key) && value.length >= 4)
    .map(([, value]) => value);
}

/**
 * Secrets that the user gives in place of the manifests' own, by name; of no value is ever said what it is.
 * @param path of the file, for messages
 * @throws Problem SECRETS_UNFIT when the file holds anything else, or a value that the API server would refuse
 */
export function givenSecrets(documents: readonly Node[], path: string): ReadonlyMap<string, LiveObject> {
  const given = new Map<string, LiveObject>();
  for (const document of documents.flatMap((each) => (textOf(get(each, 'kind')) === 'List' ? itemsOf(get(each, 'items')) : [each]))) {
    const kind = textOf(get(document, 'kind'));
    const name = textOf(get(document, 'metadata', 'name'));
    const at = `${path}:${lineOf(document)}`;
    if (kind !== 'Secret' || textOf(get(document, 'apiVersion')) !== 'v1') throw secretsUnfit(`${at} is no Secret of v1${kind ? `, but a ${kind}` : ''}`);
    if (!name) throw secretsUnfit(`the Secret at ${at} has no name`);
    if (given.has(name)) throw secretsUnfit(`${path} gives Secret/${name} twice`);
    for (const [key, { value }] of entriesOf(get(document, 'stringData')))
      if (!isText(value)) throw secretsUnfit(`the value of ${key} in Secret/${name} (${path}:${lineOf(value)}) is no text; put it in quotes`);
    for (const [key, { value }] of entriesOf(get(document, 'data'))) {
      if (!isText(value) || !isBase64(textOf(value) ?? ''))
        throw secretsUnfit(`the value of ${key} in Secret/${name} (${path}:${lineOf(value)}) is not base64`);
    }
    given.set(name, plain(document) as LiveObject);
  }
  if (given.size === 0) throw secretsUnfit(`${path} holds no Secret`);
  return given;
}

const isText = (node: Node): boolean => node.is === 'scalar' && (node.value === null || typeof node.value === 'string');
const isBase64 = (text: string): boolean => {
  const packed = text.replace(/\s/g, '');
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
};

/** The keys that a Secret of the manifests has and the one that is given in its place has not. */
export function keysMissing(given: LiveObject, resource: Resource): readonly string[] {
  const has = new Set([...Object.keys((given.data ?? {}) as object), ...Object.keys((given.stringData ?? {}) as object)]);
  return Array.from(dataOf(resource).keys()).filter((key) => !has.has(key));
}

const NAMES_SECRET = new Set(['secretKeyRef', 'secretRef', 'secret', 'imagePullSecrets', 'secrets']);

/** The names of all Secrets that an object refers to: variables, volumes, credentials for images, certificates. */
export function secretsNamedIn(value: unknown, holder = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => secretsNamedIn(item, holder));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, below]) =>
    typeof below === 'string' ? (field === 'secretName' || (field === 'name' && NAMES_SECRET.has(holder)) ? [below] : []) : secretsNamedIn(below, field),
  );
}
