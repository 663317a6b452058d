/** What an operator may set, with defaults. All violations are reported at once. */
import { OptionCheck, throwViolations } from '@murmuration/protocol';
import { isLoopback, parseAddress, type Wire } from './addresses.ts';
import { inboundConnectionsPerSecond, inboundConnectionsPerSecondOnLoopback } from './limits.ts';

/** Options of `libp2pTransport`. All but the identity are optional. */
export interface Libp2pTransportOptions {
  /** 32-byte ed25519 seed: who we are. */
  readonly secretKey: Uint8Array;
  /** Multiaddrs to listen on. Default: an ephemeral port of loopback, for each wire. An empty list only dials. */
  readonly listen?: readonly string[];
  /** Which wires are listened on and dialed. Default: both. */
  readonly wires?: 'both' | Wire;
  /** Longest frame. Default 1 MiB. It may exceed a stream window (256 KiB): frames cross in pieces. */
  readonly frameBytesMax?: number;
  /** Bytes one link may have accepted and not sent. Default 2 MiB: with one frame arriving, 4 MiB a peer hold. */
  readonly linkBufferBytesMax?: number;
  /** Silence that ends a link. Default 10 s: three missed keep-alives. */
  readonly idleTimeoutMs?: number;
  /** How long a link may stay over its budget. Default 5 s: half the silence that would end it anyway. */
  readonly stalledWriteMs?: number;
  /** Time from an inbound connection to its link. Default 5 s. */
  readonly negotiationTimeoutMs?: number;
  /** Open connections, both ways. Default 320, the figure for an aggregator. */
  readonly connectionsMax?: number;
  /** New connections per second from one host. Default 5; 256 if we listen on loopback only. */
  readonly inboundConnectionsPerSecond?: number;
  /** Time between two self-checks of the QUIC listener. Default 5 s. */
  readonly listenerCheckMs?: number;
}

/** Complete and checked. */
export interface ResolvedOptions extends Required<Omit<Libp2pTransportOptions, 'wires'>> {
  readonly wires: readonly Wire[];
  /** Period of the one timer that judges silence, stalls and deadlines. */
  readonly sweepMs: number;
}

const defaultListen: readonly string[] = ['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0'];

const bounds = {
  frameBytesMax: [64, 64 * 1024 * 1024],
  linkBufferBytesMax: [1024, 1024 * 1024 * 1024],
  idleTimeoutMs: [100, 600_000],
  stalledWriteMs: [50, 600_000],
  negotiationTimeoutMs: [50, 60_000],
  connectionsMax: [1, 65_536],
  inboundConnectionsPerSecond: [1, 100_000],
  listenerCheckMs: [50, 600_000],
} as const satisfies Partial<Record<keyof Libp2pTransportOptions, readonly [number, number]>>;

/** Fills in defaults. Throws a `MeshError` of code `invalid-options`: every violation, those of `also` included. */
export function resolveOptions(options: Libp2pTransportOptions, also: readonly OptionCheck[] = []): ResolvedOptions {
  const isSingle = options.wires === 'quic' || options.wires === 'tcp';
  const wires: readonly Wire[] = isSingle ? [options.wires] : ['quic', 'tcp'];
  const listen = (options.listen ?? defaultListen).filter((text) => {
    const address = parseAddress(text);
    return address === undefined || wires.includes(address.wire);
  });
  const stalledWriteMs = options.stalledWriteMs ?? 5_000;
  const idleTimeoutMs = options.idleTimeoutMs ?? 10_000;
  const negotiationTimeoutMs = options.negotiationTimeoutMs ?? 5_000;
  const resolved: ResolvedOptions = {
    secretKey: options.secretKey,
    listen,
    wires,
    frameBytesMax: options.frameBytesMax ?? 1024 * 1024,
    linkBufferBytesMax: options.linkBufferBytesMax ?? 2 * 1024 * 1024,
    idleTimeoutMs,
    stalledWriteMs,
    negotiationTimeoutMs,
    connectionsMax: options.connectionsMax ?? 320,
    inboundConnectionsPerSecond: options.inboundConnectionsPerSecond ?? defaultInboundRate(listen),
    listenerCheckMs: options.listenerCheckMs ?? 5_000,
    // A verdict comes at most a tenth of the shortest deadline late, and a sweep never less than twice a second.
    sweepMs: Math.min(500, Math.ceil(Math.min(stalledWriteMs, idleTimeoutMs, negotiationTimeoutMs) / 10)),
  };
  throwViolations([checked(options, resolved), ...also]);
  return Object.freeze(resolved);
}

function defaultInboundRate(listen: readonly string[]): number {
  return listen.every(isLoopback) ? inboundConnectionsPerSecondOnLoopback : inboundConnectionsPerSecond;
}

function checked(options: Libp2pTransportOptions, resolved: ResolvedOptions): OptionCheck {
  const check = new OptionCheck('transport');
  check.holds(options.secretKey instanceof Uint8Array && options.secretKey.length === 32, 'secretKey must be 32 bytes');
  const wires = options.wires ?? 'both';
  check.holds(['both', 'quic', 'tcp'].includes(wires), `wires must be both, quic or tcp, not ${wires}`);
  for (const text of options.listen ?? []) {
    const isKnown = parseAddress(text) !== undefined;
    check.holds(isKnown, `listen must be like /ip4/…/udp/<port>/quic-v1 or /ip4/…/tcp/<port>, not ${text}`);
  }
  for (const [name, [least, most]] of Object.entries(bounds)) {
    check.integer(name, resolved[name as keyof typeof bounds], least, most);
  }
  const holdsFrame = resolved.linkBufferBytesMax >= resolved.frameBytesMax;
  return check.holds(holdsFrame, 'linkBufferBytesMax must be at least frameBytesMax');
}
