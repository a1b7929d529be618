import { BlockList, isIPv6 } from 'node:net';

/**
 * What no review may connect to unless an operator names the network: addresses that the IANA special-purpose registries (RFC 6890 and its
 * updates) call not globally reachable, and the IPv6 forms that carry an IPv4 address inside (NAT64, 6to4, Teredo), which would lead there by another name.
 */
const inward = subnets(
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT, RFC 6598
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local: where clouds serve their instance credentials
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4], // with 255.255.255.255
  ['::', 96], // unspecified, loopback, IPv4-compatible
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23], // Teredo, ORCHID and other protocol assignments
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
);

/** Never, whatever the allow list says: link-local (instance credentials), unspecified, multicast and broadcast. */
const never = subnets(['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['255.255.255.255', 32], ['::', 128], ['fe80::', 10], ['ff00::', 8]);

export type Network = readonly [address: string, prefix: number];

function subnets(...networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}

// A BlockList sees the IPv4 address in ::ffff:a.b.c.d itself; a zone (`%eth0`) it cannot parse and would let through.
const within = (list: BlockList, address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** Whether an IP address may be connected to: public, or inside the network that the allow list gives its host. */
export function mayConnect(address: string, network: Network | undefined): boolean {
  if (address.includes('%') || within(never, address)) return false;
  return !within(inward, address) || (network !== undefined && within(subnets(network), address));
}
