/** The multiaddrs that an operator may write, checked before anything starts so that a slip is told by its name. */

/** One address, taken apart. */
export interface ListenAddress {
  readonly hostKind: 'ip4' | 'ip6' | 'dns' | 'dns4' | 'dns6';
  readonly host: string;
  readonly wire: 'quic' | 'tcp';
  readonly port: number;
  /** `/p2p/<id>` at the end, or nothing. */
  readonly suffix: string;
}

const form = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/\s]+)\/(?:(tcp)\/(\d{1,5})|udp\/(\d{1,5})\/quic-v1)(\/p2p\/[1-9A-HJ-NP-Za-km-z]+)?$/;

/** Undefined where the text is no address of a wire that we speak. */
export function parseAddress(text: string): ListenAddress | undefined {
  const [, hostKind, host, tcp, tcpPort, udpPort, suffix] = form.exec(text) ?? [];
  if (hostKind === undefined || host === undefined) return undefined;
  const port = Number(tcpPort ?? udpPort);
  if (port > 65_535) return undefined;
  const wire = tcp === undefined ? 'quic' : 'tcp';
  return { hostKind: hostKind as ListenAddress['hostKind'], host, wire, port, suffix: suffix ?? '' };
}

/** The text of an address. */
export function formatAddress({ hostKind, host, wire, port, suffix }: ListenAddress): string {
  return `/${hostKind}/${host}/${wire === 'tcp' ? `tcp/${port}` : `udp/${port}/quic-v1`}${suffix}`;
}

/** True if only processes of this machine can reach the address. */
export function isLoopbackAddress(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && isLoopbackHost(address.host);
}

/** True for 127.0.0.0/8, ::1 and localhost. */
export function isLoopbackHost(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1' || host === '[::1]' || host === 'localhost';
}
