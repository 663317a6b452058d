/** The libp2p node below a transport or bridge: every limit set, no listener of its own, services where handed in. */
import { quic } from '@chainsafe/libp2p-quic';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { Connection, Libp2p, Metrics, ServiceMap, Transport, Upgrader } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import type { PeerId } from '@murmuration/protocol';
import { createLibp2p, type Libp2pOptions, type ServiceFactoryMap } from 'libp2p';
import * as limits from './limits.ts';
import type { Wire } from './addresses.ts';
import type { ResolvedOptions } from './options.ts';

/** A running node, and the two parts of it that listeners are made of. */
export interface Engine<Services extends ServiceMap = ServiceMap> {
  readonly self: PeerId;
  readonly node: Libp2p<Services>;
  readonly upgrader: Upgrader;
  transport(wire: Wire): Transport;
}

/** What a node does beside links. */
export interface EngineExtras<Services extends ServiceMap> {
  readonly services: ServiceFactoryMap<Services>;
  /** Period of libp2p's own pings; a connection that answers none is cut. */
  readonly pingIntervalMs: number;
  /** Streams that a peer may open before we listen for them. */
  readonly earlyStreamsMax: number;
}

/** What libp2p hands to services; we take these two. */
interface EngineParts {
  readonly upgrader: Upgrader;
  readonly transportManager: { getTransports(): Transport[] };
}

/** Starts a node of the given identity. It listens nowhere yet. `onQuicAcceptError` counts handshakes that failed. */
export async function startEngine<Services extends ServiceMap>(
  options: ResolvedOptions,
  onQuicAcceptError: () => void,
  extras?: EngineExtras<Services>,
): Promise<Engine<Services>> {
  let parts: EngineParts | undefined;
  const privateKey = await generateKeyPairFromSeed('Ed25519', options.secretKey);
  const node = await createLibp2p<ServiceMap>({
    privateKey,
    addresses: { listen: [] },
    transports: options.wires.map(
      (wire) => (wire === 'quic' ? quicTransport(options, onQuicAcceptError) : tcpTransport()),
    ),
    connectionEncrypters: [noise()],
    streamMuxers: [boundedYamux(extras?.earlyStreamsMax ?? 1)],
    connectionManager: connectionLimits(options),
    connectionMonitor: monitor(extras?.pingIntervalMs),
    services: {
      ...extras?.services,
      parts: (components) => {
        parts = components as unknown as EngineParts;
        return {};
      },
    },
  });
  if (parts === undefined) throw new Error('libp2p made no services');
  const self = node.peerId.toString() as PeerId;
  return { self, node: node as Libp2p<Services>, upgrader: parts.upgrader, transport: byWire(parts) };
}

/** Links judge silence by keep-alives of their own; the monitor would open a second stream for its pings. */
function monitor(pingIntervalMs: number | undefined): NonNullable<Libp2pOptions['connectionMonitor']> {
  if (pingIntervalMs === undefined) return { enabled: false };
  // Not shorter: after a stall of our own loop the deadline fires before the answers are read (D12).
  return { pingInterval: pingIntervalMs, pingTimeout: { minTimeout: limits.upgradeTimeoutMs } };
}

function byWire(parts: EngineParts): (wire: Wire) => Transport {
  const tags: Record<Wire, string> = { quic: 'quic', tcp: '@libp2p/tcp' };
  return (wire) => {
    const transports = parts.transportManager.getTransports();
    const found = transports.find((transport) => transport[Symbol.toStringTag] === tags[wire]);
    if (found === undefined) throw new Error(`the engine has no ${wire} transport`);
    return found;
  };
}

type TransportFactory = NonNullable<Libp2pOptions['transports']>[number];

function quicTransport(options: ResolvedOptions, onAcceptError: () => void): TransportFactory {
  const create = quic({
    handshakeTimeout: limits.upgradeTimeoutMs,
    // Twice ours, so that the verdict on silence is ours and has a name.
    maxIdleTimeout: options.idleTimeoutMs * 2,
    keepAliveInterval: Math.ceil(options.idleTimeoutMs / 3),
    maxConcurrentStreamLimit: limits.streamsPerConnectionMax,
    maxStreamData: limits.streamWindowBytes,
    maxConnectionData: limits.quicConnectionWindowBytes,
    receiveBufferSize: limits.quicSocketBufferBytes,
    sendBufferSize: limits.quicSocketBufferBytes,
  });
  const metrics = acceptErrorMetrics(onAcceptError);
  return ({ privateKey, logger }) => create({ privateKey, logger, metrics });
}

/** The addon tells of a failed handshake only through this counter. */
function acceptErrorMetrics(onAcceptError: () => void): Metrics {
  const nothing = (): void => undefined;
  const counters = (name: string): { increment: (values: Record<string, unknown>) => void; reset: () => void } => ({
    increment: (values) => {
      const isError = Object.keys(values).some((label) => label.endsWith(' error'));
      if (name === 'libp2p_quic_listener_events_total' && isError) onAcceptError();
    },
    reset: nothing,
  });
  // The addon calls these two methods of the interface and no other.
  return { registerCounterGroup: counters, registerMetricGroup: counters } as unknown as Metrics;
}

function tcpTransport(): TransportFactory {
  return tcp({
    inboundSocketInactivityTimeout: limits.inactivityTimeoutMs,
    outboundSocketInactivityTimeout: limits.inactivityTimeoutMs,
    backlog: limits.tcpBacklog,
  });
}

function boundedYamux(earlyStreamsMax: number): ReturnType<typeof yamux> {
  return yamux({
    // Ours serve both wires alike.
    enableKeepAlive: false,
    maxInboundStreams: limits.streamsPerConnectionMax,
    maxOutboundStreams: limits.streamsPerConnectionMax,
    maxMessageSize: limits.writeChunkBytes,
    maxEarlyStreams: earlyStreamsMax,
    streamOptions: {
      initialStreamWindowSize: limits.streamWindowBytes,
      maxStreamWindowSize: limits.streamWindowBytes,
      maxReadBufferLength: limits.streamWindowBytes,
      maxWriteBufferLength: limits.streamWindowBytes,
      inactivityTimeout: limits.inactivityTimeoutMs,
    },
  });
}

function connectionLimits(options: ResolvedOptions): NonNullable<Libp2pOptions['connectionManager']> {
  return {
    maxConnections: options.connectionsMax + limits.connectionsReserved,
    inboundConnectionThreshold: options.inboundConnectionsPerSecond,
    maxIncomingPendingConnections: limits.incomingPendingConnectionsMax,
    inboundUpgradeTimeout: limits.upgradeTimeoutMs,
    inboundStreamProtocolNegotiationTimeout: limits.upgradeTimeoutMs,
    outboundStreamProtocolNegotiationTimeout: limits.upgradeTimeoutMs,
    connectionCloseTimeout: limits.flushTimeoutMs,
    dialTimeout: limits.upgradeTimeoutMs,
    addressDialTimeout: limits.upgradeTimeoutMs,
    maxParallelDials: limits.parallelDialsMax,
    maxDialQueueLength: limits.dialQueueLengthMax,
    maxPeerAddrsToDial: limits.addressesPerDialMax,
    // Who is dialed again, and when, is decided above the transport.
    reconnectRetries: 0,
  };
}

/** Forgets what libp2p remembers of a peer: its store has no bound of its own. */
export function forgetPeer(engine: { readonly node: Pick<Libp2p, 'peerStore'> }, connection: Connection): void {
  engine.node.peerStore.delete(connection.remotePeer).catch(() => undefined);
}
