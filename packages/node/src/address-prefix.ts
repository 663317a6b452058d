/**
 * Where an address stands in the network, as far as its prefix tells: /16 of IPv4 and /32 of IPv6, which is about what one
 * customer of a provider can get many addresses in. Private, shared and loopback addresses stand nowhere: all peers of a
 * development machine or a cluster have the same, and there it is the operator who hands them out. Names stand nowhere either.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const nowhere = new BlockList();
// RFC 6890: this network, private, shared (CGNAT), loopback, link-local.
for (const [address, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16],
] as const) nowhere.addSubnet(address, bits, 'ipv4');
// Unique local, link-local.
for (const [address, bits] of [['fc00::', 7], ['fe80::', 10]] as const) nowhere.addSubnet(address, bits, 'ipv6');

const multiaddr = /^\/(?:ip4|ip6)\/([^/%]+)/;
const mapped = /^::ffff:([\d.]+)$/i;

/** The prefix of a multiaddr's IP address, two 16-bit groups at most, as text; undefined where it stands nowhere. */
export function prefixOfAddress(address: string): string | undefined {
  const ip = multiaddr.exec(address)?.[1] ?? '';
  return prefixOfIp(mapped.exec(ip)?.[1] ?? ip);
}

function prefixOfIp(ip: string): string | undefined {
  if (isIPv4(ip)) return nowhere.check(ip, 'ipv4') ? undefined : ip.split('.', 2).join('.');
  if (!isIPv6(ip) || nowhere.check(ip, 'ipv6')) return undefined;
  const [first = 0, second = 0] = (ip.split('::')[0] ?? '').split(':', 2).map((group) => Number.parseInt(group || '0', 16));
  // Groups that `::` stands for are zero; unspecified, loopback and embedded addresses begin with them.
  return first === 0 ? undefined : `${first.toString(16)}:${second.toString(16)}`;
}
