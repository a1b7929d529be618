import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRefused, repositoryUnclear } from '../errors.ts';
import type { Network } from './address.ts';

/** Where a repository is, as far as its text says: nothing was looked up yet. */
export type Location =
  | { readonly kind: 'local'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'https' | 'http' | 'ssh';
      /** a name, or an IP address without brackets */
      readonly host: string;
      readonly port: number;
      readonly user: string | undefined;
      /** one spelling for each repository: names its cache and is shown; holds no credentials */
      readonly text: string;
    };

export type RemoteLocation = Exclude<Location, { kind: 'local' }>;

/** One entry of the allow list: `[scheme://]host[:port][=network]`. */
export interface AllowedHost {
  /** undefined: https and ssh */
  readonly scheme: 'https' | 'http' | 'ssh' | undefined;
  /** lower case; `*.example.com` allows every name below example.com, not example.com itself */
  readonly host: string;
  /** undefined: the scheme's own */
  readonly port: number | undefined;
  /** private network that the host's addresses may be in; without it they must be public */
  readonly network: Network | undefined;
}

const defaultPort = { https: 443, http: 80, ssh: 22 } as const;
const hostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*|[0-9a-f:.]+)$/;
const userName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const unprintable = /[\s\p{Cc}]/u;

/**
 * Reads a repository's address: `https://…`, `ssh://…`, `git@host:path`, `file:///…` or an absolute path.
 * @throws Problem REPOSITORY_UNCLEAR; the message repeats nothing of an address that might hold a password
 */
export function parseLocation(text: string): Location {
  if (isAbsolute(text)) return { kind: 'local', path: resolve(text), text: resolve(text) };
  if (text.length > 2000 || unprintable.test(text)) throw repositoryUnclear('it has blanks or control characters, or more than 2,000 of any');
  const scp = /^([^/:@]+)@([^/:@]+):([^/].*)$/.exec(text);
  const url = URL.parse(scp ? `ssh://${scp[1]}@${scp[2]}/${scp[3]}` : text);
  if (!url) throw repositoryUnclear('it is neither a URL nor an absolute path');
  if (url.protocol === 'file:') return localLocation(url);

  const kind = url.protocol.slice(0, -1);
  if (kind !== 'https' && kind !== 'http' && kind !== 'ssh') throw repositoryRefused(`${url.protocol}//…`, 'only https and ssh are spoken');
  if (url.password || (url.username && kind !== 'ssh')) throw repositoryUnclear('it holds credentials, and addresses are stored and shown');
  if (url.search || url.hash) throw repositoryUnclear('it has a query or a fragment');
  const host = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (!hostName.test(host)) throw repositoryUnclear('its host is not a host name');
  const user = url.username ? decodeURIComponent(url.username) : undefined;
  if (user !== undefined && !userName.test(user)) throw repositoryUnclear('its user is not a user name');
  const path = url.pathname.replace(/\/+$/, '');
  // A path that starts with a dash could be read as an option by the program on the other side.
  if (path === '' || path.startsWith('/-')) throw repositoryUnclear('it names no repository on that host');
  const port = url.port === '' ? defaultPort[kind] : Number(url.port);
  const authority = `${user ? `${user}@` : ''}${host.includes(':') ? `[${host}]` : host}${port === defaultPort[kind] ? '' : `:${port}`}`;
  return { kind, host, port, user, text: `${kind}://${authority}${path}` };
}

function localLocation(url: URL): Location {
  if (url.hostname !== '' || url.search || url.hash) throw repositoryUnclear('a file address has a path and nothing else');
  const path = fileURLToPath(url);
  return { kind: 'local', path: resolve(path), text: resolve(path) };
}

/** Reads one entry of the allow list; undefined when it is not one. */
export function parseAllowedHost(entry: string): AllowedHost | undefined {
  const [, scheme, host, bracketed, port, address, prefix] =
    /^(?:(https|http|ssh):\/\/)?(?:((?:\*\.)?[a-z0-9.-]+)|\[([0-9a-f:.]+)\])(?::(\d{1,5}))?(?:=([0-9a-f:.]+)\/(\d{1,3}))?$/.exec(entry.toLowerCase()) ?? [];
  const name = host ?? bracketed;
  if (name === undefined || !hostName.test(name.replace(/^\*\./, ''))) return undefined;
  const network = address === undefined ? undefined : ([address, Number(prefix)] as const);
  if (network && !isNetwork(network)) return undefined;
  return { scheme: scheme as AllowedHost['scheme'], host: name, port: port === undefined ? undefined : Number(port), network };
}

function isNetwork([address, prefix]: Network): boolean {
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  return prefix <= bits;
}

const anyPublicHost = (location: RemoteLocation): AllowedHost => ({ scheme: undefined, host: location.host, port: undefined, network: undefined });

/** The entry that allows a location, or undefined. No list means any public host. Plain http is spoken only where an entry says so. */
export function allowedBy(location: RemoteLocation, hosts: readonly AllowedHost[]): AllowedHost | undefined {
  return (hosts.length > 0 ? hosts : [anyPublicHost(location)]).find(
    (entry) =>
      (entry.scheme ? entry.scheme === location.kind : location.kind !== 'http') &&
      (entry.port ?? defaultPort[location.kind]) === location.port &&
      (entry.host.startsWith('*.') ? location.host.endsWith(entry.host.slice(1)) : entry.host === location.host),
  );
}
