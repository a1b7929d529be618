import { promises as dns, type LookupAddress } from 'node:dns';
import { cloneFailed, repositoryRefused } from '../errors.ts';
import { mayConnect } from './address.ts';
import { type AllowedHost, allowedBy, type RemoteLocation } from './location.ts';

export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

export const systemLookup: Lookup = (host) => dns.lookup(host, { all: true, verbatim: true });

/**
 * The one address that a clone connects to. It is looked up once and used as it is, so that a name which answers differently later leads nowhere else.
 * @throws Problem REPOSITORY_REFUSED when no entry allows the host, or any of its addresses is one that must not be reached
 */
export async function resolveAddress(location: RemoteLocation, hosts: readonly AllowedHost[], lookup: Lookup): Promise<string> {
  const entry = allowedBy(location, hosts);
  if (!entry) throw repositoryRefused(location.text, `${location.host} is not on the list of allowed hosts for ${location.kind}`);
  const addresses = await lookup(location.host).catch((cause: NodeJS.ErrnoException) => {
    throw cloneFailed(location.text, `the name ${location.host} could not be looked up (${cause.code ?? cause.message})`);
  });
  // One bad address condemns the name: an honest host has none, and a choice among them would be the attacker's dice.
  if (!addresses.every(({ address }) => mayConnect(address, entry.network))) {
    throw repositoryRefused(location.text, `${location.host} leads to an address that is not public`);
  }
  const [first] = addresses;
  if (!first) throw cloneFailed(location.text, `the name ${location.host} has no address`);
  return first.address;
}
