/** Multiaddrs as we use them: an address is dialed without its `/p2p/` part, the identity is compared afterwards. */
import type { PeerId } from '@murmuration/protocol';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';

/** What a libp2p link runs on. */
export type Wire = 'quic' | 'tcp';

/** One address, taken apart. */
export interface WireAddress {
  readonly wire: Wire;
  /** Without `/p2p/`. */
  readonly address: Multiaddr;
  /** As given. */
  readonly text: string;
  /** The identity that the address names. */
  readonly peer: PeerId | undefined;
}

const hostNames = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6']);

/** Undefined if the text is no multiaddr, or of a wire that we do not speak. */
export function parseAddress(text: string): WireAddress | undefined {
  try {
    const components = multiaddr(text).getComponents();
    const named = components.at(-1)?.name === 'p2p' ? components.at(-1) : undefined;
    const rest = named === undefined ? components : components.slice(0, -1);
    const [host, ...above] = rest.map((component) => component.name);
    const wire = wireOf(above);
    if (wire === undefined || host === undefined || !hostNames.has(host)) return undefined;
    return { wire, address: multiaddr(rest), text, peer: named?.value as PeerId | undefined };
  } catch {
    return undefined;
  }
}

function wireOf(above: readonly string[]): Wire | undefined {
  if (above.length === 1 && above[0] === 'tcp') return 'tcp';
  return above.length === 2 && above[0] === 'udp' && above[1] === 'quic-v1' ? 'quic' : undefined;
}

/** True if only processes of this machine can reach the address. */
export function isLoopback(text: string): boolean {
  return text.startsWith('/ip4/127.') || text.startsWith('/ip6/::1/');
}

/** Host and port of an IP address. */
export function hostAndPort(address: Multiaddr): { host: string; port: number } {
  const [host, port] = address.getComponents();
  return { host: host?.value ?? '', port: Number(port?.value) };
}
